/** What makes two states of the services the same, as numbers: names of nodes are the order in which they are reached. */
import type { Ghost } from '../state.ts';
import type { Network } from './network.ts';
import type { Served } from './served.ts';
import { type FileSystem, type NodeId, ROOT } from './tree.ts';

export const pushServed = (key: number[], { files, network }: Served): void => {
  pushFiles(key, files);
  pushNetwork(key, network);
};

/** Calls whose callers were ended: what each would still do. There are few, and seldom any. */
export const pushGhosts = (key: number[], ghosts: readonly Ghost[]): void => {
  key.push(ghosts.length);
  for (const { owner, call } of ghosts) {
    const text = JSON.stringify(call);
    key.push(owner, text.length);
    for (let at = 0; at < text.length; at++) key.push(text.charCodeAt(at));
  }
};

const inOrder = <V>(map: ReadonlyMap<number, V>): [number, V][] =>
  [...map].sort(([a], [b]) => a - b);

const pushFiles = (key: number[], fs: FileSystem): void => {
  const names = new Map<NodeId, number>();
  pushNode(key, fs, names, ROOT);
  pushTables(key, fs, names);
};

/** Only what is open, with its files. */
export const pushOpened = (key: number[], fs: FileSystem): void => pushTables(key, fs, new Map());

const pushTables = (key: number[], fs: FileSystem, names: Map<NodeId, number>): void => {
  key.push(fs.tables.size);
  const opened = new Map<number, number>();
  for (const [owner, table] of inOrder(fs.tables)) {
    key.push(owner, table.size);
    for (const [fd, id] of inOrder(table)) {
      const name = opened.get(id) ?? opened.size;
      key.push(fd, name);
      if (name < opened.size) continue;
      opened.set(id, name);
      const description = fs.descriptions.get(id);
      if (!description) continue;
      key.push(description.flags, description.offset);
      pushNode(key, fs, names, description.node);
    }
  }
};

const pushNode = (key: number[], fs: FileSystem, names: Map<NodeId, number>, id: NodeId): void => {
  const name = names.get(id) ?? names.size;
  key.push(name);
  if (name < names.size) return;
  names.set(id, name);
  const node = fs.nodes.get(id);
  if (node?.kind === 'file') {
    key.push(1, node.links);
    pushBytes(key, node.bytes);
  } else if (node) {
    key.push(2, node.entries.size);
    for (const entry of [...node.entries.keys()].sort()) {
      for (let at = 0; at < entry.length; at++) key.push(entry.charCodeAt(at));
      key.push(0);
      pushNode(key, fs, names, node.entries.get(entry) ?? 0);
    }
  }
};

/** Four bytes a number, behind how many there are. */
const pushBytes = (key: number[], bytes: Uint8Array): void => {
  key.push(bytes.length);
  for (let at = 0; at < bytes.length; at += 4) {
    const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    key.push(low | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24));
  }
};

const pushNetwork = (key: number[], network: Network): void => {
  key.push(network.size);
  for (const [number, { owner, queue }] of inOrder(network)) {
    key.push(number, owner, queue.length);
    for (const { bytes, certain } of queue) {
      key.push(Number(certain));
      pushBytes(key, bytes);
    }
  }
};
