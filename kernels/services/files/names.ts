/**
 * The calls on names: unlink, link, rename, mkdir, rmdir, stat. Errors in the order in which Linux finds them.
 * @see Linux, fs/namei.c: do_unlinkat, do_linkat, do_renameat2, do_mkdirat, do_rmdir
 */
import { Errno } from '../../../spec/errno.ts';
import { FileKind, STAT_WORDS } from '../../../spec/files.ts';
import type { Client, Request, Steps } from '../contract.ts';
import { detach } from './descriptors.ts';
import { add, entriesOf, find, remove, replace } from './directories.ts';
import {
  discard,
  type Inode,
  isDirectory,
  linksOf,
  parentOf,
  setLinks,
  setParent,
  sizeOf,
} from './inodes.ts';
import { At, INODES, Kind, ROOT } from './layout.ts';
import { make } from './open.ts';
import { existing, inodeAt, Part, type Place, placeOf, placesOf } from './path.ts';
import { put, type Volume } from './volume.ts';

type Args = Request['args'];

/** Is the last part a name that can be made or taken away? */
const isName = ({ part }: Place): boolean => part >= Part.name;

export const isEmpty = (v: Volume, inode: Inode): boolean =>
  !isDirectory(v, inode) || entriesOf(v, inode) === 0;

/** What the last name of an inode has been taken from: a file loses a link, an empty directory goes. */
const loseName = (v: Volume, inode: Inode): void => {
  if (isDirectory(v, inode)) {
    detach(v, inode);
    discard(v, inode);
    return;
  }
  setLinks(v, inode, Math.max(0, linksOf(v, inode) - 1));
  v.routines.collect(v, inode);
};

/** Takes the name at the place away, which must be there. Answers 0 or −EIO. */
function* removeName(v: Volume, { directory, name }: Place): Steps<number> {
  const index = yield* find(v, directory, name);
  return index < 0 ? -Errno.EIO : yield* remove(v, directory, index);
}

/** Takes the name away, and what it named if that was its last. */
function* removeAt(v: Volume, place: Place, inode: Inode): Steps<number> {
  const error = yield* removeName(v, place);
  if (error < 0) return error;
  loseName(v, inode);
  return 0;
}

export function* unlink(v: Volume, client: Client, [path]: Args): Steps<number> {
  const place = yield* placeOf(v, client, path);
  if (typeof place === 'number') return place;
  if (!isName(place)) return -Errno.EISDIR;
  const inode = yield* inodeAt(v, place);
  if (inode < 0) return inode;
  if (isDirectory(v, inode)) return -Errno.EISDIR;
  return place.slash ? -Errno.ENOTDIR : yield* removeAt(v, place, inode);
}

export function* mkdir(v: Volume, client: Client, [path]: Args): Steps<number> {
  const place = yield* placeOf(v, client, path);
  if (typeof place === 'number') return place;
  const there = yield* inodeAt(v, place);
  if (there !== -Errno.ENOENT) return there < 0 ? there : -Errno.EEXIST;
  const inode = yield* make(v, place, Kind.directory);
  return inode < 0 ? inode : 0;
}

/** The error of removing what is no name, by `Part`. */
const NOT_REMOVABLE = [-Errno.EBUSY, -Errno.EINVAL, -Errno.ENOTEMPTY];

export function* rmdir(v: Volume, client: Client, [path]: Args): Steps<number> {
  const place = yield* placeOf(v, client, path);
  if (typeof place === 'number') return place;
  const never = NOT_REMOVABLE[place.part];
  if (never !== undefined) return never;
  const inode = yield* inodeAt(v, place);
  if (inode < 0) return inode;
  if (!isDirectory(v, inode)) return -Errno.ENOTDIR;
  return v.routines.isEmpty(v, inode) ? yield* removeAt(v, place, inode) : -Errno.ENOTEMPTY;
}

