/** Disks that fail, and disks with anything on them: the file system answers, refuses or repairs. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DISK_SECTORS, SECTOR_SIZE } from '../../../spec/devices.ts';
import { Errno } from '../../../spec/errno.ts';
import { OpenFlag } from '../../../spec/files.ts';
import { RamDisk, type Started } from '../testing.ts';
import { At, INODES, MAGIC, SuperAt, TABLE_BLOCKS } from './layout.ts';
import { BUFFER, FileTask, filesOn } from './testing.ts';

const { readOnly, readWrite, create } = OpenFlag;
const EIO = -Errno.EIO;

/** /a with 2000 bytes, /d/b with 600, also called /d/e/l; all synced. */
const sample = (): Uint8Array => {
  const disk = new RamDisk();
  const task = new FileTask(filesOn(disk));
  task.onPath('mkdir', 'd');
  task.onPath('mkdir', 'd/e');
  task.write(task.open('a', readWrite | create), new Uint8Array(2000).fill(1));
  task.write(task.open('d/b', readWrite | create), new Uint8Array(600).fill(2));
  task.onPaths('link', 'd/b', 'd/e/l');
  task.call('sync');
  return disk.bytes;
};
const onDisk = (bytes: Uint8Array): FileTask => new FileTask(filesOn(new RamDisk(bytes)));
const contents = (task: FileTask, path: string): number[] => {
  const fd = task.open(path, readOnly);
  const read = task.read(fd, 4096);
  task.call('close', fd);
  return [read, ...new Set(task.buffer(Math.max(read, 0)))];
};
const isSample = (task: FileTask): void => {
  expect(contents(task, 'a')).toEqual([2000, 1]);
  expect(contents(task, 'd/b')).toEqual([600, 2]);
  expect(contents(task, 'd/e/l')).toEqual([600, 2]);
};

describe('a disk that fails', () => {
  test('once is asked again: nobody notices', () => {
    const disk = new RamDisk(sample());
    for (let command = 0; command < 400; command += 2) disk.failing.add(command);
    const task = new FileTask(filesOn(disk));
    isSample(task);
    expect(task.onPath('mkdir', 'new')).toBe(0);
    expect(task.call('sync')).toBe(0);
    expect(onDisk(disk.bytes).onPath('rmdir', 'new')).toBe(0);
  });

  test('for good: every call that needs it answers EIO, and what was synced is there afterwards', () => {
    for (let broken = 0; broken < 12; broken++) {
      const disk = new RamDisk(sample());
      disk.brokenFrom = broken;
      const files = filesOn(disk);
      const task = new FileTask(files);
      for (const name of ['a', 'd/b', 'd/e/l', 'd/new', 'x']) {
        const fd = task.open(name, readWrite | create);
        if (fd >= 0) expect([1, EIO]).toContain(task.write(fd, new Uint8Array([9])));
        expect([0, EIO, -Errno.EBADF]).toContain(task.call('close', fd));
      }
      expect(task.onPath('rmdir', 'd/e')).toBeLessThan(0);
      expect(task.call('sync')).toBe(EIO);
      disk.brokenFrom = Number.POSITIVE_INFINITY;
      isSample(onDisk(disk.bytes));
      expect(task.onPath('stat', 'd/e/l', BUFFER)).toBe(0);
      expect(task.call('sync')).toBe(0);
    }
  });

  test('when directories have left the cache: EIO for what needs them, and nothing half done', () => {
    const disk = new RamDisk(sample());
    const task = new FileTask(filesOn(disk));
    const large = task.open('large', readWrite | create);
    for (let i = 0; i < 4; i++) task.write(large, new Uint8Array(4096).fill(5));
    expect(task.call('sync')).toBe(0);
    for (let command = 0; command < 3; command++) {
      task.call('seek', large, 0, 0);
      for (let i = 0; i < 4; i++) task.read(large, 4096);
      disk.brokenFrom = disk.commands + command;
      const answers = [
        ...['unlink', 'mkdir', 'rmdir', 'stat'].map((name) => task.onPath(name, 'd/e/l', BUFFER)),
        task.onPaths('rename', 'd/e', 'moved'),
        task.onPaths('link', 'a', 'd/e/new'),
        task.open('d/new', readWrite | create),
      ];
      if (command === 0) expect(new Set(answers)).toEqual(new Set([EIO]));
      else expect(answers).toContain(EIO);
      disk.brokenFrom = Number.POSITIVE_INFINITY;
    }
    isSample(onDisk(disk.bytes));
  });

  test('a superblock of which nobody knows whether it was written harms neither tree', () => {
    const disk = new RamDisk(sample());
    const task = new FileTask(filesOn(disk));
    task.write(task.open('d/b', readWrite), new Uint8Array(600).fill(3));
    // Of the last sync's commands the superblock is the last: it is written, twice, and reported as failed.
    const probe = new RamDisk(disk.bytes.slice());
    const same = new FileTask(filesOn(probe));
    same.write(same.open('d/b', readWrite), new Uint8Array(600).fill(3));
    same.call('sync');
    disk.brokenFrom = probe.commands - 1;
    disk.lies = true;
    expect(task.call('sync')).toBe(EIO);
    disk.brokenFrom = Number.POSITIVE_INFINITY;
    for (let fill = 4; fill < 8; fill++) {
      task.call('seek', 3, 0, 0);
      expect(task.write(3, new Uint8Array(600).fill(fill))).toBe(600);
      task.write(task.open(`x${fill}`, readWrite | create), new Uint8Array(4096).fill(fill));
    }
    expect(contents(onDisk(disk.bytes.slice()), 'd/e/l')).toEqual([600, 3]);
    expect(task.call('sync')).toBe(0);
    expect(contents(onDisk(disk.bytes), 'd/e/l')).toEqual([600, 7]);
  });
});

