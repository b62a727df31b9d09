/** The vocabulary says what the architecture's documents say, and its tables are complete. */
import { describe, expect, test } from 'vitest';
import * as spec from './index.ts';
import {
  ABI_GROUPS,
  CALLS,
  Call,
  Cause,
  CLAUSES,
  Errno,
  PROPERTIES,
  Pte,
  pte,
  TRANSITION_NAMES,
  TRANSITIONS,
} from './index.ts';

describe('the call table', () => {
  test('describes every call once, under its number', () => {
    expect(CALLS.map(({ name }) => name)).toEqual(Object.keys(Call));
    expect(new Set(Object.values(Call)).size).toBe(CALLS.length);
    for (const call of CALLS) expect(spec.callByNumber(Call[call.name])).toBe(call);
    expect(spec.callByNumber(0)).toBeUndefined();
    expect(spec.callByNumber(99)).toBeUndefined();
  });

  test('has calls for every group and names for at most three arguments', () => {
    expect(new Set(CALLS.map(({ group }) => group))).toEqual(new Set(ABI_GROUPS));
    for (const { args } of CALLS) expect(args.length).toBeLessThanOrEqual(3);
  });

  test('says when each error comes', () => {
    for (const { errors } of CALLS) {
      for (const [name, when] of Object.entries(errors)) {
        expect(Errno).toHaveProperty(name);
        expect(when).not.toBe('');
      }
    }
  });

  test('keeps the ways in which a child ends apart', () => {
    expect([spec.exitStatus(0x1ff), spec.faultStatus(15), spec.KILLED_STATUS]).toEqual([
      255, 271, 512,
    ]);
  });
});

describe('errors', () => {
  test.each([
    [0, undefined, '0'],
    [7, undefined, '7'],
    [-22 >>> 0, 22, '-EINVAL'],
    [-4095 >>> 0, 4095, '-errno 4095'],
    [-4096 >>> 0, undefined, '4294963200'],
  ])('in a0 = %i: %o, shown as %s', (a0, errno, shown) => {
    expect([spec.errnoOf(a0), spec.resultName(a0)]).toEqual([errno, shown]);
  });
});

describe('the architecture', () => {
  test('builds table entries: frame and bits, as words', () => {
    expect(pte(0x3f_ffff, Pte.V)).toBe(0xffff_fc01);
    expect(spec.frameOf(pte(12, pte.V | pte.R))).toBe(12);
    expect([pte.V, pte.R, pte.W, pte.X, pte.U, pte.G, pte.A, pte.D]).toEqual([
      1, 2, 4, 8, 16, 32, 64, 128,
    ]);
  });

  test('packs root and asid into satp', () => {
    const value = spec.satp(7, 511);
    expect([spec.rootOf(value), spec.asidOf(value), value >>> 31]).toEqual([7, 511, 1]);
    expect(spec.asidOf(spec.satp(7))).toBe(0);
    expect(spec.asidOf(spec.satp(7, 512))).toBe(0);
  });

  test('names every cause, and those that it does not know by number', () => {
    for (const [name, cause] of Object.entries(Cause)) {
      if (name !== 'interrupt') expect(spec.causeName(cause)).not.toMatch(/^cause/);
    }
    expect(spec.causeName(24)).toBe('cause 24');
  });

  test('numbers registers by their ABI names', () => {
    expect(spec.REGISTER_NAMES).toHaveLength(32);
    expect([
      spec.registerNumber('zero'),
      spec.registerNumber('a0'),
      spec.registerNumber('a7'),
    ]).toEqual([0, spec.A0, spec.A7]);
    expect(spec.registerNumber('t6')).toBe(31);
  });

  test.each([
    [0, 'none'],
    [Pte.R, 'r'],
    [Pte.R | Pte.W, 'rw'],
    [Pte.R | Pte.X, 'rx'],
    [Pte.U | Pte.X, 'x'],
  ])('names the rights %i: %s', (rights, name) => {
    expect(spec.rightsName(rights)).toBe(name);
  });
});

describe('the layout', () => {
  const workload: spec.Workload = {
    format: 1,
    harts: 1,
    frames: 16,
    tlbEntries: 1,
    ipiDelay: 0,
    programs: [{ bodies: [[{ op: 'loop' }], [{ op: 'loop' }, { op: 'loop' }]] }, { bodies: [] }],
    start: [],
    schedule: [],
    interrupts: [],
    steps: 1,
  };

  test('gives every operation a word of its program’s page', () => {
    const { operations, texts, firstFree } = spec.layoutOf(workload);
    expect(operations).toHaveLength(3);
    expect(texts).toEqual([
      {
        frame: 3,
        words: new Map([
          [0, 0x1000_0000],
          [64, 0x1000_0001],
          [65, 0x1000_0002],
        ]),
      },
      { frame: 4, words: new Map() },
    ]);
    expect(firstFree).toBe(5);
    expect(spec.bodyAddress(1)).toBe(0x1100);
    const behind = spec.MAX_TEXTS * spec.TEXT_STRIDE;
    expect(spec.MAX_BODIES * spec.MAX_BODY * 4 + behind).toBe(spec.PAGE_SIZE);
  });

  test('maps the kernel’s text, all of RAM and the devices, without U', () => {
    const [root, leaf] = spec.kernelTables(1025);
    expect(root?.words.size).toBe(4);
    expect(leaf?.words.size).toBe(1);
    for (const [, word] of [...(root?.words ?? []), ...(leaf?.words ?? [])]) {
      expect(word & (Pte.U | Pte.V)).toBe(Pte.V);
    }
  });

  test('splits text words into kind and index', () => {
    const word = spec.textWord(spec.TextKind.native, 5);
    expect([spec.kindOfText(word), spec.indexOfText(word)]).toEqual([2, 5]);
  });
});

describe('the properties', () => {
  // A machine that differs from its model is nobody's kernel's fault: that clause belongs to no property.
  const judged = CLAUSES;

  test('have an id each, and cover every clause once', () => {
    expect(new Set(PROPERTIES.map(({ id }) => id)).size).toBe(PROPERTIES.length);
    const covered = PROPERTIES.flatMap(({ clauses }) => clauses);
    expect([...covered].sort()).toEqual([...judged].sort());
    for (const clause of judged) expect(spec.propertyOfClause(clause)?.clauses).toContain(clause);
  });

  test('say what they mean and what must have been seen', () => {
    for (const property of PROPERTIES) {
      expect(property.id).toMatch(/^[a-z]+\/[a-z-]+$/);
      expect(property.exercise.length).toBeGreaterThan(0);
      for (const transition of property.exercise) expect(TRANSITIONS).toHaveProperty(transition);
      for (const text of [property.statement, property.formula, property.source, property.todo]) {
        expect(text).not.toBe('');
      }
    }
  });

  test('know their transitions in a fixed order', () => {
    expect(TRANSITION_NAMES).toEqual(Object.keys(TRANSITIONS));
  });
});

test('records have kinds that fit a byte, each its own', () => {
  const kinds = Object.values(spec.RecordKind);
  expect(new Set(kinds).size).toBe(kinds.length);
  for (const kind of kinds) expect(kind).toBeLessThan(256);
});
