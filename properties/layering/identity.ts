/**
 * A layer that does nothing: it offers what the layer below offers, and passes it on. Inserting it into a strict kernel
 * costs two crossings for each call over that boundary, down and back, and changes nothing else.
 */
import { defineLayer, type Handler, type Layer } from '../../kernels/layered/link/contract.ts';
import { passedOn } from '../../kernels/layered/the/interfaces.ts';
import { Gate } from '../../spec/layering.ts';
import { DIRECT_MAP, serviceSegment } from '../../spec/layout.ts';
import { RECORD_WORDS, RecordKind, type RunLog } from '../../spec/records.ts';
import { frameOf, PAGE_SIZE, wordIn } from '../../spec/riscv.ts';

const identityOver = ({ name, offers }: Layer): Layer =>
  defineLayer({
    name: `${name} again`,
    offers,
    uses: Object.keys(offers),
    start: (below) => passedOn(below as Record<string, Handler>, offers),
  });

/** @param over the number of the layer that it is put above: 1 or more, below the topmost */
export const withIdentity = (layers: readonly Layer[], over: number): readonly Layer[] =>
  layers.flatMap((layer, index) => (index + 1 === over ? [layer, identityOver(layer)] : [layer]));

/** Records of what the machine did besides calling layers, without cycles; a return with its registers. */
const OF_LAYERS: readonly number[] = [
  RecordKind.enter,
  RecordKind.leave,
  RecordKind.passed,
  RecordKind.assigned,
  RecordKind.touched,
];
const ROWS_OF_A_RETURN = 4;
const CYCLE = 1;

export interface Crossings {
  /** Calls of layers, down and back, so two each; by the layer called. Not those of the vector, through gates. */
  readonly byLayer: ReadonlyMap<number, number>;
  readonly total: number;
}

/** Each call of a layer by a layer, down and back. */
export const crossingsOf = ({ words, length }: RunLog): Crossings => {
  const byLayer = new Map<number, number>();
  let total = 0;
  forEachRecord(words, length, (kind, at) => {
    if (kind !== RecordKind.enter || wordIn(words, at + 7) !== 0) return;
    if (wordIn(words, at + RECORD_WORDS + 3) >= Gate.interrupt) return; // passed: the operation
    const layer = wordIn(words, at + 3);
    byLayer.set(layer, (byLayer.get(layer) ?? 0) + 2);
    total += 2;
  });
  return { byLayer, total };
};

/**
 * Everything else that happened, in order, as one text per record. Where the kernel's own frames are is left out: one
 * more layer has frames, too.
 * @param frames those that are not the kernel's own
 */
export const apartFromCalls = ({ words, length }: RunLog, frames: number): readonly string[] => {
  const rows: string[] = [];
  forEachRecord(words, length, (kind, at, size) => {
    if (OF_LAYERS.includes(kind)) return;
    if (kind === RecordKind.word && isOfLayers(words, at, frames)) return;
    if (kind === RecordKind.dma) return;
    const record = [...words.subarray(at, at + size)];
    record[CYCLE] = 0;
    if (kind === RecordKind.device && wordIn(words, at + 4) >= frames * PAGE_SIZE) record[4] = 0; // a DMA address
    rows.push(record.join(' '));
  });
  return rows;
};

/** A word of a table that leads to a layer's frames, or the place of one in a root table. */
const isOfLayers = (words: Uint32Array, at: number, frames: number): boolean => {
  const index = wordIn(words, at + 4);
  const inRoot = index >= serviceSegment(0) >>> 22 && index < DIRECT_MAP >>> 22;
  return inRoot || frameOf(wordIn(words, at + 5)) >= frames;
};

const forEachRecord = (
  words: Uint32Array,
  length: number,
  visit: (kind: number, at: number, size: number) => void,
): void => {
  for (let at = 0; at < length; ) {
    const kind = wordIn(words, at) & 0xff;
    const rows = kind === RecordKind.return ? 1 + ROWS_OF_A_RETURN : 1;
    visit(kind, at, rows * RECORD_WORDS);
    at += rows * RECORD_WORDS;
  }
};
