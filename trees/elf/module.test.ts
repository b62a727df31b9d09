/** What an ELF file says is read as it is; what no module is, is refused in one sentence, whatever its headers claim. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadTree } from '../bad-tree.ts';
import { moduleBytes, type Recipe } from '../testing.ts';
import { bytesOf } from './bytes.ts';
import { factsOfFile } from './module.ts';

const facts = (content: Buffer) => factsOfFile(bytesOf('m.ko', content));

const recipe: Recipe = {
  info: ['license=Dual BSD/GPL', 'vermagic=6.1.0 SMP ', 'import_ns=CRYPTO', 'softdep=pre: a'],
  exports: [
    { name: 'open_to_all', crc: 0x11223344, namespace: 'DISKS' },
    { name: 'for_gpl', crc: 0xffffffff, gplOnly: true },
    { name: 'no_version' },
  ],
  imports: [
    { name: 'printk', crc: 0x92997ed8 },
    { name: 'maybe', weak: true },
    { name: 'kmalloc', crc: 1 },
  ],
  defines: ['init_module'],
  signed: true,
};

describe('facts of a module', () => {
  test('tell exports, imports, licence, namespaces and signature', () => {
    expect(facts(moduleBytes(recipe))).toMatchObject({
      licence: 'Dual BSD/GPL',
      vermagic: '6.1.0 SMP',
      namespaces: ['CRYPTO'],
      softdepLines: ['pre: a'],
      signed: true,
      init: true,
      exit: false,
      exports: [
        { name: 'open_to_all', crc: 0x11223344, gplOnly: false, namespace: 'DISKS' },
        { name: 'for_gpl', crc: 0xffffffff, gplOnly: true },
        { name: 'no_version', gplOnly: false },
      ],
      imports: [
        { name: 'printk', crc: 0x92997ed8 },
        { name: 'maybe', weak: true },
        { name: 'kmalloc', crc: 1 },
      ],
    });
  });

  test('find versions in whatever order they stand', () => {
    const { imports } = facts(moduleBytes({ ...recipe, shuffled: true }));
    expect(imports).toEqual(facts(moduleBytes(recipe)).imports);
  });

  test('do not depend on whether the module exports anything', () => {
    const { imports, exports } = facts(moduleBytes({ ...recipe, exports: [] }));
    expect([imports, exports]).toEqual([facts(moduleBytes(recipe)).imports, []]);
  });
});

describe('a file that is no module', () => {
  /** The sentence, or nothing if it passes for a module. */
  const refused = (content: Buffer): string | undefined => {
    try {
      facts(content);
      return undefined;
    } catch (error) {
      if (error instanceof BadTree) return error.message;
      throw error;
    }
  };
  const whole = moduleBytes(recipe);

  test.each([
    [
      'empty',
      Buffer.alloc(0),
      /the ELF header should stand at bytes 0 to 64, but the file ends at 0/,
    ],
    ['text', Buffer.alloc(200, 'text'), /this is not an ELF file/],
    ['for 32 bits', Buffer.from(whole).fill(1, 4, 5), /this is another kind of ELF file/],
    ['a program', Buffer.from(whole).fill(2, 16, 17), /this is another kind of ELF file/],
  ])('%s: is refused with what was expected', (_what, content, sentence) => {
    expect(refused(content)).toMatch(sentence);
  });

  test('is refused in one sentence wherever it is cut off', () => {
    for (let length = 0; length < whole.length - 28; length += 7) {
      expect(refused(whole.subarray(0, length))).toMatch(/^m\.ko: [^\n]+\.$/);
    }
  });

  test('never makes the reader crash: any bytes anywhere, numbers as large as they get', () => {
    const edits = fc.array(
      fc.record({
        // Half of them in the headers, where they do most harm.
        at: fc.oneof(
          fc.nat(63),
          fc.integer({ min: 0, max: whole.length - 1 }),
          fc.integer({ min: whole.length - 11 * 64 - 28, max: whole.length - 1 }),
        ),
        bytes: fc.oneof(
          fc.constantFrom('ff', 'ffffffff', 'ffffffffffffffff', '0000', '00000000ffffff7f'),
          fc.uint8Array({ minLength: 1, maxLength: 8 }).map((b) => Buffer.from(b).toString('hex')),
        ),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(edits, (list) => {
        const content = Buffer.from(whole);
        for (const { at, bytes } of list) Buffer.from(bytes, 'hex').copy(content, at);
        const sentence = refused(content);
        if (sentence !== undefined) expect(sentence).toMatch(/^m\.ko: [^\n]+\.$/);
      }),
      { seed: 5, numRuns: 3000 },
    );
  });

  test('never makes the reader crash: any bytes at all behind a valid start', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (rest) => {
        const content = Buffer.concat([whole.subarray(0, 20), rest]);
        expect(refused(content) ?? 'm.ko: fine.').toMatch(/^m\.ko: [^\n]+\.$/);
      }),
      { seed: 6, numRuns: 1000 },
    );
  });
});
