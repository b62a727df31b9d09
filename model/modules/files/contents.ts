/** Attributes, sizes and words of files, and files that are open. */
import { Errno } from '../../../spec/errno.ts';
import {
  FILE_LIMITS,
  Kind,
  MAX_WORDS,
  MODE_BITS,
  nextAnswer,
  OpenFor,
  READ,
  Right,
  SETUID,
  statWord,
} from '../../../spec/module-files.ts';
import { answers, type DiskOutcome, type FileCall, type Rule, refusal } from './call.ts';
import { find, treeOf } from './paths.ts';
import {
  allows,
  type Disk,
  type FileNode,
  hasBlock,
  isDirectory,
  lowestFree,
  type NodeId,
  nodeOf,
  type OpenFile,
  statOfNode,
  swept,
  withNode,
} from './tree.ts';

export const stat = (disk: Disk, call: FileCall): DiskOutcome => {
  const id = find(disk, call, call.names);
  return answers(disk, id < 0 ? id : statWord(statOfNode(disk, id)));
};

export const next = (disk: Disk, call: FileCall): DiskOutcome => {
  const id = find(disk, call, call.names);
  if (id < 0) return answers(disk, id);
  const node = nodeOf(disk, id);
  const refused = refusal(
    [!isDirectory(node), Errno.ENOTDIR],
    [!allows(node, call.caller, Right.read), Errno.EACCES],
  );
  const [name] = [...node.entries.keys()]
    .filter((one) => one > (call.how & 31))
    .sort((a, b) => a - b);
  if (refused < 0 || name === undefined) return answers(disk, refused);
  return answers(disk, nextAnswer(name, nodeOf(disk, node.entries.get(name) ?? 0).kind));
};

/** Finds the node, and changes it unless a rule refuses. */
const changing =
  (
    rules: (disk: Disk, call: FileCall, node: FileNode) => readonly Rule[],
    change: (node: FileNode, call: FileCall) => Partial<FileNode>,
  ) =>
  (disk: Disk, call: FileCall): DiskOutcome => {
    const id = find(disk, call, call.names);
    if (id < 0) return answers(disk, id);
    const node = nodeOf(disk, id);
    const refused = refusal(...rules(disk, call, node));
    return refused < 0 ? answers(disk, refused) : answers(withNode(disk, id, change(node, call)));
  };

/** The mode of a file that somebody has changed in a way that takes its setuid bit. */
const tamed = ({ kind, mode }: FileNode): number => (kind === Kind.file ? mode & ~SETUID : mode);

const ownersOnly = (disk: Disk, { mount, caller }: FileCall, node: FileNode): readonly Rule[] => [
  [treeOf(disk, mount).readOnly, Errno.EROFS],
  [caller !== 0 && caller !== node.owner, Errno.EPERM],
];

export const chmod = changing(ownersOnly, (_, { how }) => ({ mode: how & MODE_BITS }));

export const chown = changing(
  (disk, call, node) => [
    ...ownersOnly(disk, call, node),
    [call.caller !== 0 && call.caller !== (call.how & 15), Errno.EPERM],
  ],
  (node, { how }) => ({ owner: how & 15, mode: tamed(node) }),
);

export const opaque = changing(
  (disk, call, node) => [...ownersOnly(disk, call, node), [!isDirectory(node), Errno.ENOTDIR]],
  (_, { how }) => ({ opaque: (how & 1) === 1 }),
);

/** A block goes if all of it lies behind the new end. */
export const truncate = changing(
  (disk, { mount, caller, how }, node) => [
    [isDirectory(node), Errno.EISDIR],
    [node.kind !== Kind.file, Errno.EINVAL],
    [treeOf(disk, mount).readOnly, Errno.EROFS],
    [!allows(node, caller, Right.write), Errno.EACCES],
    [how > MAX_WORDS, Errno.EFBIG],
  ],
  (node, { caller, how }) => ({
    size: how,
    words: new Map([...node.words].filter(([word]) => word < how)),
    blocks: new Set([...node.blocks].filter((block) => block * FILE_LIMITS.wordsPerBlock < how)),
    mode: caller === 0 ? node.mode : tamed(node),
  }),
);

