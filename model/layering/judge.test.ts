/** Each rule of layering, on records as the machine writes them: what keeps it and what breaks it. */
import { describe, expect, test } from 'vitest';
import { Call } from '../../spec/abi.ts';
import { Gate } from '../../spec/layering.ts';
import { serviceSegment } from '../../spec/layout.ts';
import { RecordKind } from '../../spec/records.ts';
import { Cause } from '../../spec/riscv.ts';
import { Op, Story } from './testing.ts';

const USER = 4;
const BUFFER = 0x2000;

/** A system call that lends the task's buffer of 8 bytes to layer 3. */
const fwrite = (story = new Story()): Story =>
  story.trap().call(3, Gate.ecall, Call.fwrite, 3, BUFFER, 8);
const read = (story = new Story()): Story =>
  story.trap().call(3, Gate.ecall, Call.read, 3, BUFFER, 8);

describe('calls', () => {
  test('go to the layer right below, and back', () => {
    const story = fwrite().call(2, Op.move, 1, BUFFER, 8).call(1, Op.signal, 1).leave(3);
    expect(story.call(1, Gate.dispatch).leave().clause).toBeUndefined();
    expect(story.taken('callReachedLayerOne')).toBe(1);
  });

  test('past a layer break the strict rule, and not the relaxed one', () => {
    const skip = (story: Story): Story => fwrite(story).call(1, Op.signal, 1);
    expect(skip(new Story('strict')).clause).toBe('layer-skipped');
    expect(skip(new Story('relaxed')).clause).toBeUndefined();
  });

  test.each([['strict'], ['relaxed']] as const)('go up in no discipline: %s', (discipline) => {
    const story = fwrite(new Story(discipline)).call(2, Op.move, 1, 0, 0);
    expect(story.call(3, 0, 0, 0).clause).toBe('upcall');
  });

  test('go through no door of one’s own', () => {
    expect(fwrite().call(3, 0, 0, 0).clause).toBe('wrong-door');
  });

  test.each([[Gate.dispatch], [Gate.interrupt], [77]])('ask only what is offered: not %i', (op) => {
    expect(fwrite().call(2, Op.move, 1, 0, 0).call(1, op).clause).toBe('wrong-door');
  });

  test('of the system enter at the topmost layer', () => {
    expect(new Story().trap().call(2, Gate.ecall, Call.yield).clause).toBe('wrong-door');
    expect(new Story().trap(Cause.loadPageFault).call(3, Gate.exception, 13, 0).clause).toBe(
      undefined,
    );
  });

  test('between layers that start are nobody’s business', () => {
    expect(new Story().call(1, Op.signal, 0).leave().clause).toBeUndefined();
  });

  test('that an exception went through are over', () => {
    const story = fwrite().call(2, Op.move, 1, BUFFER, 8);
    const left = story.record(RecordKind.leave, 3, 0xffff, 1, 0);
    expect(left.judge().state.harts[0]?.stack).toEqual([]);
  });
});

describe('an interrupt', () => {
  const timer = (): Story => new Story().trap(Cause.timerInterrupt);

  test('enters layer 1', () => {
    const story = timer().call(1, Gate.interrupt, Cause.timerInterrupt).leave();
    expect(story.clause).toBeUndefined();
    expect(story.taken('interruptEnteredLayerOne')).toBe(1);
    expect(timer().call(2, Op.move, 0, 0, 0).clause).toBe('interrupt-above-one');
  });

  test('calls nothing above layer 1', () => {
    const story = timer().call(1, Gate.interrupt, Cause.timerInterrupt).call(3, 0, 0, 0);
    expect(story.clause).toBe('interrupt-above-one');
  });

  test('is followed by whoever had waited', () => {
    const story = read().call(2, Op.pause, 7).call(1, Op.wait, 7);
    const goOn = story.park();
    story.trap(Cause.externalInterrupt, 2).call(1, Gate.interrupt, Cause.externalInterrupt).leave();
    story.call(1, Gate.dispatch).leave();
    goOn().leave(2).record(RecordKind.context, 1);
    expect(story.taken('interruptWhileInLayer')).toBe(1);
    expect(story.clause).toBe('hardware-above-one');
  });
});

