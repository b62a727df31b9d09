import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { haltOf as haltIn } from '../../hardware/testing.ts';
import { WORKLOAD_FORMAT, type Workload } from '../../spec/workload.ts';
import { BadInput } from './bad-input.ts';
import { fileExecutor } from './worker-executor.ts';

const ROOT = mkdtempSync(join(tmpdir(), 'kernelcheck-layers-'));
afterAll(() => rmSync(ROOT, { recursive: true }));

const KERNEL = `import { defineLayered } from 'kernelcheck';
export default defineLayered({ name: 'mine', implements: ['tasks'] });`;

/** Layer 1 with nothing to run: `offers` and what stands in `start` are the test's. */
const processor = (offers: string, operations: string): string => `
import { defineLayer } from 'kernelcheck';
export default defineLayer({
  name: 'processor', uses: [], offers: { ${offers} },
  start: (hardware, self) => ({
    ${operations}
    interrupt: () => {},
    dispatch() { hardware.hart().idle(); return 0; },
  }),
});`;

/** A topmost layer that does something as it starts. */
const programs = (uses: string, work: string, before = ''): string => `
import { defineLayer } from 'kernelcheck';
${before}
export default defineLayer({
  name: 'programs', uses: [${uses}], offers: {},
  start: (below, self) => {
    ${work}
    return { ecall: () => 0, exception: () => 0 };
  },
});`;

let folders = 0;
const folderOf = (files: Readonly<Record<string, string>>): string => {
  folders += 1;
  const folder = join(ROOT, `kernel${folders}`);
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};

const IDLE: Workload = {
  format: WORKLOAD_FORMAT,
  harts: 1,
  frames: 32,
  tlbEntries: 8,
  ipiDelay: 0,
  programs: [{ bodies: [[{ op: 'loop' }]] }],
  start: [0],
  schedule: [],
  interrupts: [],
  steps: 20,
};

/** What a run of the kernel says when it is halted: reason and message. */
const haltOf = async (files: Readonly<Record<string, string>>) => {
  const executor = await fileExecutor(folderOf({ 'kernel.ts': KERNEL, ...files }));
  try {
    return haltIn({ ...(await executor.run(IDLE)), notes: [], steps: 0, cycles: 0 });
  } finally {
    await executor.close();
  }
};

const problemOf = async (files: Readonly<Record<string, string>>): Promise<string> => {
  const folder = folderOf(files);
  const thrown: unknown = await fileExecutor(folder).catch((error: unknown) => error);
  if (thrown instanceof BadInput) return thrown.message.replaceAll(folder, 'mine');
  if (thrown instanceof Error) throw thrown;
  await (thrown as { close(): Promise<void> }).close();
  return '';
};

const ONE = { 'kernel.ts': KERNEL, '1-processor.ts': processor('', '') };

