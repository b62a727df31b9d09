/** Why, for files and datagrams: the tree, the descriptors of the task, and the ports, as the model had them. */
import type { Served } from '../../model/os/files/served.ts';
import { type FileSystem, type NodeId, ROOT, tableOf } from '../../model/os/files/tree.ts';
import type { Explanation } from '../report.ts';
import type { Replay } from './replay.ts';

/** Paths by node, in the order of the tree. A file with two names is there twice. */
const pathsIn = (fs: FileSystem): [string, NodeId][] => {
  const found: [string, NodeId][] = [['/', ROOT]];
  const below = (id: NodeId, path: string): void => {
    const node = fs.nodes.get(id);
    if (node?.kind !== 'directory') return;
    for (const [name, child] of [...node.entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
      found.push([`${path}/${name}`, child]);
      below(child, `${path}/${name}`);
    }
  };
  below(ROOT, '');
  return found;
};

const contentsOf = (fs: FileSystem, id: NodeId): string => {
  const node = fs.nodes.get(id);
  if (node?.kind !== 'file') return 'directory';
  const links = node.links > 1 ? `, ${node.links} names` : '';
  const [first = 0, second = 0, third = 0, fourth = 0] = node.bytes;
  const begin = [first, second, third, fourth]
    .slice(0, node.bytes.length)
    .map((byte) => byte.toString(16).padStart(2, '0'));
  const bytes = begin.length > 0 ? `: ${begin.join(' ')}${node.bytes.length > 4 ? ' …' : ''}` : '';
  return `file, ${node.bytes.length} bytes${links}${bytes}`;
};

const treeRows = ({ files }: Served): string[][] =>
  pathsIn(files).map(([path, id]) => [path, contentsOf(files, id)]);

const descriptorRows = ({ files }: Served, owner: number): string[][] => {
  const paths = pathsIn(files);
  return [...tableOf(files, owner)]
    .sort(([a], [b]) => a - b)
    .map(([fd, id]) => {
      const open = files.descriptions.get(id);
      const path = paths.find(([, node]) => node === open?.node)?.[0] ?? 'a file without a name';
      const shared = (open?.descriptors ?? 1) > 1 ? ', offset shared' : '';
      return [`descriptor ${fd}`, `${path}, offset ${open?.offset ?? 0}${shared}`];
    });
};

const portRows = ({ network }: Served): string[][] =>
  [...network].map(([port, { owner, queue }]) => [
    `port ${port}`,
    `${owner === 0 ? 'bound by nobody' : `bound by address space ${owner}`}, ${queue.length} datagrams kept`,
  ]);

export const whyFiles = ({ state }: Pick<Replay, 'state'>, tid: number): Explanation => {
  const { served } = state;
  const space = state.tasks.get(tid)?.space ?? 0;
  return {
    table: [['before the call', ''], ...treeRows(served), ...descriptorRows(served, space)],
    text: 'These are the files as all calls before have left them, and what the task has open: what the call must go by.',
  };
};

export const whyPorts = ({ state }: Pick<Replay, 'state'>): Explanation => ({
  table: [['before the call', ''], ...portRows(state.served)],
  text: 'These are the ports as all calls before have left them.',
});
