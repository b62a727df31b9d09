/**
 * The calls on names: unlink, link, rename, mkdir, rmdir, stat. Errors in the order in which Linux finds them.
 * @see Linux, fs/namei.c: do_unlinkat, do_linkat, do_renameat2, do_mkdirat, do_rmdir
 */
import { Errno } from '../../../spec/errno.ts';
import { FileKind } from '../../../spec/files.ts';
import { fails, type Outcome, type Path, succeeds } from './call.ts';
import { isName, isWithin, nodeAt, nodeOf, type Place, placeOf } from './path.ts';
import {
  beyondBudget,
  collect,
  type FileSystem,
  type NodeId,
  withEntry,
  withNode,
} from './tree.ts';

/** Lets a name in a directory mean a node, or nothing. */
export const setName = (
  fs: FileSystem,
  { directory, last }: Place,
  id: NodeId | undefined,
): FileSystem => {
  const node = fs.nodes.get(directory);
  if (node?.kind !== 'directory') return fs;
  return withNode(fs, directory, { ...node, entries: withEntry(node.entries, last, id) });
};

/** Counts names of a file up or down; without any, and not open, it goes. */
const countLinks = (fs: FileSystem, id: NodeId, by: number): FileSystem => {
  const node = fs.nodes.get(id);
  if (node?.kind !== 'file') return fs;
  return collect(withNode(fs, id, { ...node, links: node.links + by }), id);
};

const isDirectory = (fs: FileSystem, id: NodeId): boolean => fs.nodes.get(id)?.kind === 'directory';

const isEmpty = (fs: FileSystem, id: NodeId): boolean => {
  const node = fs.nodes.get(id);
  return node?.kind !== 'directory' || node.entries.size === 0;
};

/** Success that puts something on the disk. */
export const stores = (fs: FileSystem, result = 0): Outcome =>
  succeeds(fs, result, beyondBudget(fs) ? { mayFail: [Errno.ENOSPC] } : {});

export const unlink = (fs: FileSystem, path: Path): Outcome => {
  const place = placeOf(fs, path);
  if (typeof place === 'number') return fails(fs, place);
  if (!isName(place)) return fails(fs, Errno.EISDIR);
  const id = nodeAt(fs, place) ?? -Errno.ENOENT;
  if (id < 0) return fails(fs, -id);
  if (isDirectory(fs, id)) return fails(fs, Errno.EISDIR);
  if (place.slash) return fails(fs, Errno.ENOTDIR);
  return succeeds(countLinks(setName(fs, place, undefined), id, -1));
};

export const mkdir = (fs: FileSystem, path: Path): Outcome => {
  const place = placeOf(fs, path);
  if (typeof place === 'number') return fails(fs, place);
  const found = isName(place) ? nodeAt(fs, place) : place.directory;
  if (found !== undefined) return fails(fs, found < 0 ? -found : Errno.EEXIST);
  const id = fs.next;
  const made = withNode({ ...fs, next: id + 1 }, id, {
    kind: 'directory',
    parent: place.directory,
    entries: new Map(),
  });
  return stores(setName(made, place, id));
};

const NOT_REMOVABLE: Readonly<Record<string, number>> = {
  '': Errno.EBUSY,
  '.': Errno.EINVAL,
  '..': Errno.ENOTEMPTY,
};

export const rmdir = (fs: FileSystem, path: Path): Outcome => {
  const place = placeOf(fs, path);
  if (typeof place === 'number') return fails(fs, place);
  const never = NOT_REMOVABLE[place.last];
  if (never !== undefined) return fails(fs, never);
  const id = nodeAt(fs, place) ?? -Errno.ENOENT;
  if (id < 0) return fails(fs, -id);
  if (!isDirectory(fs, id)) return fails(fs, Errno.ENOTDIR);
  if (!isEmpty(fs, id)) return fails(fs, Errno.ENOTEMPTY);
  return succeeds(withNode(setName(fs, place, undefined), id, undefined));
};