export const exec = (disk: Disk, call: FileCall): DiskOutcome => {
  const id = find(disk, call, call.names);
  if (id < 0) return answers(disk, id);
  const node = nodeOf(disk, id);
  if (node.kind !== Kind.file || !allows(node, call.caller, Right.search))
    return answers(disk, -Errno.EACCES);
  const asOwner = (node.mode & SETUID) !== 0 && !treeOf(disk, call.mount).nosuid;
  return answers(disk, asOwner ? node.owner : call.caller);
};

// ---- files that are open

export const open = (disk: Disk, call: FileCall): DiskOutcome => {
  const { how, caller, mount, key } = call;
  const [reads, writes] = [(how & OpenFor.read) !== 0, (how & OpenFor.write) !== 0];
  const number = lowestFree(disk.open, FILE_LIMITS.open);
  if (!reads && !writes) return answers(disk, -Errno.EINVAL);
  if (number === undefined) return answers(disk, -Errno.ENFILE);
  const id = find(disk, call, call.names);
  if (id < 0) return answers(disk, id);
  const node = nodeOf(disk, id);
  const wanted = (reads ? Right.read : 0) | (writes ? Right.write : 0);
  const refused = refusal(
    [writes && isDirectory(node), Errno.EISDIR],
    [writes && node.kind === Kind.file && treeOf(disk, mount).readOnly, Errno.EROFS],
    [!allows(node, caller, wanted), Errno.EACCES],
    [node.kind === Kind.whiteout, Errno.ENXIO],
  );
  if (refused < 0) return answers(disk, refused);
  const file: OpenFile = { node: id, reads, writes, key };
  return answers({ ...disk, open: new Map(disk.open).set(number, file) }, number);
};

/** What was opened by the same key, and the word that is meant. */
const meant = ({ open: files }: Disk, { how, key }: FileCall) => {
  const file = files.get(how & 15);
  return { number: how & 15, word: how >>> 4, file: file?.key === key ? file : undefined };
};

export const close = (disk: Disk, call: FileCall): DiskOutcome => {
  const { number, file } = meant(disk, call);
  if (!file) return answers(disk, -Errno.EBADF);
  const files = new Map(disk.open);
  files.delete(number);
  return answers(swept({ ...disk, open: files }));
};

export const read = (disk: Disk, call: FileCall): DiskOutcome => {
  const { word, file } = meant(disk, call);
  if (!file?.reads) return answers(disk, -Errno.EBADF);
  const node = nodeOf(disk, file.node);
  if (isDirectory(node)) return answers(disk, -Errno.EISDIR);
  return answers(disk, word < node.size ? READ | (node.words.get(word) ?? 0) : 0);
};

export const write = (disk: Disk, call: FileCall): DiskOutcome => {
  const { word, file } = meant(disk, call);
  if (!file?.writes) return answers(disk, -Errno.EBADF);
  const node = nodeOf(disk, file.node);
  const block = Math.floor(word / FILE_LIMITS.wordsPerBlock);
  const refused = refusal(
    [word >= MAX_WORDS, Errno.EFBIG],
    [!node.blocks.has(block) && !hasBlock(disk, node.tree), Errno.ENOSPC],
  );
  if (refused < 0) return answers(disk, refused);
  return answers(withNode(disk, file.node, written(node, call, word, block)));
};

const written = (
  node: FileNode,
  { argument, caller }: FileCall,
  word: number,
  block: number,
): Partial<FileNode> => ({
  words: new Map(node.words).set(word, argument & (READ - 1)),
  blocks: new Set(node.blocks).add(block),
  size: Math.max(node.size, word + 1),
  mode: caller === 0 ? node.mode : tamed(node),
});

export const treesOpen = ({ nodes, open: files }: Disk): ReadonlySet<number | undefined> =>
  new Set([...files.values()].map((file) => nodes.get(file.node as NodeId)?.tree));
