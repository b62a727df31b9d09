/**
 * Paths: from a string to a place in the tree, with the error that Linux gives first.
 * @see Linux, fs/namei.c: link_path_walk
 */
import { Errno } from '../../../spec/errno.ts';
import { MAX_NAME, MAX_PATH } from '../../../spec/files.ts';
import type { Path } from './call.ts';
import { type FileSystem, type NodeId, ROOT } from './tree.ts';

/** Where a path leads: all but its last name, which may exist there or not. */
export interface Place {
  readonly directory: NodeId;
  /** '' for a path that is the root. */
  readonly last: string;
  /** It ends with '/'. */
  readonly slash: boolean;
}

/** Is the last part a name that can be made or taken away? */
export const isName = ({ last }: Place): boolean => last !== '' && last !== '.' && last !== '..';

/** What is called so in the directory: a node, `undefined`, or −errno. */
const lookup = (fs: FileSystem, directory: NodeId, name: string): NodeId | undefined => {
  const node = fs.nodes.get(directory);
  if (node?.kind !== 'directory') return -Errno.ENOTDIR;
  if (name === '.' || name === '') return directory;
  if (name === '..') return node.parent;
  return name.length > MAX_NAME ? -Errno.ENAMETOOLONG : node.entries.get(name);
};

/** The error of a path that need not be looked up for it, or 0. */
export const textError = (path: Path): number => {
  if (typeof path === 'number') return path;
  if (path.length + 1 > MAX_PATH) return Errno.ENAMETOOLONG;
  return path === '' ? Errno.ENOENT : 0;
};

/** Walks all but the last name. A number is an errno. */
export const placeOf = (fs: FileSystem, path: Path): Place | number => {
  const error = textError(path);
  if (typeof path === 'number' || error !== 0) return error;
  const names = path.split('/').filter((name) => name !== '');
  const last = names.pop() ?? '';
  let directory = ROOT;
  for (const name of names) {
    const next = lookup(fs, directory, name) ?? -Errno.ENOENT;
    if (next < 0) return -next;
    directory = next;
  }
  if (fs.nodes.get(directory)?.kind !== 'directory') return Errno.ENOTDIR;
  return { directory, last, slash: path.endsWith('/') && last !== '' };
};

/** What the place holds: a node, `undefined`, or −errno for a name that is too long. */
export const nodeAt = (fs: FileSystem, { directory, last }: Place): NodeId | undefined =>
  lookup(fs, directory, last);

/** The node that a path names, or −errno. A '/' at its end demands a directory. */
export const nodeOf = (fs: FileSystem, path: Path): NodeId => {
  const place = placeOf(fs, path);
  if (typeof place === 'number') return -place;
  const id = nodeAt(fs, place) ?? -Errno.ENOENT;
  return id > 0 && place.slash && fs.nodes.get(id)?.kind === 'file' ? -Errno.ENOTDIR : id;
};

/** Is it the directory itself, or does that lie below it? */
export const isWithin = (fs: FileSystem, directory: NodeId, above: NodeId): boolean => {
  for (let at = directory; ; ) {
    if (at === above) return true;
    const node = fs.nodes.get(at);
    if (at === ROOT || node?.kind !== 'directory') return false;
    at = node.parent;
  }
};
