/**
 * The driver of the network card, which is a loopback: what is sent arrives. One buffer is always posted; when a frame
 * has arrived there, it waits until it is taken, then the buffer is posted again. What arrives meanwhile the card keeps:
 * no more frames are sent than that. Exit resets the card, so what is on its way is lost.
 *
 *     own        onTheirWay      frames that were sent and not taken
 *     own + 4    arrived         1: there is a frame in the buffer for receiving
 *     256        taken           the frame that was taken last: its size, its words
 *     buffer     the frame that is sent; 128 bytes further, the one that arrives
 *
 * The buffer is shared with the card, and a frame there is the sender's word for its size: it is read once, checked, and
 * what is kept is a copy. Only then is the buffer the card's again.
 */
import { DeviceStatus, NetworkCommand, NetworkRegister } from '../../../spec/devices.ts';
import {
  Access,
  DEVICE_FACTS,
  FRAME_WORDS,
  MAX_ON_THEIR_WAY,
  MAX_VALUE,
  NetworkRequest,
} from '../../../spec/drivers.ts';
import { Errno } from '../../../spec/errno.ts';
import type { Place } from '../program.ts';
import {
  allows,
  close,
  type Driver,
  DriverWord,
  driverProgram,
  isUnderWay,
  open,
  register,
  setRegister,
  setWord,
  wordOf,
} from './driver.ts';

export const NetworkWord = {
  onTheirWay: DriverWord.own,
  arrived: DriverWord.own + 4,
  taken: 256,
} as const;
/** Bytes: a frame with its size, and where in the buffer the one is that arrives. */
const FRAME_BYTES = 4 * (1 + FRAME_WORDS);
export const ARRIVES_AT = 128;

const post = (place: Place): void => {
  setRegister(place, NetworkRegister.receiveAddress, wordOf(place, DriverWord.dma) + ARRIVES_AT);
  setRegister(place, NetworkRegister.receiveCapacity, FRAME_BYTES);
  setRegister(place, NetworkRegister.command, NetworkCommand.receive);
};

const send = ({ buffer }: Driver, place: Place, words: number): number => {
  if (words === 0 || words > FRAME_WORDS) return -Errno.EINVAL;
  const onTheirWay = wordOf(place, NetworkWord.onTheirWay);
  if (onTheirWay >= MAX_ON_THEIR_WAY) return -Errno.ENOBUFS;
  setWord(place, NetworkWord.onTheirWay, onTheirWay + 1);
  setWord(place, buffer, words);
  setRegister(place, NetworkRegister.transmitAddress, wordOf(place, DriverWord.dma));
  setRegister(place, NetworkRegister.transmitLength, 4 * (1 + words));
  setWord(place, DriverWord.underWay, 1);
  setRegister(place, NetworkRegister.command, NetworkCommand.transmit);
  return 0;
};

/** The frame is no longer in the buffer: it has been taken, or was not fit to be. */
export const free = (place: Place): void => {
  setWord(place, NetworkWord.onTheirWay, wordOf(place, NetworkWord.onTheirWay) - 1);
  setWord(place, NetworkWord.arrived, 0);
  post(place);
};

export const fits = (place: Place, words: number): boolean =>
  words <= FRAME_WORDS && 4 * (1 + words) <= register(place, NetworkRegister.receivedLength);

const receive = ({ buffer }: Driver, place: Place): number => {
  if (wordOf(place, NetworkWord.arrived) === 0) return -Errno.EAGAIN;
  const words = wordOf(place, buffer + ARRIVES_AT);
  const sound = fits(place, words);
  if (sound) setWord(place, NetworkWord.taken, words);
  for (let at = 4; sound && at <= 4 * words; at += 4)
    setWord(place, NetworkWord.taken + at, wordOf(place, buffer + ARRIVES_AT + at));
  free(place);
  return sound ? words : -Errno.EIO;
};

const set = (driver: Driver, place: Place, index: number, value: number): number => {
  if (index >= FRAME_WORDS || value > MAX_VALUE) return -Errno.EINVAL;
  setWord(place, driver.buffer + 4 * (1 + index), value);
  return 0;
};

export const networkDriver: Driver = {
  device: 'network',
  buffer: 2048,
  needs: {
    [NetworkRequest.get]: Access.read,
    [NetworkRequest.set]: Access.write,
    [NetworkRequest.send]: Access.write,
    [NetworkRequest.receive]: Access.read,
  },
  fact: (_, which) => {
    if (which >= DEVICE_FACTS.network.length) return -Errno.EINVAL;
    return which === 0 ? FRAME_WORDS : MAX_ON_THEIR_WAY;
  },
  allows,
  open,
  close,
  begin: (_, place) => {
    setRegister(place, NetworkRegister.command, NetworkCommand.reset);
    post(place);
  },
  *end(_, place) {
    setRegister(place, NetworkRegister.command, NetworkCommand.reset);
    yield* [];
    return 0;
  },
  completed: (place) => {
    const { done, error, busy } = DeviceStatus;
    const sent = register(place, NetworkRegister.transmitStatus);
    setWord(place, DriverWord.underWay, sent === busy ? 1 : 0);
    setWord(place, DriverWord.failed, sent === error ? 1 : 0);
    const received = register(place, NetworkRegister.receiveStatus);
    setWord(place, NetworkWord.arrived, received === done ? 1 : 0);
  },
  isUnderWay,
  waits: (driver, place) =>
    driver.isUnderWay(driver, place) ||
    (wordOf(place, NetworkWord.onTheirWay) > 0 && wordOf(place, NetworkWord.arrived) === 0),
  carryOut: (driver, place, what, operand, argument) => {
    if (what === NetworkRequest.receive) return receive(driver, place);
    if (what === NetworkRequest.get) {
      if (operand >= wordOf(place, NetworkWord.taken)) return -Errno.EINVAL;
      return wordOf(place, NetworkWord.taken + 4 * (1 + operand));
    }
    if (driver.isUnderWay(driver, place)) return -Errno.EAGAIN;
    return what === NetworkRequest.send
      ? send(driver, place, operand)
      : set(driver, place, operand, argument);
  },
};

export const networkDriverProgram = driverProgram(networkDriver);