export const stat = (fs: FileSystem, path: Path, room: boolean): Outcome => {
  const id = nodeOf(fs, path);
  const errors = [...(id < 0 ? [-id] : []), ...(room ? [] : [Errno.EFAULT])];
  if (errors.length > 0) return fails(fs, ...errors);
  const node = fs.nodes.get(id);
  const kind = node?.kind ?? 'file';
  const stored = new Uint8Array(8);
  stored[0] = FileKind[kind];
  if (node?.kind === 'file') new DataView(stored.buffer).setUint32(4, node.bytes.length, true);
  return succeeds(fs, 0, { stored, loose: kind === 'directory' ? 4 : 0 });
};

export const link = (fs: FileSystem, from: Path, to: Path): Outcome => {
  const id = nodeOf(fs, from);
  const place = placeOf(fs, to);
  const errors = id < 0 ? [-id] : [];
  if (typeof place === 'number') return fails(fs, ...errors, place);
  const found = isName(place) ? nodeAt(fs, place) : place.directory;
  if (found !== undefined) errors.push(found < 0 ? -found : Errno.EEXIST);
  else if (place.slash) errors.push(Errno.ENOENT);
  if (id > 0 && isDirectory(fs, id)) errors.push(Errno.EPERM);
  if (errors.length > 0) return fails(fs, ...errors);
  return stores(countLinks(setName(fs, place, id), id, 1));
};

export const rename = (fs: FileSystem, from: Path, to: Path): Outcome => {
  const source = placeOf(fs, from);
  const target = placeOf(fs, to);
  const walking = [source, target].filter((place) => typeof place === 'number');
  if (typeof source === 'number' || typeof target === 'number') return fails(fs, ...walking);
  if (!isName(source) || !isName(target)) return fails(fs, Errno.EBUSY);
  const id = nodeAt(fs, source) ?? -Errno.ENOENT;
  const replaced = nodeAt(fs, target);
  const looking = [id, replaced ?? 0].filter((found) => found < 0).map((found) => -found);
  if (looking.length > 0) return fails(fs, ...looking);
  const errors = renameErrors(fs, source, target, id, replaced);
  if (errors.length > 0) return fails(fs, ...errors);
  if (id === replaced) return succeeds(fs);
  return stores(move(fs, source, target, id, replaced));
};

/** What forbids a rename of a node that exists, all that applies. */
const renameErrors = (
  fs: FileSystem,
  source: Place,
  target: Place,
  id: NodeId,
  replaced: NodeId | undefined,
): number[] => {
  const moved = isDirectory(fs, id);
  const errors: number[] = [];
  if (!moved && (source.slash || target.slash)) errors.push(Errno.ENOTDIR);
  if (moved && isWithin(fs, target.directory, id)) errors.push(Errno.EINVAL);
  if (replaced === undefined || replaced === id) return errors;
  if (isWithin(fs, source.directory, replaced)) errors.push(Errno.ENOTEMPTY);
  const onto = isDirectory(fs, replaced);
  if (moved && !onto) errors.push(Errno.ENOTDIR);
  if (!moved && onto) errors.push(Errno.EISDIR);
  if (!isEmpty(fs, replaced)) errors.push(Errno.ENOTEMPTY);
  return errors;
};

const move = (
  fs: FileSystem,
  source: Place,
  target: Place,
  id: NodeId,
  replaced: NodeId | undefined,
): FileSystem => {
  const renamed = setName(setName(fs, source, undefined), target, id);
  const gone =
    replaced === undefined
      ? renamed
      : isDirectory(renamed, replaced)
        ? withNode(renamed, replaced, undefined)
        : countLinks(renamed, replaced, -1);
  const node = gone.nodes.get(id);
  return node?.kind === 'directory'
    ? withNode(gone, id, { ...node, parent: target.directory })
    : gone;
};
