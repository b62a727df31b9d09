/** A folder becomes a tree: from files, whatever compresses them, or from depmod’s tables; all else is one sentence. */
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { BadTree } from '../bad-tree.ts';
import { folderWith, moduleBytes } from '../testing.ts';
import type { ModuleTree } from '../tree.ts';
import { readModuleTree } from './index.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});
const folder = (files: Readonly<Record<string, string | Buffer>>): string => {
  const root = folderWith(files);
  folders.push(root);
  return root;
};
const refused = async (root: string): Promise<string> => {
  try {
    await readModuleTree(root);
    return 'read';
  } catch (error) {
    if (error instanceof BadTree) return error.message.replaceAll(root, 'TREE');
    throw error;
  }
};
const needs = ({ modules }: ModuleTree): Record<string, readonly string[]> =>
  Object.fromEntries(modules.map((module) => [module.name, module.needs]));

const base = moduleBytes({ exports: [{ name: 'base', crc: 1 }], info: ['alias=crypto-sum*'] });
const middle = moduleBytes({
  exports: [{ name: 'middle', crc: 2, gplOnly: true }],
  imports: [{ name: 'base', crc: 1 }],
});
const top = moduleBytes({
  imports: [
    { name: 'middle', crc: 2 },
    { name: 'printk', crc: 3 },
  ],
  info: ['license=GPL', 'softdep=pre: crypto-sum32 nobody', 'softdep=pre: ignored'],
});

describe('modules', () => {
  test('depend on the owners of what they import, by way of others too', async () => {
    const root = folder({
      'kernel/a-base.ko': base,
      'kernel/middle.ko.gz': gzipSync(middle),
      'kernel/deep/top.ko': top,
      'modules.builtin': 'kernel/lib/always-there.ko\n',
    });
    const tree = await readModuleTree(root);
    expect(needs(tree)).toEqual({ a_base: [], middle: ['a_base'], top: ['middle', 'a_base'] });
    expect(tree.modules.map(({ depends }) => depends)).toEqual([[], ['middle'], ['a_base']]);
    expect([tree.source, tree.builtin]).toEqual(['elf', ['always_there']]);
  });

  test('stand in the order of modules.order, the others behind', async () => {
    const order = 'kernel/top.ko\nkernel/a-base.ko\n';
    const root = folder({
      'kernel/a-base.ko': base,
      'kernel/middle.ko': middle,
      'kernel/top.ko': top,
      'modules.order': order,
    });
    const { modules } = await readModuleTree(root);
    expect(modules.map(({ name }) => name)).toEqual(['top', 'a_base', 'middle']);
  });

  test('ask softly for names and aliases; their first line counts', async () => {
    const root = folder({ 'a-base.ko': base, 'middle.ko': middle, 'top.ko': top });
    const { modules } = await readModuleTree(root);
    expect(modules.at(-1)?.softdeps).toEqual({
      pre: [
        { asked: 'crypto-sum32', modules: ['a_base'] },
        { asked: 'nobody', modules: [] },
      ],
      post: [],
    });
  });

  test('are found behind links, once, though the links go round', async () => {
    const root = folder({ 'kernel/a-base.ko': base, 'build/other.ko': middle });
    symlinkSync('..', join(root, 'kernel/round'));
    symlinkSync('nowhere', join(root, 'kernel/dangling.ko'));
    symlinkSync('a-base.ko', join(root, 'kernel/again.ko'));
    const { modules } = await readModuleTree(root);
    expect(modules.map(({ path }) => path)).toEqual(['kernel/a-base.ko', 'kernel/again.ko']);
  });
});

