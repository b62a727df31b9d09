/** Answers about small trees made for the question, and about the real one that ships. */
import { describe, expect, test } from 'vitest';
import { expand } from '../embedded/expand.ts';
import { compact } from '../embedded/form.ts';
import { embeddedTree } from '../embedded/index.ts';
import type { ModuleFacts, ModuleTree } from '../tree.ts';
import { auditTree, isSound } from './audit.ts';
import { graphDot, graphOf, graphSvg } from './graph.ts';
import { planLoad } from './plan.ts';
import { summarize } from './summary.ts';
import { planUnload } from './unload.ts';
import { whyNeeded } from './why.ts';

const module = (name: string, facts: Partial<ModuleFacts> = {}): ModuleFacts => ({
  name,
  path: `${name}.ko`,
  depends: [],
  needs: facts.depends ?? [],
  exports: [],
  imports: [],
  licence: 'GPL',
  vermagic: '6.1 SMP',
  signed: true,
  init: true,
  exit: true,
  ...facts,
});
const tree = (...modules: readonly ModuleFacts[]): ModuleTree => ({
  label: 'test',
  source: 'elf',
  modules,
  builtin: ['always_there'],
  kernelExports: [{ name: 'printk', crc: 1, gplOnly: false }],
});
const soft = (asked: string, ...modules: readonly string[]) => ({ asked, modules });

const chain = tree(
  module('top', { depends: ['middle'], needs: ['middle', 'base'], imports: [{ name: 'm' }] }),
  module('middle', { depends: ['base'], exports: [{ name: 'm', gplOnly: false }] }),
  module('base'),
);

describe('plan', () => {
  test('loads first what is needed', () => {
    expect(planLoad(chain, 'top')).toEqual(['base', 'middle', 'top']);
    expect(planLoad(chain, 'always-there')).toEqual([]);
  });

  test('puts soft dependencies around, once by each name that they were asked for', () => {
    const softly = tree(
      module('a', { softdeps: { pre: [soft('x', 'b')], post: [soft('c', 'c'), soft('a', 'a')] } }),
      module('b'),
      module('c', { depends: ['b'], softdeps: { pre: [soft('nobody')], post: [soft('a', 'a')] } }),
    );
    expect(planLoad(softly, 'a')).toEqual(['b', 'a', 'b', 'c']);
    expect(planLoad(softly, 'c')).toEqual(['b', 'c', 'b', 'a']);
  });

  test('follows a chain of soft dependencies as long as it is', () => {
    const names = Array.from({ length: 20_000 }, (_, at) => `m${at}`);
    const linked = names.map((name, at) => {
      const next = names[at + 1];
      return module(
        name,
        next === undefined ? {} : { softdeps: { pre: [soft(next, next)], post: [] } },
      );
    });
    expect(planLoad(tree(...linked), 'm0')).toEqual(names.toReversed());
  });

  test('is refused for modules that need each other, and for what needs them', () => {
    const round = tree(
      module('a', { depends: ['b'], needs: ['b', 'a'] }),
      module('b', { depends: ['a'], needs: ['a', 'b'] }),
      module('user', { depends: ['a'], needs: ['a', 'b'] }),
    );
    expect(() => planLoad(round, 'user')).toThrow(
      'test: user cannot be loaded: a, b need each other (a.ko); remove one of the dependencies, or run depmod again.',
    );
    expect(() => planUnload(round, 'a')).toThrow(/^test: a cannot be unloaded: it needs itself/);
    expect(auditTree(round).findings[0]).toMatchObject({ kind: 'cycle', modules: ['a', 'b'] });
  });

  test.each([
    ['middel', 'test: there is no module "middel"; did you mean middle?'],
    ['zzz', 'test: there is no module "zzz"; name one of its modules.'],
    ['ase', 'test: there is no module "ase"; did you mean base?'],
  ])('names the nearest of unknown %s', (name, sentence) => {
    expect(() => planLoad(chain, name)).toThrow(sentence);
  });
});

describe('unload', () => {
  test('names who refuses, and who goes first', () => {
    expect(planUnload(chain, 'base')).toEqual({
      module: 'base',
      refusals: [{ kind: 'used', errno: 'EWOULDBLOCK', by: ['middle'] }],
      order: ['top', 'middle', 'base'],
      permanent: [],
      unused: [],
    });
    expect(planUnload(chain, 'top').unused).toEqual(['middle', 'base']);
  });

  test('knows what can never be unloaded', () => {
    const stuck = tree(module('base'), module('stays', { depends: ['base'], exit: false }));
    expect(planUnload(stuck, 'base').permanent).toEqual(['stays']);
    expect(planUnload(stuck, 'stays').refusals).toEqual([{ kind: 'noExit', errno: 'EBUSY' }]);
    expect(() => planUnload(stuck, 'always_there')).toThrow(/is built into this kernel/);
  });
});

describe('why', () => {
  test('gives the shortest chain with its symbols', () => {
    expect(whyNeeded(chain, 'top', 'base')).toEqual([
      { from: 'top', to: 'middle', symbols: ['m'] },
      { from: 'middle', to: 'base', symbols: [] },
    ]);
    expect(whyNeeded(chain, 'base', 'top')).toBeUndefined();
    expect(whyNeeded(chain, 'base', 'base')).toEqual([]);
  });

  test('takes soft dependencies where there is no other way', () => {
    const softly = tree(
      module('a', { softdeps: { pre: [soft('x', 'b')], post: [] } }),
      module('b'),
    );
    expect(whyNeeded(softly, 'a', 'b')).toEqual([{ from: 'a', to: 'b', symbols: [], soft: true }]);
  });
});

