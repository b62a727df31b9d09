/** Frames that were sent and not taken, in their order. When each arrives, the card decides; `wait` waits for the first. */
import { FRAME_WORDS, MAX_ON_THEIR_WAY, MAX_VALUE, NetworkRequest } from '../../../spec/drivers.ts';
import { Errno } from '../../../spec/errno.ts';
import { type Answers, type DriverModel, driverBehaviour, onceIdle, only } from './driver.ts';

const { get, set, send, receive } = NetworkRequest;

type Frame = readonly number[];

interface NetworkState {
  /** What will be sent next. */
  readonly out: Frame;
  /** The last of these may still be on its way out of the buffer. */
  readonly frames: readonly Frame[];
  readonly sending: boolean;
  /** The first of them has certainly arrived. */
  readonly arrived: boolean;
  readonly taken: Frame;
}

const sent = (own: NetworkState, words: number): Answers<NetworkState> => {
  if (words < 1 || words > FRAME_WORDS) return only(own, -Errno.EINVAL);
  if (own.frames.length >= MAX_ON_THEIR_WAY) return only(own, -Errno.ENOBUFS);
  const frames = [...own.frames, own.out.slice(0, words)];
  return only({ ...own, frames, sending: true }, 0);
};

const received = (own: NetworkState): Answers<NetworkState> => {
  const [taken, ...frames] = own.frames;
  const none = { state: own, answer: -Errno.EAGAIN };
  if (!taken) return [none];
  const sending = own.sending && frames.length > 0;
  const one = { state: { ...own, taken, frames, sending, arrived: false }, answer: taken.length };
  return own.arrived ? [one] : [none, one];
};

const stored = (own: NetworkState, index: number, value: number): Answers<NetworkState> => {
  if (index >= FRAME_WORDS || value > MAX_VALUE) return only(own, -Errno.EINVAL);
  return only({ ...own, out: own.out.with(index, value) }, 0);
};

const model: DriverModel<NetworkState> = {
  device: 'network',
  initial: {
    out: Array.from({ length: FRAME_WORDS }, () => 0),
    frames: [],
    sending: false,
    arrived: false,
    taken: [],
  },
  facts: [FRAME_WORDS, MAX_ON_THEIR_WAY],
  reads: [get, receive],
  writes: [set, send],
  isUnderWay: ({ sending }) => sending,
  completed: (own) => ({ ...own, sending: false }),
  waited: (own) => ({ ...own, sending: false, arrived: own.frames.length > 0 }),
  request: (own, what, operand, argument) => {
    if (what === receive) return received(own);
    if (what === get) return only(own, own.taken[operand] ?? -Errno.EINVAL);
    return onceIdle(model, own, (idle) =>
      what === send ? sent(idle, operand) : stored(idle, operand, argument),
    );
  },
};

export const networkDriver = () => driverBehaviour(model);