const wordAt = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
const setWord = (bytes: Uint8Array, at: number, value: number): void =>
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, value, true);

const sumOf = (bytes: Uint8Array, sector: number, except = -1): number => {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < SECTOR_SIZE; at += 4) {
    if (at !== except)
      hash = Math.imul(hash ^ wordAt(bytes, sector * SECTOR_SIZE + at), 0x0100_0193);
  }
  return hash >>> 0;
};

/** Makes all checksums right again, so that only the repair can tell that something is wrong. */
const sealed = (bytes: Uint8Array): Uint8Array => {
  for (const slot of [0, 1]) {
    const at = slot * SECTOR_SIZE;
    if (wordAt(bytes, at) !== MAGIC) continue;
    for (let index = 0; index < TABLE_BLOCKS; index++) {
      const block = wordAt(bytes, at + SuperAt.table + index * 4);
      if (block * SECTOR_SIZE < bytes.length) {
        setWord(bytes, at + SuperAt.sums + index * 4, sumOf(bytes, block));
      }
    }
    setWord(bytes, at + SuperAt.checksum, sumOf(bytes, slot, SuperAt.checksum));
  }
  return bytes;
};

const NAMES = ['a', 'd', 'd/b', 'd/e', 'd/e/l', 'n', 'd/n', 'd/e/n'];
/** Many calls; every one of them has to answer. */
const useAll = (task: FileTask): void => {
  const answers: number[] = [];
  for (const [at, name] of NAMES.entries()) {
    const other = NAMES[(at + 3) % NAMES.length] ?? '';
    const fd = task.open(name, readWrite | create);
    answers.push(fd, task.onPath('stat', name, BUFFER), task.read(fd, 4096));
    answers.push(task.write(fd, new Uint8Array(700).fill(at)), task.call('truncate', fd, 15_000));
    answers.push(task.onPath('mkdir', `d/${at}`), task.onPaths('rename', name, other));
    answers.push(task.onPaths('link', other, `d/e/${at}`), task.onPath('unlink', name));
    answers.push(task.onPath('rmdir', other), task.call('close', fd), task.call('sync'));
  }
  for (const answer of answers) expect(answer).toBeGreaterThan(-200);
};

/** What was mounted, used and synced is sound: mounting it again finds nothing to repair. */
const isRepaired = (files: Started, disk: RamDisk): void => {
  if (new FileTask(files).call('sync') !== 0) return;
  const again = filesOn(new RamDisk(disk.bytes));
  expect(new FileTask(again).onPath('stat', '/', BUFFER)).toBe(0);
  expect(wordOf(again, At.dirty)).toBe(0);
};
const wordOf = ({ memory }: Started, at: number): number => wordAt(memory.bytes, at);