describe('hardware', () => {
  test.each([
    [RecordKind.device],
    [RecordKind.console],
    [RecordKind.satp],
    [RecordKind.fence],
    [RecordKind.ipi],
    [RecordKind.idle],
    [RecordKind.context],
  ])('is touched by layer 1 and the linker alone: record %i', (kind) => {
    expect(fwrite().record(kind).clause).toBe('hardware-above-one');
    const below = fwrite().call(2, Op.move, 1, 0, 0).call(1, Op.signal, 1).record(kind);
    expect(below.clause).toBeUndefined();
    expect(new Story().trap().record(kind).clause).toBeUndefined();
  });
});

describe('memory of a user program', () => {
  test('is lent by its system call, and read and written as that says', () => {
    expect(fwrite().touch(BUFFER, 8, false, USER).clause).toBeUndefined();
    expect(fwrite().touch(BUFFER, 8, true, USER).clause).toBe('foreign-data');
    expect(read().touch(BUFFER, 8, true, USER).clause).toBeUndefined();
    expect(read().touch(BUFFER, 8, true, USER).taken('lentMemoryTouched')).toBe(1);
  });

  test('is lent to the byte, but whole words may be read', () => {
    expect(read().touch(BUFFER + 4, 8, true, USER).clause).toBe('foreign-data');
    const odd = new Story().trap().call(3, Gate.ecall, Call.fwrite, 3, BUFFER + 1, 1);
    expect(odd.touch(BUFFER, 4, false, USER).clause).toBeUndefined();
    expect(fwrite().touch(BUFFER + 8, 4, false, USER).clause).toBe('foreign-data');
  });

  test('is not lent by a call whose description names none', () => {
    const story = new Story().trap().call(3, Gate.ecall, Call.map, BUFFER, 6);
    expect(story.touch(BUFFER, 4, false, USER).clause).toBe('foreign-data');
  });

  test('is lent on by who was lent it, and no more than that', () => {
    const lower = (bytes: number): Story =>
      read().call(2, Op.move, 1, BUFFER, bytes).touch(BUFFER, bytes, true, USER);
    expect(lower(8).clause).toBeUndefined();
    expect(lower(12).clause).toBe('foreign-data');
    expect(fwrite().call(2, Op.move, 1, BUFFER, 8).touch(BUFFER, 4, true, USER).clause).toBe(
      'foreign-data',
    );
  });

  test('is lent until the call is over, also while it waits', () => {
    const story = read().call(2, Op.pause, 7).call(1, Op.wait, 7);
    const goOn = story.park();
    goOn().leave(2).touch(BUFFER, 4, true, USER);
    expect(story.clause).toBeUndefined();
    const later = read().leave().trap().call(3, Gate.ecall, Call.yield);
    expect(later.touch(BUFFER, 4, false, USER).clause).toBe('foreign-data');
  });

  test('is that of the task that lent it', () => {
    const story = read().call(2, Op.pause, 7).call(1, Op.wait, 7);
    story.park();
    story.trap(Cause.userEcall, 2).call(3, Gate.ecall, Call.yield);
    expect(story.touch(BUFFER, 4, true, USER).clause).toBe('foreign-data');
  });
});

