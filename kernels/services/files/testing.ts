/** Test support: a file system over the block driver over a disk in memory, and calls on it as a task makes them. */
import type { OpenFlag } from '../../../spec/files.ts';
import { diskService } from '../disk.ts';
import { type RamDisk, type Started, start, TestClient } from '../testing.ts';
import { filesService } from './index.ts';

/** A file system that has just been started on the disk. */
export const filesOn = (disk: RamDisk): Started => {
  const driver = start(diskService, { device: disk });
  return start(filesService, { ports: (own) => ({ disk: driver.portFor(own) }) });
};

/** Where calls keep their paths and their buffer: the buffer in the middle of two pages. */
const FIRST_PATH = TestClient.BASE;
const SECOND_PATH = TestClient.BASE + 0x200;
export const BUFFER = TestClient.BASE + 0x2800;

export type Flags = (typeof OpenFlag)[keyof typeof OpenFlag] | number;

/** A task with calls on files. Paths are strings; what is read or written is a string of bytes. */
export class FileTask {
  readonly client: TestClient;
  readonly #files: Started;

  constructor(files: Started, id = 1) {
    this.#files = files;
    this.client = new TestClient(id);
  }
  call(name: string, a0 = 0, a1 = 0, a2 = 0): number {
    return this.#files.ask(this.client, name, a0, a1, a2);
  }
  /** A call on one path. */
  onPath(name: string, path: string, a1 = 0): number {
    return this.call(name, this.client.text(FIRST_PATH, path), a1);
  }
  onPaths(name: string, from: string, to: string): number {
    const first = this.client.text(FIRST_PATH, from);
    return this.call(name, first, this.client.text(SECOND_PATH, to));
  }
  open(path: string, flags: Flags): number {
    return this.onPath('open', path, flags);
  }
  write(fd: number, bytes: Uint8Array, length = bytes.length): number {
    this.client.bytes.set(bytes, BUFFER - TestClient.BASE);
    return this.call('fwrite', fd, BUFFER, length);
  }
  read(fd: number, length: number): number {
    return this.call('read', fd, BUFFER, length);
  }
  /** The first bytes of the buffer. */
  buffer(length: number): Uint8Array {
    const at = BUFFER - TestClient.BASE;
    return this.client.bytes.slice(at, at + length);
  }
  exit(): void {
    this.#files.forget(this.client.id);
  }
}
