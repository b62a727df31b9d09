/** Requests to file systems as operations on modules, and back. */

import { keyOf } from '../../../spec/extensions.ts';
import {
  FILE_SYSTEM_KEY,
  type FileOperation,
  type FileRequest,
  type Layers,
  layersWord,
  type Names,
  namesOf,
  otherNamesOf,
  pathsWord,
  requestOf,
  requestWord,
} from '../../../spec/module-files.ts';
import type { ModuleOperation } from '../../../spec/modules.ts';
import type { Word } from '../../../spec/riscv.ts';

export type FileSystem = keyof typeof FILE_SYSTEM_KEY;

export interface Asked extends Partial<Omit<FileRequest, 'operation'>> {
  readonly names?: Names;
  readonly others?: Names;
  /** In place of paths. */
  readonly argument?: Word;
}

/** What is left out is 0, or the root. */
export const ask = (
  system: FileSystem,
  operation: FileOperation,
  { caller = 0, mount = 0, how = 0, names = [], others = [], argument }: Asked = {},
): ModuleOperation => ({
  op: 'ask',
  point: 'filesystem',
  request: requestWord(FILE_SYSTEM_KEY[system], { operation, caller, mount, how }),
  argument: argument ?? pathsWord(names, others),
});

export const askUnion = (layers: Layers, asked: Asked = {}): ModuleOperation =>
  ask('unionfs', 'mount', { ...asked, argument: layersWord(layers) });

/** A request to one of the two. */
export interface FileAsk extends FileRequest {
  readonly system: FileSystem;
  readonly names: Names;
  readonly others: Names;
  readonly argument: Word;
}

const BY_KEY = new Map<number, FileSystem>([
  [FILE_SYSTEM_KEY.ramfs, 'ramfs'],
  [FILE_SYSTEM_KEY.unionfs, 'unionfs'],
]);

export const fileAskOf = (operation: ModuleOperation): FileAsk | undefined => {
  if (operation.op !== 'ask' || operation.point !== 'filesystem') return undefined;
  const { request, argument } = operation;
  const system = BY_KEY.get(keyOf(request));
  const asked = requestOf(request);
  if (!asked || !system) return undefined;
  const { operation: wanted, caller, mount, how } = asked;
  return {
    operation: wanted,
    caller,
    mount,
    how,
    system,
    names: namesOf(argument),
    others: otherNamesOf(argument),
    argument,
  };
};