describe('memory of a layer', () => {
  const own = serviceSegment(3);

  test('is touched by a lower one while a call lends it', () => {
    const lent = fwrite().call(2, Op.move, 1, own, 16);
    expect(lent.touch(own + 8, 8, true, 3).clause).toBeUndefined();
    expect(fwrite().call(2, Op.move, 1, 0, 0).touch(own, 4, false, 3).clause).toBe('foreign-data');
  });

  test('is lent by its owner, not by who has only its address', () => {
    const story = new Story('relaxed').trap().call(3, Gate.ecall, Call.yield);
    story.call(2, Op.move, 1, own, 0).call(1, Op.transfer, 0, own, 16);
    expect(story.touch(own, 4, true, 3).clause).toBe('foreign-data');
  });

  test('is never lent upward', () => {
    expect(fwrite().touch(serviceSegment(1), 4, false, 1).clause).toBe('foreign-data');
  });

  test('is moved by devices while it is lent to layer 1: as a frame, or by its address', () => {
    const FRAME = 22;
    const boot = (): Story => {
      const story = new Story('relaxed');
      for (const frame of [20, 21, FRAME, 23]) story.record(RecordKind.assigned, frame, 3);
      return story.trap().call(3, Gate.ecall, Call.yield);
    };
    const move = (story: Story, frame = FRAME): Story =>
      story.record(RecordKind.dma, 0, frame << 12, 16, 1, 0);
    expect(move(boot().call(1, Op.transfer, FRAME, 0, 0)).clause).toBeUndefined();
    expect(move(boot().call(1, Op.transfer, 0, own, 16)).clause).toBeUndefined();
    expect(move(boot().call(1, Op.transfer, 0, own, 16), 23).clause).toBe('foreign-data');
    expect(move(boot().call(1, Op.transfer, FRAME, 0, 0).leave()).clause).toBe('foreign-data');
  });
});

describe('waiting', () => {
  const waits = (story = new Story()): Story => {
    fwrite(story).call(2, Op.pause, 7).call(1, Op.wait, 7);
    story.park();
    return story;
  };

  test('is ended by the same layer, or by one below', () => {
    const same = waits().trap(Cause.userEcall, 2).call(3, Gate.ecall, Call.yield);
    same.call(2, Op.free, 7).call(1, Op.signal, 7);
    expect(same.clause).toBeUndefined();
    expect([same.taken('waitedInLayer'), same.taken('waiterSignalled')]).toEqual([1, 1]);
    const below = waits().trap(Cause.userEcall, 2).call(3, Gate.ecall, Call.yield);
    expect(below.call(2, Op.move, 0, 0, 0).call(1, Op.signal, 7).clause).toBeUndefined();
  });

  test('of a layer for one above it breaks the rule', () => {
    const story = fwrite().call(2, Op.move, 1, 0, 0).call(1, Op.wait, 7);
    story.park();
    story.trap(Cause.userEcall, 2).call(3, Gate.ecall, Call.yield);
    story.call(2, Op.free, 7).call(1, Op.signal, 7);
    expect(story.judge().violation).toMatchObject({
      clause: 'waits-upward',
      observed: 'layer 2 (memory) waits at semaphore 7, and layer 3 (files) signalled it',
      layers: { from: 2, to: 3 },
    });
  });

  test('is over when the call goes on', () => {
    const story = fwrite().call(2, Op.move, 1, 0, 0).call(1, Op.wait, 7);
    story.park()().leave(3);
    story.trap(Cause.userEcall, 2).call(3, Gate.ecall, Call.yield);
    expect(story.call(2, Op.free, 7).call(1, Op.signal, 7).clause).toBeUndefined();
  });
});

test('a broken rule comes with the calls that led there', () => {
  const { violation } = fwrite().call(2, Op.move, 1, BUFFER, 8).call(3, 0, 0, 0).judge();
  expect(violation).toMatchObject({
    expected: 'layer 2 (memory) calls only layers below it',
    observed: 'layer 2 (memory) called look of layer 3 (files), above it',
    layers: {
      layers: ['processor', 'memory', 'files'],
      calls: [
        { layer: 3, text: 'ecall fwrite(3, 0x2000, 8)' },
        { layer: 2, text: 'move(1, 0x2000, 8)' },
      ],
      from: 2,
      to: 3,
    },
  });
});
