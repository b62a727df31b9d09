/** What a service may ask is what it holds; and requests take one of two ways that cannot be told apart. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runWorkload } from '../../../hardware/run.ts';
import { workloadOf } from '../../../hardware/testing.ts';
import { Call } from '../../../spec/abi.ts';
import { Errno } from '../../../spec/errno.ts';
import { call, resultsOf } from '../../core/testing.ts';
import { buildMicrokernel } from '../../microkernel/index.ts';
import { runOutside, serviceCalled } from '../testing.ts';
import { ServiceCall } from './layout.ts';

const exit = call('exit', 0);

/** Asks whatever slot its client says, by a call of its own: as a service does that was taken over. */
const asking = (number: number) =>
  serviceCalled('files', {
    uses: ['disk'],
    *handle(world, { args: [slot] }) {
      const { memory } = world as unknown as {
        memory: {
          setArgument(index: number, value: number): void;
          argument(index: number): number;
        };
      };
      memory.setArgument(0, slot);
      memory.setArgument(1, 7);
      memory.setArgument(7, number);
      yield 'ecall';
      return memory.argument(0) | 0;
    },
  });
const disk = serviceCalled('disk', { handle: (_, { operation }) => 1000 + operation });
const network = serviceCalled('network', { handle: () => 2000 });

const asked = (number: number, ...slots: readonly number[]): readonly number[] =>
  resultsOf(
    runOutside(
      [asking(number), disk, network],
      [[...slots.map((slot) => call('open', slot, 1)), exit]],
    ),
    1,
  );

describe('a service in user space', () => {
  test('reaches the service that it declares through the slot that it was given', () => {
    expect(asked(ServiceCall.ask, 1)).toEqual([1007]);
  });

  test('finds nothing in any other slot, however large its number', () => {
    const refused = -Errno.EBADF;
    expect(asked(ServiceCall.ask, 2, 7, 8, 0xffff_ffff)).toEqual([
      refused,
      refused,
      refused,
      refused,
    ]);
  });

  test('cannot ask through a capability that only receives, nor receive through one that only sends', () => {
    expect(asked(ServiceCall.ask, 0)).toEqual([-Errno.EPERM]);
    expect(asked(Call.receive, 1)).toEqual([-Errno.EPERM]);
  });

  test('derives no further capabilities from those that it has', () => {
    expect(asked(Call.mint, 1)).toEqual([-Errno.EPERM]);
    expect(asked(Call.endpoint, 1)).toEqual([-Errno.EMFILE]);
  });
});

/** What tasks see: each trap with its cause, each result, in order. */
const seen = (kernel: ReturnType<typeof buildMicrokernel>, calls: readonly number[]): string => {
  const body = calls.map((kind) =>
    kind === 0
      ? call('sync')
      : kind === 1
        ? call('write', 0x1000, 1)
        : call('stat', 0x1000, 0x1000),
  );
  return runWorkload(
    kernel,
    workloadOf([[...body, exit]], { frames: 64, steps: 4000 }),
  ).words.join();
};

test('the fast path of a request is the slow path, but faster', () => {
  const fast = buildMicrokernel();
  const slow = buildMicrokernel({ processes: { callAtOnce: () => false } });
  fc.assert(
    fc.property(fc.array(fc.nat(2), { minLength: 2, maxLength: 6 }), (calls) => {
      expect(seen(fast, calls)).toBe(seen(slow, calls));
    }),
    { numRuns: 20, seed: 1 },
  );
});
