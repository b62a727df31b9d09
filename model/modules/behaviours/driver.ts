/**
 * What all drivers answer. A device completes when it likes: while a command is under way both are allowed, that it is
 * still so, and that it has completed meanwhile; which it was, the answer tells.
 */
import { Device } from '../../../spec/devices.ts';
import {
  Access,
  type DrivenDevice,
  DriverRequest,
  HANDLES,
  handleOf,
  operandOf,
  whatOf,
} from '../../../spec/drivers.ts';
import { Errno } from '../../../spec/errno.ts';
import type { Word } from '../../../spec/riscv.ts';
import { type Behaviour, behaviour, type Outcome } from '../behaviour.ts';

/** Of the driver's own state. */
export type Answers<S> = readonly Outcome<S>[];

/** What a driver adds: `S` is its device and what goes with it. */
export interface DriverModel<S> {
  readonly device: DrivenDevice;
  readonly initial: S;
  readonly facts: readonly number[];
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** Whether a command may be under way; and what has become of it when it has completed. */
  isUnderWay(own: S): boolean;
  completed(own: S): S;
  /** What has happened when `wait` ends. */
  waited(own: S): S;
  request(own: S, what: number, operand: number, argument: Word): Answers<S>;
  leave?(own: S): unknown;
  find?(own: S, left: unknown): S;
}

interface DriverState<S> {
  /** What the openers of handles 1, 2, … may do; 0: nobody has it. */
  readonly modes: readonly number[];
  readonly own: S;
}

export const only = <S>(state: S, answer: number): Answers<S> => [{ state, answer }];

/** What is answered by one that has nothing under way. */
export const onceIdle = <S>(
  driver: Pick<DriverModel<S>, 'isUnderWay' | 'completed'>,
  own: S,
  then: (own: S) => Answers<S>,
): Answers<S> =>
  driver.isUnderWay(own)
    ? [{ state: own, answer: -Errno.EAGAIN }, ...then(driver.completed(own))]
    : then(own);

const BOTH = Access.read | Access.write;

/** Any handle that nobody has. */
const open = <S>(state: DriverState<S>, mode: number): Answers<DriverState<S>> => {
  if (mode < Access.read || mode > BOTH) return only(state, -Errno.EINVAL);
  const { modes } = state;
  if (!modes.includes(Access.none)) return only(state, -Errno.EMFILE);
  return modes.flatMap((taken, index) =>
    taken ? [] : [{ state: { ...state, modes: modes.with(index, mode) }, answer: index + 1 }],
  );
};

/** Why a request may not be made. */
const refusal = <S>(driver: DriverModel<S>, mode: number, what: number): number => {
  const [reads, writes] = [driver.reads.includes(what), driver.writes.includes(what)];
  const ofAll = [DriverRequest.close, DriverRequest.poll, DriverRequest.wait] as number[];
  if (!reads && !writes && !ofAll.includes(what)) return Errno.ENOTTY;
  if (mode === Access.none) return Errno.EBADF;
  const mayNot = (reads && !(mode & Access.read)) || (writes && !(mode & Access.write));
  return mayNot ? Errno.EACCES : 0;
};

const answers = <S>(
  driver: DriverModel<S>,
  state: DriverState<S>,
  request: Word,
  argument: Word,
): Answers<DriverState<S>> => {
  const [what, handle, operand] = [whatOf(request), handleOf(request), operandOf(request)];
  const { modes, own } = state;
  if (what === DriverRequest.open) return open(state, operand);
  if (what === DriverRequest.identify) return only(state, driver.facts[operand] ?? -Errno.EINVAL);
  const refused = refusal(driver, modes[handle - 1] ?? Access.none, what);
  if (refused !== 0) return only(state, -refused);
  if (what === DriverRequest.close)
    return only({ modes: modes.with(handle - 1, Access.none), own }, 0);
  if (what === DriverRequest.wait) return only({ modes, own: driver.waited(own) }, 0);
  const outcomes =
    what === DriverRequest.poll
      ? onceIdle(driver, own, (idle) => only(idle, 0))
      : driver.request(own, what, operand, argument);
  return outcomes.map((outcome) => ({ ...outcome, state: { modes, own: outcome.state } }));
};

export const driverBehaviour = <S>(driver: DriverModel<S>): Behaviour => {
  const { device, initial, leave, find } = driver;
  const asked = (state: DriverState<S>, request: Word, argument: Word) =>
    answers(driver, state, request, argument);
  return behaviour<DriverState<S>>({
    initial: { modes: Array.from({ length: HANDLES }, () => Access.none), own: initial },
    hooks: [{ point: 'device', priority: 0, key: Device[device] }],
    interrupts: [device],
    use: asked,
    hook: asked,
    kept: {
      device,
      leave: ({ own }) => leave?.(own),
      find: ({ modes, own }, left) => ({ modes, own: find?.(own, left) ?? own }),
    },
  });
};