export function* stat(v: Volume, client: Client, [path, va]: Args): Steps<number> {
  const place = yield* placeOf(v, client, path);
  if (typeof place === 'number') return place;
  const inode = yield* existing(v, place);
  if (inode < 0) return inode;
  put(v, At.stat, isDirectory(v, inode) ? FileKind.directory : FileKind.file);
  put(v, At.stat + 4, sizeOf(v, inode));
  const error = yield* client.write(v.base + At.stat, va, STAT_WORDS * 4);
  return error === 0 ? 0 : -Errno.EFAULT;
}

export function* link(v: Volume, client: Client, [from, to]: Args): Steps<number> {
  const { source, target } = yield* placesOf(v, client, from, to);
  if (typeof source === 'number') return source;
  const inode = yield* existing(v, source);
  if (inode < 0) return inode;
  if (typeof target === 'number') return target;
  const there = yield* inodeAt(v, target);
  if (there !== -Errno.ENOENT) return there < 0 ? there : -Errno.EEXIST;
  if (target.slash) return -Errno.ENOENT;
  if (isDirectory(v, inode)) return -Errno.EPERM;
  const error = yield* add(v, target.directory, target.name, inode);
  if (error === 0) setLinks(v, inode, linksOf(v, inode) + 1);
  return error;
}

/** Is it the directory itself, or does that lie below it? */
export const isWithin = (v: Volume, directory: Inode, above: Inode): boolean => {
  let at = directory;
  for (let depth = 0; depth < INODES && at !== above && at !== ROOT; depth++) at = parentOf(v, at);
  return at === above;
};

/** What is to be renamed, and what is in its way (−ENOENT: nothing). */
interface Move {
  readonly source: Place;
  readonly target: Place;
  readonly inode: Inode;
  readonly replaced: Inode;
}

/** What forbids a rename of something that exists: −errno, or 0. */
const refusal = (v: Volume, { source, target, inode, replaced }: Move): number => {
  const moved = isDirectory(v, inode);
  if (!moved && (source.slash || target.slash)) return -Errno.ENOTDIR;
  if (moved && v.routines.isWithin(v, target.directory, inode)) return -Errno.EINVAL;
  if (replaced < 0 || replaced === inode) return 0;
  if (v.routines.isWithin(v, source.directory, replaced)) return -Errno.ENOTEMPTY;
  const onto = isDirectory(v, replaced);
  if (moved !== onto) return moved ? -Errno.ENOTDIR : -Errno.EISDIR;
  return v.routines.isEmpty(v, replaced) ? 0 : -Errno.ENOTEMPTY;
};

/** Gives it the new name, then takes the old one away: so that nothing is lost where the disk is full. */
function* move(v: Volume, { source, target, inode, replaced }: Move): Steps<number> {
  const place = yield* find(v, target.directory, target.name);
  const named =
    place < 0
      ? yield* add(v, target.directory, target.name, inode)
      : yield* replace(v, target.directory, place, target.name, inode);
  if (named < 0) return named;
  const error = yield* removeName(v, source);
  if (error < 0) return error;
  if (replaced > 0) loseName(v, replaced);
  if (isDirectory(v, inode)) setParent(v, inode, target.directory);
  return 0;
}

export function* rename(v: Volume, client: Client, [from, to]: Args): Steps<number> {
  const { source, target } = yield* placesOf(v, client, from, to);
  if (typeof source === 'number') return source;
  if (typeof target === 'number') return target;
  if (!isName(source) || !isName(target)) return -Errno.EBUSY;
  const inode = yield* inodeAt(v, source);
  if (inode < 0) return inode;
  const replaced = yield* inodeAt(v, target);
  if (replaced < 0 && replaced !== -Errno.ENOENT) return replaced;
  const error = refusal(v, { source, target, inode, replaced });
  if (error < 0 || replaced === inode) return error;
  return yield* move(v, { source, target, inode, replaced });
}
