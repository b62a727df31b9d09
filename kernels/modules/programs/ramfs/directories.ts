/** Directories of ramfs: chains of entries; and the way along a path. */
import { Errno } from '../../../../spec/errno.ts';
import { Kind, type Names, Right } from '../../../../spec/module-files.ts';
import { forgetUnused } from './inodes.ts';
import {
  type Address,
  add,
  type Call,
  clear,
  type Disk,
  ENTRIES,
  InEntry,
  InInode,
  InMount,
  read,
  type Spot,
  write,
} from './layout.ts';

export const isDirectory = (disk: Disk, inode: Address): boolean =>
  read(disk, inode, InInode.kind) === Kind.directory;

export const entriesOf = function* (disk: Disk, directory: Address): Generator<Address> {
  let entry = read(disk, directory, InInode.entries);
  for (; entry !== 0; entry = read(disk, entry, InEntry.next)) yield entry;
};

const entryNamed = (disk: Disk, directory: Address, name: number): Address => {
  for (const entry of entriesOf(disk, directory))
    if (read(disk, entry, InEntry.name) === name) return entry;
  return 0;
};

export const isEmpty = (disk: Disk, directory: Address): boolean =>
  read(disk, directory, InInode.entries) === 0;

/** Puts an entry that is nobody's into a directory: at the head of the chain. */
export const chain = (disk: Disk, directory: Address, entry: Address): void => {
  write(disk, entry, InEntry.next, read(disk, directory, InInode.entries));
  write(disk, directory, InInode.entries, entry);
};

const unchain = (disk: Disk, directory: Address, entry: Address): void => {
  const next = read(disk, entry, InEntry.next);
  if (read(disk, directory, InInode.entries) === entry) {
    write(disk, directory, InInode.entries, next);
    return;
  }
  for (const before of entriesOf(disk, directory))
    if (read(disk, before, InEntry.next) === entry) write(disk, before, InEntry.next, next);
};

/** A directory refers to itself and to the one that it lies in. */
const countParent = (disk: Disk, directory: Address, inode: Address, by: number): void => {
  if (isDirectory(disk, inode)) add(disk, directory, InInode.links, by);
};

/** Gives an inode a name there. */
export const enter = (
  disk: Disk,
  { directory, name }: Pick<Spot, 'directory' | 'name'>,
  entry: Address,
  inode: Address,
): void => {
  write(disk, entry, InEntry.name, name);
  write(disk, entry, InEntry.inode, inode);
  disk.routines.chain(disk, directory, entry);
  add(disk, inode, InInode.links, 1);
  countParent(disk, directory, inode, 1);
};

/** Takes the name away; the inode stays, whoever else has it or not. */
export const leave = (disk: Disk, directory: Address, entry: Address): Address => {
  const inode = read(disk, entry, InEntry.inode);
  unchain(disk, directory, entry);
  clear(disk, ENTRIES, entry);
  add(disk, inode, InInode.links, -1);
  countParent(disk, directory, inode, -1);
  return inode;
};

/** Takes the name away, and the inode with it if that was the last one. */
export const remove = (disk: Disk, directory: Address, entry: Address): void =>
  forgetUnused(disk, leave(disk, directory, entry));

/** The inode to which names lead from another; or an errno. */
const walk = (disk: Disk, { caller }: Call, from: Address, names: Names): number => {
  let inode = from;
  for (const name of names) {
    const refused = searches(disk, caller, inode);
    if (refused < 0) return refused;
    const entry = entryNamed(disk, inode, name);
    if (entry === 0) return -Errno.ENOENT;
    inode = read(disk, entry, InEntry.inode);
  }
  return inode;
};

const searches = (disk: Disk, caller: number, inode: Address): number => {
  if (!isDirectory(disk, inode)) return -Errno.ENOTDIR;
  return disk.routines.permits(disk, inode, caller, Right.search) ? 0 : -Errno.EACCES;
};

export const inodeAt = (disk: Disk, call: Call, names: Names = call.names): number =>
  walk(disk, call, read(disk, call.at, InMount.root), names);

/** @param names not those of the root */
export const spotOf = (disk: Disk, call: Call, names: Names): Spot | number => {
  const directory = inodeAt(disk, call, names.slice(0, -1));
  if (directory < 0) return directory;
  const refused = searches(disk, call.caller, directory);
  if (refused < 0) return refused;
  const name = names.at(-1) ?? 0;
  return { directory, name, entry: entryNamed(disk, directory, name) };
};

/** Whether the caller may make and remove names there. */
export const mayChange = (disk: Disk, { caller }: Call, directory: Address): boolean =>
  disk.routines.permits(disk, directory, caller, Right.write | Right.search);
