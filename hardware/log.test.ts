import { describe, expect, test } from 'vitest';
import { RECORD_WORDS, RecordKind } from '../spec/records.ts';
import { HartState } from './hart-state.ts';
import { EventLog } from './log.ts';

const hart = (): HartState => new HartState(2, 1);

describe('the event log', () => {
  test('keeps kind, hart, mode, cycle, task and payload of a record', () => {
    const log = new EventLog(new Uint32Array(64));
    const state = Object.assign(hart(), { cycle: 5, scontext: 3 });
    log.record(RecordKind.trap, state, 1, 2, 3, 4, 5);
    expect([...log.words.subarray(0, log.length)]).toEqual([0x1202, 5, 3, 1, 2, 3, 4, 5]);
  });

  test('forgets all when it is cleared', () => {
    const log = new EventLog(new Uint32Array(64));
    log.halt(hart(), 1, 'why');
    log.clear();
    log.console(hart(), 1);
    expect([log.length, log.messages]).toEqual([RECORD_WORDS, []]);
  });

  test('packs a byte only into a record of the console, not into registers that look like one', () => {
    const log = new EventLog(new Uint32Array(256));
    const state = hart();
    log.console(state, 1);
    const head = log.words[0] ?? 0;
    state.registers[24] = head;
    log.return(state);
    const returned = log.words.slice(RECORD_WORDS, log.length);
    log.console(state, 2);
    expect(log.words.slice(RECORD_WORDS, 6 * RECORD_WORDS)).toEqual(returned);
    expect(log.length).toBe(7 * RECORD_WORDS);
  });

  test('is full while an honest handler’s records still fit, and overflowing before one is lost', () => {
    const log = new EventLog(new Uint32Array((1 << 15) + 8));
    expect([log.full, log.overflowing]).toEqual([false, false]);
    log.length = 16;
    expect([log.full, log.overflowing]).toEqual([true, false]);
    log.length = log.words.length - 512;
    expect([log.full, log.overflowing]).toEqual([true, true]);
  });
});