describe('a folder that is no layered kernel', () => {
  const cases: [string, Readonly<Record<string, string>>, RegExp][] = [
    ['without kernel.ts', { '1-processor.ts': processor('', '') }, /without kernel.ts/],
    ['with fewer than 3 layers', { 'kernel.ts': KERNEL }, /has 2 layers.*3 to 12 are possible/],
    [
      'with more than 12',
      {
        'kernel.ts': KERNEL,
        ...Object.fromEntries(
          Array.from({ length: 11 }, (_, i) => [`${i + 1}-layer.ts`, processor('', '')]),
        ),
      },
      /has 13 layers/,
    ],
    ['with a gap', { ...ONE, '3-programs.ts': programs('', '') }, /there is no layer 2/],
    [
      'with a number twice',
      { ...ONE, '1-again.ts': programs('', '') },
      /1-again.ts and 1-processor.ts are both layer 1|1-processor.ts and 1-again.ts are both layer 1/,
    ],
    [
      'with a layer that exports nothing',
      { ...ONE, '2-programs.ts': 'export const layer = 1;' },
      /2-programs.ts: it has no default export/,
    ],
    [
      'with a layer that is none',
      { ...ONE, '2-programs.ts': "export default { name: 'programs', uses: [], offers: {} };" },
      /2-programs.ts: its layer has no `start`/,
    ],
    [
      'whose kernel.ts says nothing',
      { ...ONE, 'kernel.ts': 'export default {};' },
      /kernel.ts must end with `export default defineLayered/,
    ],
    [
      'that uses what is not offered below',
      {
        'kernel.ts': KERNEL,
        '1-processor.ts': processor('ready: { args: [] }', 'ready: () => 0,'),
        '2-memory.ts': programs('', '').replace("'programs'", "'memory'"),
        '3-programs.ts': programs("'ready'", ''),
      },
      /layer 3 \(programs\) uses ready, which the layer below does not offer: offered by layer 1 \(processor\)/,
    ],
    [
      'with a name twice',
      { ...ONE, '2-programs.ts': programs('', '').replace("'programs'", "'processor'") },
      /two layers are called processor/,
    ],
    [
      'with an import upward',
      {
        'kernel.ts': KERNEL,
        '1-processor.ts': `import programs from './2-programs.ts'; void programs; ${processor('', '')}`,
        '2-programs.ts': programs('', ''),
      },
      /1-processor.ts imports 2-programs.ts, a layer above it/,
    ],
  ];
  test.each(cases)('%s is told so in a sentence', async (_, files, sentence) => {
    expect(await problemOf(files)).toMatch(sentence);
  });

  test('an import of a layer below is no problem', async () => {
    const files = {
      ...ONE,
      '2-programs.ts': programs(
        '',
        '',
        "import processor from './1-processor.ts'; void processor;",
      ),
    };
    expect(await problemOf(files)).toBe('');
  });
});

describe('a layer that does not start', () => {
  test('because its factory throws is named, with the line', async () => {
    const halt = await haltOf({
      '1-processor.ts': processor('', ''),
      '2-programs.ts': programs('', "throw new Error('out of ideas');"),
    });
    expect(halt?.reason).toBe('boot-failed');
    expect(halt?.message).toMatch(/layer 2 \(programs\).*out of ideas.*2-programs.ts:7/);
  });

  test('because a layer calls itself without end is told so', async () => {
    const halt = await haltOf({
      '1-processor.ts': processor(
        'again: { args: [] }',
        'again: () => self.memory.call(self.door, 0),',
      ),
      '2-programs.ts': programs("'again'", 'below.again();'),
    });
    expect(halt?.message).toMatch(/a layer calls itself without end.*1-processor.ts/);
  });

  test('because it lacks what it offers is named', async () => {
    const halt = await haltOf({ '1-processor.ts': processor('ready: { args: [] }', '') });
    expect(halt?.message).toContain('layer 1 (processor) offers ready and does not have it');
  });

  test('because a gate is missing is named', async () => {
    const halt = await haltOf({ '1-processor.ts': processor('', '') });
    expect(halt?.message).toContain('layer 1 (processor) has no ecall');
  });
});

describe('smuggling', () => {
  const take = processor("take: { args: ['value'] }", 'take: (value) => { value(); return 0; },');

  test('a callback passed down is stopped at the door', async () => {
    const halt = await haltOf({
      '1-processor.ts': take,
      '2-programs.ts': programs("'take'", 'below.take(() => 1);'),
    });
    expect(halt?.reason).toBe('smuggled');
    expect(halt?.message).toContain('a value of type function');
  });

  test('an object handed up is stopped at the door', async () => {
    const halt = await haltOf({
      '1-processor.ts': processor('all: { args: [] }', 'all: () => hardware,'),
      '2-programs.ts': programs("'all'", 'below.all();'),
    });
    expect(halt?.reason).toBe('smuggled');
    expect(halt?.message).toContain('a value of type object');
  });

  test('a variable of a module that two layers import is two variables', async () => {
    const halt = await haltOf({
      'shared.ts': 'export const shared = { value: 0 };',
      '1-processor.ts': `import { shared } from './shared.ts'; ${processor('set: { args: [] }', 'set: () => { shared.value = 7; },')}`,
      '2-programs.ts': programs(
        "'set'",
        'below.set(); if (shared.value === 7) throw new Error("shared");',
        "import { shared } from './shared.ts';",
      ),
    });
    expect(halt).toBeUndefined();
  });

  test('nothing can be left on what all layers see', async () => {
    const halt = await haltOf({
      '1-processor.ts': processor('', ''),
      '2-programs.ts': programs(
        '',
        `for (const target of [globalThis, Object.prototype, Array.prototype, below, self, self.memory, self.own, self.image]) {
           try { target.leak = 1; } catch { continue; }
           if (Object.hasOwn(target, 'leak')) throw new Error('left something');
         }`,
      ),
    });
    expect(halt).toBeUndefined();
  });

  test('own pages lead to no other memory', async () => {
    const halt = await haltOf({
      '1-processor.ts': processor('', ''),
      '2-programs.ts': programs(
        '',
        "if ('buffer' in self.own) throw new Error('RAM'); self.own.get(5000);",
      ),
    });
    expect(halt?.message).toContain('word 5000 is not its own: it has 0');
  });
});
