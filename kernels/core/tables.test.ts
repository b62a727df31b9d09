import { describe, expect, test } from 'vitest';
import { haltOf, workloadOf } from '../../hardware/testing.ts';
import type { State } from './kernel.ts';
import { Control, TASKS, TaskWord } from './layout.ts';
import { allocateRecord, findRecord, freeRecord, get, set } from './tables.ts';
import { runKernel } from './testing.ts';

/** Does this as the last step of boot, when there is no task yet. */
const inKernel = (check: (k: State) => void): void => {
  const { run } = runKernel(workloadOf([[]], { start: [], frames: 64, steps: 0 }), {
    kernelRoot: (k) => {
      check(k);
      return k.image.kernelRoot;
    },
  });
  expect(haltOf(run)).toBeUndefined();
};
const inFrame = 1024 / TASKS.words;

describe('records', () => {
  test('are found by a field, and are clean when they are used again', () => {
    inKernel((k) => {
      const record = allocateRecord(k, TASKS);
      set(k, record, TaskWord.tid, 5);
      set(k, record, TaskWord.status, 9);
      expect(findRecord(k, TASKS, TaskWord.tid, 5)).toBe(record);
      freeRecord(k, TASKS, record);
      expect(findRecord(k, TASKS, TaskWord.status, 9)).toBe(0);
      expect(allocateRecord(k, TASKS)).toBe(record);
      expect(get(k, record, TaskWord.status)).toBe(0);
    });
  });

  test('a table grows by a frame when it is full, and gives frames back in any order', () => {
    inKernel((k) => {
      const free = k.control[Control.freeCount];
      const records = Array.from({ length: 3 * inFrame }, (_, index) => {
        const record = allocateRecord(k, TASKS);
        set(k, record, TaskWord.tid, index + 1);
        return record;
      });
      expect(new Set(records).size).toBe(records.length);
      expect(k.control[Control.freeCount]).toBe((free ?? 0) - 2);
      for (const record of [...records.slice(inFrame, 2 * inFrame), ...records]) {
        if (get(k, record, TaskWord.tid) !== 0) freeRecord(k, TASKS, record);
      }
      expect(k.control[Control.freeCount]).toBe(free);
      expect(k.control[TASKS.directory]).toBe(1);
    });
  });
});
