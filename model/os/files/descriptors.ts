/**
 * The calls that make and use descriptors: open, close, dup, seek, read, fwrite, truncate.
 * @see Linux, fs/open.c: build_open_flags, do_sys_ftruncate; fs/namei.c: open_last_lookups, do_open; fs/read_write.c
 */
import { Errno } from '../../../spec/errno.ts';
import { ACCESS_MODE, MAX_FILE_SIZE, MAX_TRANSFER, OpenFlag, Whence } from '../../../spec/files.ts';
import { type FileCall, fails, type Outcome, type Path, type Situation, succeeds } from './call.ts';
import { setName, stores } from './names.ts';
import { isName, nodeAt, type Place, placeOf, textError } from './path.ts';
import {
  beyondBudget,
  type Description,
  type DescriptionId,
  type FileSystem,
  type FsNode,
  freeDescriptor,
  install,
  type NodeId,
  tableOf,
  uninstall,
  withDescription,
  withNode,
} from './tree.ts';

type Of<K extends FileCall['call']> = Extract<FileCall, { call: K }>;

const FLAGS = Object.values(OpenFlag).reduce<number>((all, flag) => all | flag, 0);
const { create, directory, exclusive, truncate: truncating, append } = OpenFlag;

const badFlags = (flags: number): boolean =>
  (flags & ~FLAGS) !== 0 ||
  (flags & ACCESS_MODE) === ACCESS_MODE ||
  ((flags & create) !== 0 && (flags & directory) !== 0);

/** A file to open: that node, or a new one under that name. A number is an errno. */
type Opened = { readonly id: NodeId } | { readonly make: Place } | number;

const find = (fs: FileSystem, path: Path, flags: number): Opened => {
  const place = placeOf(fs, path);
  if (typeof place === 'number') return place;
  if ((flags & create) !== 0 && isName(place) && place.slash) return Errno.EISDIR;
  const id = nodeAt(fs, place);
  if (id === undefined) return (flags & create) !== 0 ? { make: place } : Errno.ENOENT;
  if (id < 0) return -id;
  return refusal(fs.nodes.get(id), flags, place.slash) ?? { id };
};

/** Why what exists may not be opened so. */
const refusal = (node: FsNode | undefined, flags: number, slash: boolean): number | undefined => {
  const made = (flags & create) !== 0;
  if (made && (flags & exclusive) !== 0) return Errno.EEXIST;
  if (node?.kind === 'file') {
    return slash || (flags & directory) !== 0 ? Errno.ENOTDIR : undefined;
  }
  return made || (flags & (ACCESS_MODE | truncating)) !== 0 ? Errno.EISDIR : undefined;
};

export const open = ({ fs, owner }: Situation, { path, flags }: Of<'open'>): Outcome => {
  const fd = freeDescriptor(fs, owner);
  const text = textError(path);
  const found = find(fs, path, flags);
  const errors = [
    ...(badFlags(flags) ? [Errno.EINVAL] : []),
    ...(text !== 0 ? [text] : []),
    ...(fd === undefined ? [Errno.EMFILE] : []),
    ...(text === 0 && typeof found === 'number' ? [found] : []),
  ];
  if (errors.length > 0 || typeof found === 'number' || fd === undefined)
    return fails(fs, ...errors);
  const made = 'make' in found;
  const id = made ? fs.next : found.id;
  const ready = made ? makeFile(fs, found.make) : emptied(fs, id, flags);
  const description = { node: id, flags, offset: 0, descriptors: 0 };
  const number = ready.next;
  const opened = install({ ...ready, next: number + 1 }, owner, fd, number, description);
  return made ? stores(opened, fd) : succeeds(opened, fd);
};

const makeFile = (fs: FileSystem, place: Place): FileSystem => {
  const file: FsNode = { kind: 'file', bytes: new Uint8Array(0), sparse: false, links: 1 };
  return setName(withNode({ ...fs, next: fs.next + 1 }, fs.next, file), place, fs.next);
};

const emptied = (fs: FileSystem, id: NodeId, flags: number): FileSystem =>
  (flags & truncating) !== 0 ? resized(fs, id, 0) : fs;

/** The file with its contents cut off, or with zeros behind them. */
const resized = (fs: FileSystem, id: NodeId, size: number): FileSystem => {
  const node = fs.nodes.get(id);
  if (node?.kind !== 'file') return fs;
  const bytes = new Uint8Array(size);
  bytes.set(node.bytes.subarray(0, size));
  const sparse = size > 0 && (node.sparse || size > node.bytes.length);
  return withNode(fs, id, { ...node, bytes, sparse });
};

interface Open {
  readonly id: DescriptionId;
  readonly description: Description;
  readonly node: FsNode | undefined;
}

/** What the descriptor stands for. */
export const openAt = ({ fs, owner }: Situation, fd: number): Open | undefined => {
  const id = tableOf(fs, owner).get(fd);
  const description = id === undefined ? undefined : fs.descriptions.get(id);
  if (id === undefined || !description) return undefined;
  return { id, description, node: fs.nodes.get(description.node) };
};

const sizeOf = (node: FsNode | undefined): number =>
  node?.kind === 'file' ? node.bytes.length : 0;