const survives = (bytes: Uint8Array): void => {
  const disk = new RamDisk(bytes);
  const files = filesOn(disk);
  const task = new FileTask(files);
  const mounted = task.onPath('stat', '/', BUFFER);
  expect([0, EIO]).toContain(mounted);
  if (mounted === 0) {
    task.call('sync');
    isRepaired(files, disk);
  }
  useAll(task);
  if (mounted === EIO) expect(task.onPath('mkdir', 'again')).toBe(EIO);
  else isRepaired(files, disk);
};

/** Where interesting bytes are: superblocks, table, directories. */
const flip = fc.tuple(
  fc.oneof(
    { weight: 1, arbitrary: fc.nat(DISK_SECTORS * SECTOR_SIZE - 1) },
    { weight: 8, arbitrary: fc.nat(24 * SECTOR_SIZE - 1) },
  ),
  fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 3, 4, 255)),
);
const damaged = (flips: readonly (readonly [number, number])[]): Uint8Array => {
  const bytes = sample();
  for (const [at, value] of flips) bytes[at] = value;
  return bytes;
};

describe('a disk with anything on it', () => {
  test('random bytes are refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 130_000, size: 'max' }), survives), {
      numRuns: 20,
    });
  });

  test('a sound disk is found sound', () => {
    const files = filesOn(new RamDisk(sample()));
    isSample(new FileTask(files));
    expect(wordOf(files, At.dirty)).toBe(0);
  });

  test('flipped bytes: refused, or repaired, or the sync before', () => {
    fc.assert(
      fc.property(fc.array(flip, { minLength: 1, maxLength: 8 }), (flips) =>
        survives(damaged(flips)),
      ),
      { numRuns: 100 },
    );
  });

  test('flipped bytes with right checksums: repaired', () => {
    fc.assert(
      fc.property(fc.array(flip, { minLength: 1, maxLength: 30 }), (flips) =>
        survives(sealed(damaged(flips))),
      ),
      { numRuns: 400 },
    );
  });

  test('sectors that have changed places', () => {
    const sector = fc.nat(24);
    fc.assert(
      fc.property(fc.array(fc.tuple(sector, sector), { minLength: 1, maxLength: 6 }), (swaps) => {
        const bytes = sample();
        for (const [a, b] of swaps) {
          const from = bytes.slice(a * SECTOR_SIZE, (a + 1) * SECTOR_SIZE);
          bytes.copyWithin(a * SECTOR_SIZE, b * SECTOR_SIZE, (b + 1) * SECTOR_SIZE);
          bytes.set(from, b * SECTOR_SIZE);
        }
        survives(sealed(bytes));
      }),
      { numRuns: 200 },
    );
  });

  test.each([0, 1, 63, 64, 255])('cut off after %i sectors: refused', (sectors) => {
    expect(onDisk(sample().slice(0, sectors * SECTOR_SIZE)).call('sync')).toBe(EIO);
  });

  test('a larger disk is fine; a smaller one too, if it was made so', () => {
    const large = new Uint8Array(300 * SECTOR_SIZE);
    large.set(sample());
    isSample(onDisk(large));
    const small = onDisk(new Uint8Array(64 * SECTOR_SIZE));
    expect(small.open('f', readWrite | create)).toBe(3);
    expect(onDisk(new Uint8Array(63 * SECTOR_SIZE)).call('sync')).toBe(EIO);
  });
});

describe('a wild store into its segment', () => {
  test('may crash it, but it never runs for ever', () => {
    const store = fc.tuple(
      fc.oneof(
        fc.nat(0x8_0ff),
        fc.integer({ min: 0x1000, max: 0x1c00 }),
        fc.integer({ min: 0x3000, max: 0xc200 }),
      ),
      fc.oneof(fc.nat(), fc.constantFrom(0xffff_ffff, 0x8000_0000, 1, 2, 0)),
    );
    fc.assert(
      fc.property(fc.array(store, { minLength: 1, maxLength: 10 }), (stores) => {
        const files = filesOn(new RamDisk(sample()));
        const task = new FileTask(files);
        task.onPath('stat', 'a', BUFFER);
        for (const [at, value] of stores) {
          const place = Math.min(at, files.memory.bytes.length - 4) & ~3;
          setWord(files.memory.bytes, place, value);
        }
        try {
          useAll(task);
        } catch (error) {
          expect(String(error)).toContain('which is not its own');
        }
      }),
      { numRuns: 300 },
    );
  });
  test('there is an inode for every place of the table', () => expect(INODES).toBe(48));
});
