/** Files of unions that are open: each is a file that is open in a layer. For writing it is copied up first. */
import { Errno } from '../../../../spec/errno.ts';
import { Kind, OpenFor, openFileHow, pathWord, Right } from '../../../../spec/module-files.ts';
import { ask, kindOf, topOf } from './layers.ts';
import {
  type Address,
  add,
  type Call,
  clear,
  freePlace,
  InMount,
  InOpen,
  type Layer,
  mountedAt,
  OPEN,
  OPEN_IN,
  placeAt,
  read,
  type Sight,
  type Steps,
  type Union,
  write,
} from './layout.ts';
import { permission, walk } from './walk.ts';

const openRefusal = (union: Union, call: Call, sight: Sight): number => {
  const writes = (call.how & OpenFor.write) !== 0;
  if (writes && kindOf(topOf(sight)) === Kind.directory) return -Errno.EISDIR;
  if (writes && union.routines.isReadOnly(call.mounted)) return -Errno.EROFS;
  const wanted = (writes ? Right.write : 0) | (call.how & OpenFor.read ? Right.read : 0);
  return permission(union, call, sight, wanted);
};

export function* open(union: Union, call: Call): Steps {
  const { mounted, names, how } = call;
  if ((how & 3) === 0) return -Errno.EINVAL;
  if (freePlace(union, OPEN) === 0) return -Errno.ENFILE;
  const sight = yield* walk(union, call, names);
  if (typeof sight === 'number') return sight;
  const refused = openRefusal(union, call, sight);
  if (refused < 0) return refused;
  const writes = (how & OpenFor.write) !== 0;
  const copied = writes ? yield* union.routines.copyUp(union, mounted, names) : 0;
  if (copied < 0) return copied;
  const isUpper = mounted.upper && (writes || sight.upper !== 0);
  const layer = isUpper ? mounted.upper : mounted.lower;
  const number = yield* ask(union, layer, mounted.mounter, 'open', how & 3, pathWord(names));
  if (number < 0) return number;
  const place = freePlace(union, OPEN);
  if (place !== 0)
    return taken(union, call, place, isUpper ? OPEN_IN.upper : OPEN_IN.lower, number);
  yield* ask(union, layer, mounted.mounter, 'close', openFileHow(number), 0);
  return -Errno.ENFILE;
}

const taken = (
  union: Union,
  { mounted, names, key }: Call,
  place: Address,
  layer: number,
  number: number,
): number => {
  write(union, place, InOpen.layer, layer);
  write(union, place, InOpen.mount, mounted.at);
  write(union, place, InOpen.number, number);
  write(union, place, InOpen.path, pathWord(names));
  write(union, place, InOpen.key, key);
  add(union, mounted.at, InMount.open, 1);
  return (place - placeAt(union, OPEN, 0)) / (4 * OPEN.words);
};

/** A file that is open: the layer, and its number there. */
const realOf = (union: Union, at: Address): { readonly layer: Layer; readonly number: number } => {
  const { upper, lower } = mountedAt(union, read(union, at, InOpen.mount));
  const isUpper = read(union, at, InOpen.layer) === OPEN_IN.upper;
  return { layer: (isUpper && upper) || lower, number: read(union, at, InOpen.number) };
};

/** 0: nobody who comes by this key has opened it. */
const openAt = (union: Union, { how, key }: Call): Address => {
  const at = placeAt(union, OPEN, how & 15);
  return read(union, at, InOpen.layer) !== 0 && read(union, at, InOpen.key) === key ? at : 0;
};

/** Reading and writing are the layer's business: it knows what the file was opened for. */
const passOn = (operation: 'read' | 'write') =>
  function* (union: Union, call: Call): Steps {
    const { how, caller, argument } = call;
    const at = openAt(union, call);
    if (at === 0) return -Errno.EBADF;
    const { layer, number } = realOf(union, at);
    return yield* ask(union, layer, caller, operation, openFileHow(number, how >>> 4), argument);
  };
export const readWord = passOn('read');
export const writeWord = passOn('write');

export function* close(union: Union, call: Call): Steps {
  const at = openAt(union, call);
  if (at === 0) return -Errno.EBADF;
  const { layer, number } = realOf(union, at);
  add(union, read(union, at, InOpen.mount), InMount.open, -1);
  clear(union, OPEN, at);
  return yield* ask(union, layer, call.caller, 'close', openFileHow(number), 0);
}