describe('audit', () => {
  const kinds = (...modules: readonly ModuleFacts[]): readonly string[] =>
    auditTree(tree(...modules)).findings.map(({ kind, symbol }) =>
      `${kind} ${symbol ?? ''}`.trim(),
    );
  const exporter = module('e', {
    exports: [
      { name: 'open', crc: 1, gplOnly: false },
      { name: 'gpl', crc: 2, gplOnly: true },
      { name: 'spaced', crc: 3, gplOnly: false, namespace: 'NS' },
    ],
  });
  const uses = (name: string, crc: number, facts: Partial<ModuleFacts> = {}): ModuleFacts =>
    module('u', { depends: ['e'], imports: [{ name, crc }], ...facts });

  test.each([
    ['a sound tree', [exporter, uses('open', 1)], []],
    ['an unresolved symbol', [module('u', { imports: [{ name: 'gone' }] })], ['unresolved gone']],
    ['a weak one', [module('u', { imports: [{ name: 'gone', weak: true }] })], []],
    ['the kernel’s symbol', [module('u', { imports: [{ name: 'printk', crc: 1 }] })], []],
    [
      'another version of it',
      [module('u', { imports: [{ name: 'printk', crc: 2 }] })],
      ['versionMismatch printk'],
    ],
    ['another version', [exporter, uses('open', 9)], ['versionMismatch open']],
    [
      'a proprietary user of a GPL-only symbol',
      [exporter, uses('gpl', 2, { licence: 'Proprietary' })],
      ['gplOnly gpl'],
    ],
    [
      'a proprietary user of an open one',
      [exporter, uses('open', 1, { licence: 'Proprietary' })],
      [],
    ],
    [
      'a GPL-only symbol beside a proprietary module',
      [
        exporter,
        module('p', { licence: 'Proprietary' }),
        module('u', { depends: ['p', 'e'], imports: [{ name: 'gpl', crc: 2 }] }),
      ],
      ['gplOnly gpl'],
    ],
    ['a namespace that is not imported', [exporter, uses('spaced', 3)], ['namespace spaced']],
    ['one that is', [exporter, uses('spaced', 3, { namespaces: ['NS'] })], []],
    [
      'a symbol exported twice',
      [exporter, module('f', { exports: [{ name: 'open', crc: 1, gplOnly: false }] })],
      ['duplicateExport open'],
    ],
    [
      'another kernel’s module',
      [exporter, module('f'), module('g', { vermagic: '5.0' })],
      ['vermagic'],
    ],
    ['a module without signature', [module('f', { signed: false })], ['unsigned']],
    ['a module that uses itself', [module('f', { depends: ['f'] })], ['cycle']],
  ])('%s', (_what, modules, found) => {
    expect(kinds(...modules)).toEqual(found);
  });

  test('finds disagreeing modules where the kernel’s own symbols are unknown, and says what it could not check', () => {
    const { kernelExports: _, ...unknown } = tree(
      module('a', { imports: [{ name: 'printk', crc: 1 }] }),
      module('b', { imports: [{ name: 'printk', crc: 2 }] }),
    );
    const audit = auditTree(unknown);
    expect(audit.findings.map(({ kind, modules }) => [kind, modules])).toEqual([
      ['versionMismatch', ['b', 'a']],
    ]);
    expect(audit.notChecked.map(({ kind }) => kind)).toEqual(['unresolved']);
  });
});

test('an audit of tables alone says what they do not tell', () => {
  const { notChecked } = auditTree({ ...chain, source: 'tables' });
  expect(notChecked.map(({ kind }) => kind)).toEqual([
    'unresolved',
    'gplOnly',
    'versionMismatch',
    'namespace',
    'vermagic',
    'unsigned',
  ]);
});

describe('graph', () => {
  test('has all that is needed, as DOT and as SVG', async () => {
    const graph = graphOf(chain, 'top');
    expect(graph.nodes).toEqual(['top', 'middle', 'base']);
    expect(graphDot(graph)).toContain('  "top" -> "middle" [tooltip="m"];\n');
    const svg = await graphSvg(graph);
    expect(svg.match(/<title>[^<]*<\/title>/g)).toHaveLength(1 + 3 + 2);
  });
});

describe('the tree that ships', () => {
  const shipped = embeddedTree();

  test('is that of a real kernel, and sound', () => {
    expect(summarize(shipped)).toMatchObject({ modules: 4023, exports: 14180, imports: 188913 });
    const audit = auditTree(shipped);
    expect(audit).toEqual({ findings: [], notChecked: [] });
    expect(isSound(audit)).toBe(true);
  });

  test('is planned as modprobe does it, soft dependencies included', () => {
    expect(planLoad(shipped, 'btrfs')).toEqual([
      'crc32c_intel',
      'crc32c_generic',
      'libcrc32c',
      'zstd_compress',
      'raid6_pq',
      'xor',
      'blake2b_generic',
      'btrfs',
    ]);
  });

  test('would not be kept if two of its modules disagreed', () => {
    const unsound = tree(
      module('a', { imports: [{ name: 'printk', crc: 1 }] }),
      module('b', { imports: [{ name: 'printk', crc: 2 }] }),
    );
    expect(() => compact(unsound)).toThrow('test: printk has two versions');
  });

  test('stays the same through its compact form', () => {
    const few = { ...shipped, modules: shipped.modules.slice(0, 40).map(alone) };
    const again = expand(JSON.parse(JSON.stringify(compact(few))));
    expect(again).toEqual({ ...few, source: 'facts' });
  });
});

/** Without the others, which are not there. */
const alone = (one: ModuleFacts): ModuleFacts => ({ ...one, depends: [], needs: [] });