describe('a large module', () => {
  // Larger than what is read at once: its parts are read one by one.
  const padding = Array.from({ length: 4000 }, (_, at) => `alias=pci:v0000${at}d*`);
  const large = moduleBytes({
    exports: [{ name: 'large', crc: 9, namespace: 'SPACE' }],
    imports: [{ name: 'base', crc: 1 }],
    info: [...padding, 'license=GPL'],
    signed: true,
  });

  test('is read in parts, with the same facts', async () => {
    const root = folder({ 'a-base.ko': base, 'large.ko': large, 'packed.ko.gz': gzipSync(large) });
    const { modules } = await readModuleTree(root);
    const [, plain, packed] = modules;
    expect(plain).toMatchObject({
      needs: ['a_base'],
      exports: [{ name: 'large', crc: 9, namespace: 'SPACE' }],
      licence: 'GPL',
      signed: true,
    });
    expect({ ...packed, name: 'large', path: 'large.ko' }).toEqual(plain);
  });

  test('is refused wherever it is cut off', async () => {
    for (const length of [64 * 1024 + 1, large.length - 2000, large.length - 400]) {
      expect(await refused(folder({ 'large.ko': large.subarray(0, length) }))).toMatch(
        /^TREE\/large\.ko: [^\n]*the file ends at \d+/,
      );
    }
  });

  test('is refused for a section that no memory could hold', async () => {
    const huge = Buffer.from(large);
    const table = Number(huge.readBigUInt64LE(40));
    for (let entry = table + 64; entry + 64 <= huge.length; entry += 64) {
      huge.writeUInt32LE(0x7000_0000, entry + 32);
    }
    expect(await refused(folder({ 'large.ko': huge }))).toMatch(
      /should have 1879048192 bytes, expected at most 67108864/,
    );
  });
});

describe('tables alone', () => {
  const DEP =
    'kernel/top.ko.xz: kernel/middle.ko.xz kernel/a-base.ko.xz\nkernel/middle.ko.xz: kernel/a-base.ko.xz\nkernel/a-base.ko.xz:\n';

  test('tell who needs whom, who exports what, and soft dependencies', async () => {
    const root = folder({
      'modules.dep': DEP,
      'modules.symbols': '# comment\nalias symbol:base a_base\nalias symbol:base_too a_base\n',
      'modules.softdep': 'softdep top pre: crypto-sum32\n',
      'modules.alias': 'alias pci:v00008086* top\nalias crypto-sum* a_base\n',
    });
    const tree = await readModuleTree(root);
    expect(tree.source).toBe('tables');
    expect(needs(tree)).toEqual({ top: ['middle', 'a_base'], middle: ['a_base'], a_base: [] });
    expect(tree.modules[0]?.depends).toEqual(['middle']);
    expect(tree.modules[0]?.softdeps?.pre).toEqual([
      { asked: 'crypto-sum32', modules: ['a_base'] },
    ]);
    expect(tree.modules[2]?.exports.map(({ name }) => name)).toEqual(['base', 'base_too']);
  });

  test.each([
    [
      'no colon',
      'a.ko\n',
      'TREE/modules.dep:1: expected a module\'s path and a colon, found "a.ko"; run depmod again.',
    ],
    [
      'a module twice',
      'a-b.ko:\na_b.ko:\n',
      'TREE/modules.dep:2: "a_b" has a line already, expected one for each module; run depmod again.',
    ],
    [
      'an unknown module',
      'a.ko: b.ko\n',
      'TREE/modules.dep:1: "b" is needed but has no line of its own; run depmod again.',
    ],
  ])('with %s are refused', async (_what, text, sentence) => {
    expect(await refused(folder({ 'modules.dep': text }))).toBe(sentence);
  });
});

describe('a folder that is no tree', () => {
  test('is refused with what was expected', async () => {
    expect(await refused(folder({ 'readme.txt': 'hello' }))).toBe(
      'TREE: no modules in it: expected files that end in .ko, .ko.gz, .ko.xz or .ko.zst, or a modules.dep; give the folder of a kernel, such as /lib/modules/6.1.0-56-amd64.',
    );
    expect(await refused(join(folder({}), 'gone'))).toMatch(
      /^TREE: it cannot be read \(there is no such folder\)\.$/,
    );
  });

  test('is refused for one damaged file, which is named', async () => {
    const root = folder({ 'a.ko': base, 'b.ko': top.subarray(0, 300) });
    expect(await refused(root)).toMatch(/^TREE\/b\.ko: the table of .* the file ends at 300/);
  });

  test('is refused for a Module.symvers that says something else', async () => {
    const root = folder({
      'a.ko': base,
      'Module.symvers': '0x12345678\tx\tvmlinux\tEXPORT_SYMBOL\t\nx\n',
    });
    expect(await refused(root)).toMatch(/^TREE\/Module\.symvers:2: expected a CRC such as/);
  });
});
