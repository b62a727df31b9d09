/**
 * A call on files without a task: paths are strings, contents are bytes. `outcomeOf` (apply.ts) says what it does.
 * Numbers are words as they come in registers; what is signed is read as signed.
 */
import type { FileSystem, Owner } from './tree.ts';

export type FileCall =
  | { readonly call: 'open'; readonly path: Path; readonly flags: number }
  | { readonly call: 'close' | 'dup'; readonly fd: number }
  /** `room`: bytes of the buffer that the caller may store to; without it all. */
  | {
      readonly call: 'read';
      readonly fd: number;
      readonly length: number;
      readonly room?: number;
    }
  /** `bytes`: those of the buffer that the caller can load; fewer than `length` where it ends. */
  | {
      readonly call: 'fwrite';
      readonly fd: number;
      readonly length: number;
      readonly bytes: Uint8Array;
    }
  | { readonly call: 'seek'; readonly fd: number; readonly offset: number; readonly whence: number }
  | { readonly call: 'truncate'; readonly fd: number; readonly length: number }
  | { readonly call: 'unlink' | 'mkdir' | 'rmdir'; readonly path: Path }
  | { readonly call: 'link' | 'rename'; readonly from: Path; readonly to: Path }
  /** `room`: whether the caller may store all 8 bytes; without it yes. */
  | { readonly call: 'stat'; readonly path: Path; readonly room?: boolean }
  | { readonly call: 'sync' };

/** A path, or the errno for one that is not in the caller's memory as a path must be. */
export type Path = string | number;

export interface Outcome {
  /** Errors that apply: it fails with one of them. The first is the one that Linux returns. None: it may succeed. */
  readonly errors: readonly number[];
  /** Errors that it may fail with instead of succeeding. */
  readonly mayFail: readonly number[];
  /** The result where nothing is short; where something is, any from `least` to `most` is allowed. */
  readonly result: number;
  readonly least: number;
  readonly most: number;
  /** What is stored in the caller's memory: of read, the bytes; of stat, 8. */
  readonly stored: Uint8Array;
  /** How many of its last bytes may be anything: of stat on a directory, 4. */
  readonly loose: number;
  /** The file system after success with `result`; after an error nothing has changed. */
  readonly fs: FileSystem;
}

/** The state a call is judged in. */
export interface Situation {
  readonly fs: FileSystem;
  readonly owner: Owner;
}

const NOTHING = new Uint8Array(0);

export const fails = (fs: FileSystem, ...errors: readonly number[]): Outcome => ({
  errors,
  mayFail: [],
  result: 0,
  least: 0,
  most: 0,
  stored: NOTHING,
  loose: 0,
  fs,
});

export const succeeds = (fs: FileSystem, result = 0, more: Partial<Outcome> = {}): Outcome => ({
  errors: [],
  mayFail: [],
  result,
  least: result,
  most: result,
  stored: NOTHING,
  loose: 0,
  fs,
  ...more,
});
