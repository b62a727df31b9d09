/**
 * Descriptors and open-file descriptions. Each client with open files has a row: for each of its descriptors the
 * description that it stands for. Descriptors made by `dup` share one, with its offset.
 *
 * Left out: more than CLIENTS clients with open files at a time (EMFILE).
 */
import { ACCESS_MODE, FIRST_DESCRIPTOR, MAX_DESCRIPTORS } from '../../../spec/files.ts';
import { type Inode, opensOf, setOpens } from './inodes.ts';
import {
  At,
  CLIENTS,
  DESCRIPTION_BYTES,
  DESCRIPTIONS,
  DescriptionAt,
  INODES,
  ROW_BYTES,
} from './layout.ts';
import { get, put, type Volume } from './volume.ts';

/** The offset of a description in the segment; 0: none. */
export type Description = number;

const rowAt = (row: number): number => At.descriptors + row * ROW_BYTES;
const descriptionAt = (number: number): Description => At.descriptions + number * DESCRIPTION_BYTES;
const rowsOf = (v: Volume): number => Math.min(get(v, At.rows), CLIENTS);

/** Where the client's row is, or 0. Client 0 finds one that nobody has. */
const rowOf = (v: Volume, client: number): number => {
  const rows = rowsOf(v);
  for (let row = 0; row < rows; row++) if (get(v, rowAt(row)) === client) return rowAt(row);
  return 0;
};

/** Where the descriptor is kept, or 0: no such number, or the client has no row. */
const slotOf = (v: Volume, client: number, fd: number): number => {
  const index = fd - FIRST_DESCRIPTOR;
  if (index < 0 || index >= MAX_DESCRIPTORS) return 0;
  const row = rowOf(v, client);
  return row === 0 ? 0 : row + 4 + index * 4;
};

const descriptionIn = (v: Volume, slot: number): Description => {
  const number = get(v, slot) - 1;
  return number >= 0 && number < DESCRIPTIONS ? descriptionAt(number) : 0;
};

/** What the descriptor stands for, or 0: it is not open. */
export const descriptionOf = (v: Volume, client: number, fd: number): Description => {
  const slot = slotOf(v, client, fd);
  return slot === 0 ? 0 : descriptionIn(v, slot);
};

export const inodeOf = (v: Volume, description: Description): Inode => {
  const inode = get(v, description + DescriptionAt.inode);
  return inode < INODES ? inode : 0;
};
export const flagsOf = (v: Volume, description: Description): number =>
  get(v, description + DescriptionAt.flags);
export const modeOf = (v: Volume, description: Description): number =>
  flagsOf(v, description) & ACCESS_MODE;
export const offsetOf = (v: Volume, description: Description): number =>
  get(v, description + DescriptionAt.offset);
export const setOffset = (v: Volume, description: Description, offset: number): void =>
  put(v, description + DescriptionAt.offset, offset);

/** A row that nobody has, or 0. It is nobody's until a descriptor is installed in it. */
const freeRow = (v: Volume): number => {
  const row = rowOf(v, 0);
  const rows = rowsOf(v);
  if (row > 0 || rows >= CLIENTS) return row;
  put(v, At.rows, rows + 1);
  return rowAt(rows);
};

/** The lowest free descriptor of the client, or 0: all are open. */
export const freeDescriptor = (v: Volume, client: number): number => {
  const row = rowOf(v, client) || freeRow(v);
  if (row === 0) return 0;
  for (let index = 0; index < MAX_DESCRIPTORS; index++) {
    if (get(v, row + 4 + index * 4) === 0) return FIRST_DESCRIPTOR + index;
  }
  return 0;
};

/** Lets a free descriptor stand for the description. */
export const install = (v: Volume, client: number, fd: number, description: Description): void => {
  const row = rowOf(v, client) || freeRow(v);
  put(v, row, client);
  const number = (description - At.descriptions) / DESCRIPTION_BYTES;
  put(v, row + 4 + (fd - FIRST_DESCRIPTOR) * 4, number + 1);
  const descriptors = description + DescriptionAt.descriptors;
  put(v, descriptors, get(v, descriptors) + 1);
};

/** A new description of the inode, with offset 0 and no descriptor yet; 0: there are too many. */
export const describe = (v: Volume, inode: Inode, flags: number): Description => {
  for (let number = 0; number < DESCRIPTIONS; number++) {
    const description = descriptionAt(number);
    if (get(v, description + DescriptionAt.descriptors) !== 0) continue;
    put(v, description + DescriptionAt.inode, inode);
    put(v, description + DescriptionAt.flags, flags);
    setOffset(v, description, 0);
    setOpens(v, inode, opensOf(v, inode) + 1);
    return description;
  }
  return 0;
};

/** The description has lost a descriptor; with the last one it goes, and with it perhaps the file. */
export const letGo = (v: Volume, description: Description): void => {
  const at = description + DescriptionAt.descriptors;
  const left = Math.max(0, get(v, at) - 1);
  put(v, at, left);
  const inode = inodeOf(v, description);
  if (left > 0 || inode === 0) return;
  setOpens(v, inode, Math.max(0, opensOf(v, inode) - 1));
  v.routines.collect(v, inode);
};

const isEmpty = (v: Volume, row: number): boolean => {
  for (let index = 0; index < MAX_DESCRIPTORS; index++) {
    if (get(v, row + 4 + index * 4) !== 0) return false;
  }
  return true;
};

/** Closes an open descriptor. */
export const uninstall = (v: Volume, client: number, fd: number): void => {
  const slot = slotOf(v, client, fd);
  const description = descriptionIn(v, slot);
  put(v, slot, 0);
  v.routines.letGo(v, description);
  const row = rowOf(v, client);
  if (isEmpty(v, row)) put(v, row, 0);
};

/** Closes all that the client has open. */
export const closeAll = (v: Volume, client: number): void => {
  for (let index = 0; index < MAX_DESCRIPTORS; index++) {
    const fd = FIRST_DESCRIPTOR + index;
    if (descriptionOf(v, client, fd) !== 0) uninstall(v, client, fd);
  }
};

/** The directory has been removed: what is open on it stays open, on nothing. */
export const detach = (v: Volume, inode: Inode): void => {
  if (opensOf(v, inode) === 0) return;
  for (let number = 0; number < DESCRIPTIONS; number++) {
    const description = descriptionAt(number);
    if (get(v, description + DescriptionAt.descriptors) === 0) continue;
    if (inodeOf(v, description) === inode) put(v, description + DescriptionAt.inode, 0);
  }
  setOpens(v, inode, 0);
};