const mode = ({ description }: Open): number => description.flags & ACCESS_MODE;

export const close = ({ fs, owner }: Situation, fd: number): Outcome =>
  openAt({ fs, owner }, fd) ? succeeds(uninstall(fs, owner, fd)) : fails(fs, Errno.EBADF);

export const dup = (at: Situation, fd: number): Outcome => {
  const { fs, owner } = at;
  const open = openAt(at, fd);
  if (!open) return fails(fs, Errno.EBADF);
  const free = freeDescriptor(fs, owner);
  if (free === undefined) return fails(fs, Errno.EMFILE);
  return succeeds(install(fs, owner, free, open.id, open.description), free);
};

const MAX_OFFSET = 0x7fff_ffff;

const moved = (fs: FileSystem, { id, description }: Open, offset: number): FileSystem =>
  withDescription(fs, id, { ...description, offset });

export const seek = (at: Situation, { fd, offset, whence }: Of<'seek'>): Outcome => {
  const { fs } = at;
  const open = openAt(at, fd);
  if (!open) return fails(fs, Errno.EBADF, ...(whence > Whence.end ? [Errno.EINVAL] : []));
  if (whence > Whence.end) return fails(fs, Errno.EINVAL);
  const anywhere = whence === Whence.end && open.node?.kind === 'directory';
  if (anywhere) {
    return succeeds(fs, 0, { mayFail: [Errno.EINVAL], least: 0, most: MAX_OFFSET });
  }
  const bases = [0, open.description.offset, sizeOf(open.node)];
  const target = (bases[whence] ?? 0) + (offset | 0);
  if (target < 0 || target > MAX_OFFSET) return fails(fs, Errno.EINVAL);
  return succeeds(moved(fs, open, target), target);
};

/** A transfer of which memory allows only a part: all of that, or less but not nothing, or EFAULT. */
const transfer = (fs: FileSystem, most: number, wanted: number): Outcome =>
  succeeds(fs, most, most < wanted ? { mayFail: [Errno.EFAULT], least: 1 } : {});

export const read = (at: Situation, { fd, length, room }: Of<'read'>): Outcome => {
  const { fs } = at;
  const open = openAt(at, fd);
  if (!open || mode(open) === OpenFlag.writeOnly) return fails(fs, Errno.EBADF);
  if (open.node?.kind !== 'file') return fails(fs, Errno.EISDIR);
  const { offset } = open.description;
  const left = Math.max(0, open.node.bytes.length - offset);
  const wanted = Math.min(length, MAX_TRANSFER, left);
  const most = Math.min(wanted, room ?? wanted);
  if (most < wanted && most === 0) return fails(fs, Errno.EFAULT);
  const stored = open.node.bytes.slice(offset, offset + most);
  return { ...transfer(moved(fs, open, offset + most), most, wanted), stored };
};

export const fwrite = (at: Situation, { fd, length, bytes }: Of<'fwrite'>): Outcome => {
  const { fs } = at;
  const open = openAt(at, fd);
  if (!open || mode(open) === OpenFlag.readOnly) return fails(fs, Errno.EBADF);
  if (length === 0) return succeeds(fs);
  const appends = (open.description.flags & append) !== 0;
  const from = appends ? sizeOf(open.node) : open.description.offset;
  const errors = [
    ...(from >= MAX_FILE_SIZE ? [Errno.EFBIG] : []),
    ...(bytes.length === 0 ? [Errno.EFAULT] : []),
  ];
  if (errors.length > 0) return fails(fs, ...errors);
  const wanted = Math.min(length, MAX_TRANSFER, MAX_FILE_SIZE - from);
  const most = Math.min(wanted, bytes.length);
  const changed = overwritten(fs, open, from, bytes.subarray(0, most));
  const outcome = transfer(moved(changed, open, from + most), most, wanted);
  if (!beyondBudget(changed)) return outcome;
  return { ...outcome, least: 1, mayFail: [...outcome.mayFail, Errno.ENOSPC] };
};

const overwritten = (
  fs: FileSystem,
  { description, node }: Open,
  from: number,
  bytes: Uint8Array,
): FileSystem => {
  const old = sizeOf(node);
  const grown = resized(fs, description.node, Math.max(old, from + bytes.length));
  const file = grown.nodes.get(description.node);
  if (node?.kind !== 'file' || file?.kind !== 'file') return fs;
  // The array is new: nobody else has seen it yet.
  file.bytes.set(bytes, from);
  const sparse = node.sparse || from > old;
  return withNode(grown, description.node, { ...file, sparse });
};

export const truncate = (at: Situation, { fd, length }: Of<'truncate'>): Outcome => {
  const { fs } = at;
  const open = openAt(at, fd);
  const errors = [
    ...((length | 0) < 0 || (open && mode(open) === OpenFlag.readOnly) ? [Errno.EINVAL] : []),
    ...(open ? [] : [Errno.EBADF]),
  ];
  if (!open || errors.length > 0) return fails(fs, ...errors);
  if (length > MAX_FILE_SIZE) return fails(fs, Errno.EFBIG);
  const grows = length > sizeOf(open.node);
  const changed = resized(fs, open.description.node, length);
  return grows ? stores(changed) : succeeds(changed);
};
