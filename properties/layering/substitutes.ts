/**
 * Other implementations of each layer of the reference kernel, behind the same interface. What is above can not tell them
 * apart: its calls have the same results wherever the model leaves one outcome.
 */
import {
  defineLayer,
  type Handler,
  type Layer,
  type Steps,
} from '../../kernels/layered/link/contract.ts';
import { processor } from '../../kernels/layered/the/1-processor.ts';
import { segments } from '../../kernels/layered/the/2-segments.ts';
import { operatorConsole } from '../../kernels/layered/the/3-console.ts';
import { buffering } from '../../kernels/layered/the/4-buffering.ts';
import { programs } from '../../kernels/layered/the/5-programs.ts';
import { Call } from '../../spec/abi.ts';
import { Errno } from '../../spec/errno.ts';
import { PAGE_SIZE } from '../../spec/riscv.ts';

type Operations = Readonly<Record<string, Handler>>;

/** The layer with some of its operations done otherwise. */
const otherwise = (
  layer: Layer,
  change: (operations: Operations, below: Operations) => Operations,
): Layer =>
  defineLayer({
    ...layer,
    start: (below, self) => {
      const operations = layer.start(below, self);
      return { ...operations, ...change(operations, below as Operations) };
    },
  });

const numberOf = (handler: Handler | undefined, ...args: number[]): number =>
  (handler?.(...args) ?? 0) as number;
const stepsOf = (handler: Handler | undefined, ...args: number[]): Steps =>
  handler?.(...args) as Steps;

/** Bytes that go to the console at once. */
const PIECE = 16;
/** …and at most in one call. */
const LONGEST = 128;
/** Calls about a page of the caller. */
const ON_PAGES: readonly number[] = [Call.map, Call.unmap, Call.protect];
/** Calls that change files. */
const CHANGES: readonly number[] = [
  Call.fwrite,
  Call.truncate,
  Call.unlink,
  Call.link,
  Call.rename,
  Call.mkdir,
  Call.rmdir,
];

export interface Substitute {
  readonly id: string;
  /** What it does otherwise, in one sentence. */
  readonly description: string;
  readonly layer: Layer;
}

export const substitutes: readonly Substitute[] = [
  {
    id: 'another-turn-each-interrupt',
    description: 'Whatever interrupts a hart, its process gives it up to those that are ready.',
    layer: otherwise(processor, ({ relinquish, interrupt }) => ({
      interrupt: (cause = 0) => {
        numberOf(relinquish);
        return numberOf(interrupt, cause);
      },
    })),
  },
  {
    id: 'frames-from-the-end',
    description: 'Free frames are handed out in the opposite order.',
    layer: defineLayer({
      ...segments,
      start: (below, self) => {
        const freeFrames = [...self.image.freeFrames].reverse();
        return segments.start(below, { ...self, image: { ...self.image, freeFrames } });
      },
    }),
  },
  {
    id: 'short-lines',
    description: 'The console sends 16 bytes at a time, and at most 128 a call.',
    layer: otherwise(operatorConsole, ({ write }) => ({
      write: (from = 0, bytes = 0) => {
        const end = Math.min(bytes, LONGEST);
        for (let sent = 0; sent < end; sent += PIECE) {
          const piece = Math.min(PIECE, end - sent);
          const done = numberOf(write, from + sent, piece);
          if (done < piece) return sent + Math.max(done, 0) || done;
        }
        return end;
      },
    })),
  },
  {
    id: 'synced-at-once',
    description: 'Each change of a file is on the disk before its call returns.',
    layer: otherwise(buffering, ({ request }) => ({
      *request(call = 0, a0 = 0, a1 = 0, a2 = 0): Steps {
        const result = yield* stepsOf(request, call, a0, a1, a2);
        if (CHANGES.includes(call)) yield* stepsOf(request, Call.sync, 0, 0, 0);
        return result;
      },
    })),
  },
  {
    id: 'refused-at-the-gate',
    description: 'An address that can be no page is refused before any layer below is asked.',
    layer: defineLayer({
      ...programs,
      start: (below, self) => {
        const operations = programs.start(below, self);
        const isPage = (va: number): boolean =>
          va % PAGE_SIZE === 0 && va !== 0 && va < self.image.userEnd;
        return {
          ...operations,
          *ecall(call = 0, a0 = 0, a1 = 0, a2 = 0): Steps {
            if (ON_PAGES.includes(call) && !isPage(a0)) return -Errno.EINVAL;
            return yield* stepsOf(operations['ecall'], call, a0, a1, a2);
          },
        };
      },
    }),
  },
];
