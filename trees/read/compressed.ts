/**
 * Compressed modules: `.gz`, `.xz`, `.zst`. What comes out is bounded: a small file may claim to hold terabytes. Node
 * brings gzip; xz and Zstandard are decoders made for streams, stopped at the bound.
 */
import { ReadableStream } from 'node:stream/web';
import { gunzipSync } from 'node:zlib';
import { BadTree } from '../bad-tree.ts';

/** The largest module of a distribution has some 20 MB; with all of its debug information, 400. */
const MOST_BYTES = 512 * 1024 * 1024;

type Decoder = (content: Buffer, most: number) => Buffer | Promise<Buffer>;

/** More came out than may. */
class TooMuch extends Error {}

const gunzip: Decoder = (content, most) => {
  try {
    return gunzipSync(content, { maxOutputLength: most });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw new TooMuch();
    throw error;
  }
};

/**
 * Decoders are loaded by who needs them. The usual WebAssembly build of Zstandard is three times as fast, but runs for
 * ever on a damaged file: this one is plain JavaScript and says what is wrong.
 */
const unzstd: Decoder = async (content, most) => {
  const { Decompress } = await import('fzstd');
  const pieces: Uint8Array[] = [];
  let [size, ended] = [0, false];
  const decoder = new Decompress((piece, final) => {
    size += piece.length;
    if (size > most) throw new TooMuch();
    pieces.push(piece);
    ended ||= final === true;
  });
  for (let at = 0; at < content.length; at += STEP) {
    decoder.push(content.subarray(at, at + STEP), at + STEP >= content.length);
  }
  if (!ended) throw new Error('it is cut off');
  return Buffer.concat(pieces, size);
};

/** Bytes that a decoder gets at once, so that little more than the bound ever comes out. */
const STEP = 64 * 1024;

const unxz: Decoder = async (content, most) => {
  // A CommonJS package, whose named exports Node does not see.
  const { XzReadableStream } = (await import('xz-decompress')).default;
  let at = 0;
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (at >= content.length) return controller.close();
      controller.enqueue(content.subarray(at, at + STEP));
      at += STEP;
    },
  });
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of new XzReadableStream(source as never) as AsyncIterable<Uint8Array>) {
    size += piece.length;
    if (size > most) throw new TooMuch();
    pieces.push(piece.slice());
  }
  return Buffer.concat(pieces, size);
};

const DECODERS: Readonly<Record<string, Decoder>> = { '.gz': gunzip, '.xz': unxz, '.zst': unzstd };

/** The way to decompress a file of such a name; none if it is plain. */
const decoderOf = (path: string): Decoder | undefined =>
  DECODERS[path.slice(path.lastIndexOf('.'))];

export const isCompressed = (path: string): boolean => decoderOf(path) !== undefined;

/** @param most bytes that may come out */
export const decompressed = async (
  path: string,
  content: Buffer,
  most = MOST_BYTES,
): Promise<Buffer> => {
  const decode = decoderOf(path);
  if (decode === undefined) return content;
  try {
    return await decode(content, most);
  } catch (error) {
    if (error instanceof TooMuch) {
      throw new BadTree(
        `${path}: it holds more than ${most} bytes, which no module has; remove it or install it again.`,
      );
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new BadTree(
      `${path}: it cannot be decompressed (${reason}); expected what its name says, a whole ${path.slice(path.lastIndexOf('.'))} file; install it again.`,
    );
  }
};
