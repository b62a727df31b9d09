/** What holds of files and ports in every reachable state. */
import { MAX_DESCRIPTORS, MAX_FILE_SIZE } from '../../../spec/files.ts';
import type { OsState } from '../state.ts';
import { type FileSystem, type NodeId, ROOT } from './tree.ts';

/** How many names each node has. */
const namesOf = ({ nodes }: FileSystem): Map<NodeId, number> => {
  const names = new Map<NodeId, number>();
  for (const node of nodes.values()) {
    if (node.kind !== 'directory') continue;
    for (const id of node.entries.values()) names.set(id, (names.get(id) ?? 0) + 1);
  }
  return names;
};

/** Nodes that the root leads to. */
const reached = ({ nodes }: FileSystem): Set<NodeId> => {
  const found = new Set([ROOT]);
  for (const id of found) {
    const node = nodes.get(id);
    if (node?.kind === 'directory') for (const child of node.entries.values()) found.add(child);
  }
  return found;
};

/** How many descriptors of all tables stand for each description. */
const descriptorsOf = ({ tables }: FileSystem): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const table of tables.values()) {
    for (const id of table.values()) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
};

const every = <T>(values: Iterable<T>, holds: (value: T) => boolean): boolean =>
  [...values].every(holds);

export const FILE_INVARIANTS: readonly {
  readonly name: string;
  readonly holds: (state: OsState) => boolean;
}[] = [
  {
    name: 'a file has as many links as names, a directory one name',
    holds: ({ served: { files } }) => {
      const names = namesOf(files);
      return every(
        files.nodes,
        ([id, node]) =>
          id === ROOT || (names.get(id) ?? 0) === (node.kind === 'file' ? node.links : 1),
      );
    },
  },
  {
    name: 'a node has a name below the root, or is a file that is open',
    holds: ({ served: { files } }) => {
      const found = reached(files);
      const open = new Set([...files.descriptions.values()].map(({ node }) => node));
      return (
        every(
          files.nodes,
          ([id, node]) => found.has(id) || (node.kind === 'file' && open.has(id)),
        ) && every(found, (id) => files.nodes.has(id))
      );
    },
  },
  {
    name: 'a directory’s parent holds it',
    holds: ({ served: { files } }) =>
      every(files.nodes, ([id, node]) => {
        if (node.kind === 'file') return node.bytes.length <= MAX_FILE_SIZE;
        const parent = files.nodes.get(node.parent);
        return (
          id === ROOT || (parent?.kind === 'directory' && [...parent.entries.values()].includes(id))
        );
      }),
  },
  {
    name: 'a description counts its descriptors, and has a node',
    holds: ({ served: { files } }) => {
      const counts = descriptorsOf(files);
      return (
        every(
          files.descriptions,
          ([id, { descriptors, node }]) =>
            descriptors > 0 && counts.get(id) === descriptors && files.nodes.has(node),
        ) && every(counts.keys(), (id) => files.descriptions.has(id))
      );
    },
  },
  {
    name: 'tables and ports belong to address spaces that live, or whose last call may still come',
    holds: ({ served: { files, network }, spaces, ghosts }) =>
      every(
        files.tables,
        ([owner, table]) =>
          table.size <= MAX_DESCRIPTORS &&
          (spaces.has(owner) || ghosts.some((ghost) => ghost.owner === owner)),
      ) && every(network.values(), ({ owner }) => owner === 0 || spaces.has(owner)),
  },
];
