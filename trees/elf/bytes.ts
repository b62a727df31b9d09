/**
 * The bytes of one file, read piece by piece. No piece reaches outside, whatever a header says; a piece is valid until
 * the next file is opened (pieces share one buffer: a tree has thousands of files).
 */
import { readSync } from 'node:fs';
import { BadTree } from '../bad-tree.ts';

export interface Bytes {
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** @param what for the sentence if it does not fit: “section header 3” */
  readonly piece: (offset: number, length: number, what: string) => Buffer;
}

export const bytesOf = (file: string, content: Buffer): Bytes => ({
  file,
  size: content.length,
  piece: (offset, length, what) => {
    requireInside(file, content.length, offset, length, what);
    return content.subarray(offset, offset + length);
  },
});

/** Smaller files are read at once: one call costs as much as copying some tens of kilobytes. */
const AT_ONCE = 64 * 1024;
/** Of larger files the end, where the headers of sections, their names and the signature nearly always stand. */
const END = 16 * 1024;

/** Pieces of all sections that are read fit in here for nearly every module. */
const scratch = Buffer.allocUnsafeSlow(4 * 1024 * 1024);

/** @param fd stays open as long as pieces are asked for */
export const bytesOfFile = (file: string, fd: number, size: number): Bytes => {
  if (size <= AT_ONCE) return bytesOf(file, readFully(file, fd, scratch.subarray(0, size), 0));
  const endsFrom = size - END;
  const end = readFully(file, fd, scratch.subarray(0, END), endsFrom);
  let used = END;
  return {
    file,
    size,
    piece: (offset, length, what) => {
      requireInside(file, size, offset, length, what);
      if (offset >= endsFrom) return end.subarray(offset - endsFrom, offset - endsFrom + length);
      const fits = used + length <= scratch.length;
      const target = fits ? scratch.subarray(used, used + length) : Buffer.allocUnsafeSlow(length);
      if (fits) used += length;
      return readFully(file, fd, target, offset);
    },
  };
};

const readFully = (file: string, fd: number, target: Buffer, offset: number): Buffer => {
  let done = 0;
  while (done < target.length) {
    const got = readSync(fd, target, done, target.length - done, offset + done);
    if (got === 0) {
      throw new BadTree(
        `${file}: it ended at byte ${offset + done} while it was read; try again when nobody writes to it.`,
      );
    }
    done += got;
  }
  return target;
};

/** No section of interest has a hundredth of it. */
const MOST_AT_ONCE = 64 * 1024 * 1024;

const requireInside = (
  file: string,
  size: number,
  offset: number,
  length: number,
  what: string,
): void => {
  if (length > MOST_AT_ONCE) {
    throw new BadTree(
      `${file}: ${what} should have ${length} bytes, expected at most ${MOST_AT_ONCE}: it is no module; remove it or install it again.`,
    );
  }
  if (offset + length <= size) return;
  throw new BadTree(
    `${file}: ${what} should stand at bytes ${offset} to ${offset + length}, but the file ends at ${size}: it is cut off or no module; install it again.`,
  );
};
