/** Unions as values, beside the disk with their layers, while one request is served. */
import type { FileOperation, Names } from '../../../spec/module-files.ts';
import type { FileCall } from '../files/call.ts';
import { onDisk } from '../files/serve.ts';
import type { Disk } from '../files/tree.ts';

export interface Layer {
  readonly mount: number;
  readonly isUnion: boolean;
  readonly nosuid: boolean;
}

export interface UnionMount {
  readonly number: number;
  readonly upper: Layer | undefined;
  readonly lower: Layer;
  readonly mounter: number;
  readonly readOnly: boolean;
  readonly nosuid: boolean;
  readonly depth: number;
  /** Numbers of the roots, which are open in the layers. */
  readonly upperRoot: number;
  readonly lowerRoot: number;
}

export interface UnionFile {
  readonly mount: number;
  readonly on: 'upper' | 'lower';
  /** In that layer. */
  readonly number: number;
  readonly names: Names;
  readonly key: number;
}

export interface Unions {
  readonly mounts: ReadonlyMap<number, UnionMount>;
  readonly open: ReadonlyMap<number, UnionFile>;
}
export const noUnions: Unions = { mounts: new Map(), open: new Map() };

/** What is asked of a layer; what is left out is nothing. */
export interface Asked extends Partial<Pick<FileCall, 'how' | 'names' | 'others' | 'argument'>> {
  readonly operation: FileOperation;
  readonly caller: number;
}

export class World {
  disk: Disk;
  unions: Unions;
  readonly #serve: (world: World, call: FileCall) => number;

  constructor(disk: Disk, unions: Unions, serve: (world: World, call: FileCall) => number) {
    this.disk = disk;
    this.unions = unions;
    this.#serve = serve;
  }

  /** What a layer answers. */
  ask({ mount, isUnion }: Pick<Layer, 'mount' | 'isUnion'>, asked: Asked): number {
    const nothing = { how: 0, names: [], others: [], argument: 0 };
    const call: FileCall = { ...nothing, ...asked, mount, key: 0 };
    if (isUnion) return this.#serve(this, call);
    const { state, answer } = onDisk(this.disk, call);
    this.disk = state;
    return answer;
  }

  setOpen(number: number, file: UnionFile | undefined): void {
    const open = new Map(this.unions.open);
    if (file) open.set(number, file);
    else open.delete(number);
    this.unions = { ...this.unions, open };
  }

  setMount(number: number, mount: UnionMount | undefined): void {
    const mounts = new Map(this.unions.mounts);
    if (mount) mounts.set(number, mount);
    else mounts.delete(number);
    this.unions = { ...this.unions, mounts };
  }
}
