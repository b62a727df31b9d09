/** `kernelcheck modules` from end to end: the tree that ships, a folder, and what is typed wrongly. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, test } from 'vitest';
import { folderWith, moduleBytes } from '../../trees/testing.ts';
import { ExitCode } from '../exit-codes.ts';
import { runCommand } from '../program.ts';
import { recordedShell } from '../testing.ts';

const root = folderWith({
  'base.ko': moduleBytes({ exports: [{ name: 'base', crc: 1 }] }),
  'user.ko': moduleBytes({ imports: [{ name: 'base', crc: 2 }], info: ['license=Proprietary'] }),
});
afterAll(() => rmSync(root, { recursive: true }));

const ajv = new Ajv2020({ allErrors: true });
ajv.addSchema(
  JSON.parse(readFileSync(new URL('../../schema/modules.schema.json', import.meta.url), 'utf8')),
  'modules.schema.json',
);

const run = async (...args: readonly string[]) => {
  const shell = recordedShell();
  const code = await runCommand(['modules', ...args], () => shell);
  return { code, out: shell.printed(), err: shell.noted() };
};

describe('the tree that ships', () => {
  test('is told at a glance', async () => {
    const { code, out } = await run();
    expect(code).toBe(ExitCode.passed);
    expect(out).toContain('Linux 6.1.0-56-amd64: 4,023 modules\n');
    expect(JSON.parse((await run('--json')).out)).toMatchObject({ modules: 4023, unsigned: 0 });
  });

  test('answers each verb in words', async () => {
    expect((await run('plan', 'crc-t10dif')).out).toContain(
      '   2  crct10dif_common  (again: it is there)\n',
    );
    expect((await run('plan', 'nfs_acl')).out).toBe('   1  sunrpc\n   2  nfs_acl\n');
    expect((await run('unload', 'sunrpc')).out).toMatch(
      / {2}EWOULDBLOCK +\d+ modules that use it: /,
    );
    expect((await run('why', 'btrfs', 'xor')).out).toBe('btrfs → xor: it imports xor_blocks\n');
    expect((await run('why', 'xor', 'btrfs')).out).toMatch(/^xor does not need btrfs/);
    expect((await run('audit')).out).toContain('✓  symbols that nobody exports: 0\n');
  });

  test('answers each verb in JSON', async () => {
    expect(JSON.parse((await run('plan', 'nfs_acl', '--json')).out)).toEqual(['sunrpc', 'nfs_acl']);
    expect(JSON.parse((await run('unload', 'nfs_acl', '--json')).out)).toHaveProperty('order');
    expect(JSON.parse((await run('why', 'xor', 'btrfs', '--json')).out)).toBeNull();
    expect(JSON.parse((await run('audit', '--json')).out).findings).toEqual([]);
    const graph = JSON.parse((await run('graph', 'nfs_acl', '--json', '--format', 'dot')).out);
    expect([graph.nodes, graph.dot.slice(0, 17)]).toEqual([
      ['nfs_acl', 'sunrpc'],
      'digraph "nfs_acl"',
    ]);
  });

  test.each([
    ['summary', ''],
    ['plan', 'plan ext4'],
    ['unload', 'unload jbd2'],
    ['why', 'why ext4 jbd2'],
    ['why', 'why jbd2 ext4'],
    ['graph', 'graph ext4 --format dot'],
    ['audit', 'audit'],
    ['audit', `${root} audit`],
    ['check', 'check --operations 200'],
  ])('prints %s in the form of modules.schema.json: %s', async (name, line) => {
    const words = line.split(' ').filter((word) => word !== '');
    const validate = ajv.compile({ $ref: `modules.schema.json#/$defs/${name}` });
    const document: unknown = JSON.parse((await run(...words, '--json')).out);
    expect(validate(document) || validate.errors).toBe(true);
  });

  test('is drawn, to the terminal or into a file whose ending says how', async () => {
    expect((await run('graph', 'nfs_acl')).out).toMatch(/^<\?xml[\s\S]*<svg/);
    const file = join(root, 'nfs_acl.dot');
    expect((await run('graph', 'nfs_acl', '--out', file)).err).toBe(`Written to ${file}\n`);
    expect(existsSync(file) && readFileSync(file, 'utf8')).toMatch(/^digraph "nfs_acl"/);
  });
});

test('a folder is read when it is named, and a fault in it fails the audit', async () => {
  expect((await run(root)).out).toContain(': 2 modules\n');
  expect(JSON.parse((await run(root, 'plan', 'user', '--json')).out)).toEqual(['base', 'user']);
  const { code, out } = await run(root, 'audit');
  expect(code).toBe(ExitCode.failed);
  expect(out).toContain('✗  other versions of symbols: 1\n');
  expect(out).toContain('!  without a signature: 2\n');
});

test.each([
  ['plan', /modules plan takes <name>, not 0 words\./],
  ['audit btrfs', /modules audit takes nothing more, not 1 word\./],
  ['plna btrfs', /there is neither a folder nor a verb "plna"; did you mean plan\?/],
  [`${root} plna`, /there is no verb "plna"; did you mean plan\?/],
  ['plan brtfs', /6\.1\.0-56-amd64: there is no module "brtfs"; did you mean btrfs\?/],
  ['unload always-there', /there is no module "always-there"/],
  ['graph nfs_acl --format png', /--format takes svg or dot, not "png"/],
  ['graph nfs_acl --out /dev/null/x', /--out: \/dev\/null\/x cannot be written/],
])('%s: one sentence, exit code 2', async (line, sentence) => {
  const { code, out, err } = await run(...line.split(' '));
  expect([code, out]).toEqual([ExitCode.badInput, '']);
  expect(err).toMatch(sentence);
  expect(err).toMatch(/^kernelcheck: [^\n]+[.?]\n$/);
});

describe('check', () => {
  const check = ['check', '--operations', '6000', '--seed', '3'];
  test('loads, uses and unloads the modules of the tree that ships, until none is left', async () => {
    const { code, out } = await run(...check);
    expect(code).toBe(ExitCode.passed);
    expect(out).toMatch(
      /^PASSED {2}5 properties of loadable modules\n(.*\n)*.*the 4,023 modules of Linux/,
    );
    const { restored, violation } = JSON.parse((await run(...check, '--json')).out);
    expect([restored, violation]).toEqual([true, undefined]);
  });

  test('goes by depmod’s tables where there is nothing else', async () => {
    const tables = folderWith({
      'modules.dep': 'kernel/a.ko:\nkernel/b.ko: kernel/a.ko\n',
      'modules.symbols': 'alias symbol:a_do a\nalias symbol:b_do b\n',
    });
    const { code, out } = await run(tables, 'check', '--operations', '500');
    rmSync(tables, { recursive: true });
    expect(code).toBe(ExitCode.passed);
    expect(out).toContain('2 modules at most');
  });
});
