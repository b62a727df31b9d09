/** The file system does what the model of files says, for every sequence of calls, and keeps what was synced. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyFileCall } from '../../../model/os/files/apply.ts';
import type { FileCall, Outcome, Path } from '../../../model/os/files/call.ts';
import {
  closeAll,
  emptyFileSystem,
  type FileSystem,
  type NodeId,
  ROOT,
} from '../../../model/os/files/tree.ts';
import { Errno } from '../../../spec/errno.ts';
import { DISK_BUDGET, MAX_FILE_SIZE, OpenFlag } from '../../../spec/files.ts';
import { RamDisk } from '../testing.ts';
import { BUFFER, FileTask, filesOn } from './testing.ts';

const { readOnly, writeOnly, readWrite, create, exclusive, truncate, append, directory } = OpenFlag;

/** A call, or the end of a task. */
interface Step {
  readonly task: number;
  readonly call: FileCall | 'exit';
}

const NAMES = ['a', 'b', 'c', 'twelve-bytes'];
const path = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', '/a', 'b', 'c/a', 'c/b', '/c', 'b/c', 'b/c/a') },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom('', '/', '//'),
        fc.array(fc.constantFrom(...NAMES, '.', '..', 'thirteen-byte'), { maxLength: 3 }),
        fc.constantFrom('', '/', '//'),
      )
      .map(([start, names, end]) => start + names.join('/') + end),
  },
  { weight: 1, arbitrary: fc.constantFrom('x'.repeat(63), 'x'.repeat(64), '/'.repeat(63)) },
);
const fd = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(3, 3, 4, 5) },
  { weight: 1, arbitrary: fc.integer({ min: 2, max: 20 }) },
);
const size = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 500, max: 520 }),
  fc.integer({ min: 0, max: 5000 }),
);
const place = fc
  .oneof(size, fc.integer({ min: 0, max: 17_000 }), fc.integer({ min: -600, max: 0 }))
  .map((at) => at >>> 0);
const flags = fc.oneof(
  fc.constant(readWrite | create),
  fc
    .tuple(
      fc.constantFrom(readOnly, writeOnly, readWrite, readWrite, 3),
      fc.subarray([create, exclusive, truncate, append, directory, 4]),
    )
    .map(([mode, others]) => others.reduce<number>((all, flag) => all | flag, mode)),
);
const contents = fc
  .tuple(size, fc.nat(255))
  .map(([length, seed]) =>
    Uint8Array.from({ length: Math.min(length, 4096) }, (_, i) => (seed + i * 7) & 255),
  );

const call: fc.Arbitrary<FileCall> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ call: fc.constant('open' as const), path, flags }) },
  { weight: 2, arbitrary: fc.record({ call: fc.constantFrom('close' as const, 'dup'), fd }) },
  { weight: 4, arbitrary: fc.record({ call: fc.constant('read' as const), fd, length: size }) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fd, contents)
      .map(([fd, bytes]) => ({ call: 'fwrite' as const, fd, length: bytes.length, bytes })),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      call: fc.constant('seek' as const),
      fd,
      offset: place,
      whence: fc.constantFrom(0, 0, 1, 2, 3),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ call: fc.constant('truncate' as const), fd, length: place }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ call: fc.constantFrom('unlink' as const, 'mkdir', 'rmdir'), path }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      call: fc.constantFrom('link' as const, 'rename'),
      from: path,
      to: path,
    }),
  },
  { weight: 2, arbitrary: fc.record({ call: fc.constant('stat' as const), path }) },
  { weight: 2, arbitrary: fc.constant({ call: 'sync' as const }) },
);
const task = fc.constantFrom(1, 1, 1, 2);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 60, arbitrary: fc.record({ task, call }) },
  { weight: 1, arbitrary: fc.record({ task, call: fc.constant('exit' as const) }) },
);
const steps = fc.array(step, { maxLength: 120, size: 'max' });

const text = (path: Path): string => String(path);

/** Makes the call for real. */
const perform = (at: FileTask, call: FileCall): number => {
  switch (call.call) {
    case 'open':
      return at.open(text(call.path), call.flags);
    case 'close':
    case 'dup':
      return at.call(call.call, call.fd);
    case 'read':
      return at.read(call.fd, call.length);
    case 'fwrite':
      return at.write(call.fd, call.bytes, call.length);
    case 'seek':
      return at.call('seek', call.fd, call.offset, call.whence);
    case 'truncate':
      return at.call('truncate', call.fd, call.length);
    case 'unlink':
    case 'mkdir':
    case 'rmdir':
      return at.onPath(call.call, text(call.path));
    case 'stat':
      return at.onPath('stat', text(call.path), BUFFER);
    case 'link':
    case 'rename':
      return at.onPaths(call.call, text(call.from), text(call.to));
    case 'sync':
      return at.call('sync');
  }
};

/** The result is the one that Linux gives, or one of those that the table leaves open. */
const agrees = ({ errors, result, mayFail, least, most }: Outcome, seen: number): boolean => {
  if (errors[0] !== undefined) return seen === -errors[0];
  return seen === result || (seen >= least && seen <= most) || mayFail.includes(-seen);
};

const hasStored = ({ errors, stored, loose }: Outcome, task: FileTask): boolean => {
  const exact = stored.subarray(0, stored.length - loose);
  return errors.length > 0 || Buffer.compare(task.buffer(exact.length), exact) === 0;
};

/** Takes a step in the file system and in the model. Answers the model's state after it. */
const take = (fs: FileSystem, at: FileTask, { task, call }: Step): FileSystem => {
  if (call === 'exit') {
    at.exit();
    return closeAll(fs, task);
  }
  const outcome = applyFileCall(fs, call, task);
  const seen = perform(at, call);
  if (!agrees(outcome, seen) || !hasStored(outcome, at)) {
    expect({ call, seen }).toEqual({ call, ...outcome, fs: undefined });
  }
  if (outcome.errors.length > 0 || seen < 0) return fs;
  // From the end of a directory any offset may result: from here on it is at a known one.
  return call.call === 'seek'
    ? applyFileCall(fs, { ...call, offset: seen, whence: 0 }, task).fs
    : outcome.fs;
};

interface Run {
  /** The model's states before, between and after the steps. */
  readonly states: readonly FileSystem[];
  /** Which of them was the last to be synced before the power failed. */
  readonly synced: number;
}

/** Takes all steps, or those until the power fails. */
const follow = (disk: RamDisk, steps: readonly Step[]): Run => {
  const files = filesOn(disk);
  const tasks = new Map([1, 2].map((id) => [id, new FileTask(files, id)]));
  let fs = emptyFileSystem();
  const states = [fs];
  let synced = 0;
  for (const next of steps) {
    if (disk.writes > disk.powerFailsAfter) break;
    fs = take(fs, tasks.get(next.task) ?? new FileTask(files, next.task), next);
    const isSync = next.call !== 'exit' && next.call.call === 'sync';
    if (isSync && disk.writes <= disk.powerFailsAfter) synced = states.length;
    states.push(fs);
  }
  return { states, synced };
};

/** All paths with the contents of files, as the model has them. */
const treeOf = (fs: FileSystem, id: NodeId = ROOT, at = ''): string[] => {
  const node = fs.nodes.get(id);
  if (node?.kind !== 'directory') {
    return [`${at} ${Buffer.from(node?.bytes ?? []).toString('base64')}`];
  }
  const names = [...node.entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return [`${at}/`, ...names.flatMap(([name, child]) => treeOf(fs, child, `${at}/${name}`))];
};

/** The same, found out by calls. */
const treeBy = (task: FileTask, at = ''): string[] => {
  if (at !== '' && task.onPath('stat', at, BUFFER) < 0) return [];
  if (at !== '' && task.buffer(1)[0] === 1) {
    const fd = task.open(at, readOnly);
    const pieces: Uint8Array[] = [];
    for (let bytes = 1; bytes > 0; ) {
      bytes = task.read(fd, 4096);
      pieces.push(task.buffer(Math.max(bytes, 0)));
    }
    task.call('close', fd);
    return [`${at} ${Buffer.concat(pieces).toString('base64')}`];
  }
  return [`${at}/`, ...[...NAMES].sort().flatMap((name) => treeBy(task, `${at}/${name}`))];
};

const sync: Step = { task: 1, call: { call: 'sync' } };
/** So that the first sync has something to write. */
const made: Step = { task: 1, call: { call: 'mkdir', path: 'twelve-bytes' } };

describe('files', () => {
  test('every sequence of calls has the results and contents that the model gives', () => {
    fc.assert(
      fc.property(steps, (steps) => {
        follow(new RamDisk(), steps);
      }),
      { numRuns: 400 },
    );
  });

  test('after a crash everything is as between two calls, none of them before the last sync that was complete', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 3, max: 80 }), fc.nat(511), (steps, writes, torn) => {
        const disk = new RamDisk();
        disk.powerFailsAfter = writes;
        disk.torn = torn;
        const first = steps.slice(0, 1);
        const { states, synced } = follow(disk, [...first, made, sync, ...steps.slice(1)]);
        const found = treeBy(new FileTask(filesOn(new RamDisk(disk.bytes))));
        const allowed = states.slice(synced).map((fs) => treeOf(fs).join('\n'));
        if (!allowed.includes(found.join('\n'))) expect(found).toEqual(allowed);
      }),
      { numRuns: 400 },
    );
  });

  test('without a crash everything is as at the last sync when it starts again', () => {
    fc.assert(
      fc.property(steps, (steps) => {
        const disk = new RamDisk();
        const { states } = follow(disk, [...steps, sync]);
        const again = new FileTask(filesOn(new RamDisk(disk.bytes)));
        expect(treeBy(again)).toEqual(treeOf(states[states.length - 1] ?? emptyFileSystem()));
      }),
      { numRuns: 100 },
    );
  });
});

describe('the disk holds what it must', () => {
  const fill = (task: FileTask, files: number, bytes: number): void => {
    for (let i = 0; i < files; i++) {
      const fd = task.open(`f${i}`, readWrite | create);
      expect(fd).toBe(3);
      const all = new Uint8Array(bytes).fill(i + 1);
      for (let at = 0; at < bytes; at += 4096) {
        const piece = all.subarray(at, at + 4096);
        expect(task.write(fd, piece)).toBe(piece.length);
      }
      task.call('close', fd);
    }
  };

  test.each([
    ['many small files', DISK_BUDGET.files, DISK_BUDGET.bytes / DISK_BUDGET.files],
    ['few large files', 2, MAX_FILE_SIZE],
    ['files of a block and a byte', DISK_BUDGET.files, 513],
  ])('%s, written again and again without a sync', (_, files, bytes) => {
    const disk = new RamDisk();
    const task = new FileTask(filesOn(disk));
    for (let round = 0; round < 5; round++) fill(task, files, bytes);
    expect(task.call('sync')).toBe(0);
    const again = new FileTask(filesOn(new RamDisk(disk.bytes)));
    for (let i = 0; i < files; i++) {
      const fd = again.open(`f${i}`, readOnly);
      expect(again.read(fd, 4096)).toBe(Math.min(bytes, 4096));
      expect([...new Set(again.buffer(Math.min(bytes, 4096)))]).toEqual([i + 1]);
      again.call('close', fd);
    }
  });

  test('as many directories, one in the other, and files at their ends', () => {
    const task = new FileTask(filesOn(new RamDisk()));
    let at = '';
    for (let depth = 0; depth < 20; depth++) {
      at += '/d';
      expect(task.onPath('mkdir', at)).toBe(0);
      const fd = task.open(`${at}/f`, readWrite | create);
      expect(task.write(fd, new Uint8Array(2048).fill(7))).toBe(2048);
      task.call('close', fd);
    }
  });

  test('a full disk refuses more, gives room back, and takes no harm', () => {
    const disk = new RamDisk();
    const task = new FileTask(filesOn(disk));
    const piece = new Uint8Array(4096).fill(9);
    let full = 0;
    for (let i = 0; full === 0 && i < 20; i++) {
      const fd = task.open(`f${i}`, readWrite | create);
      for (let at = 0; full === 0 && at < MAX_FILE_SIZE; at += 4096) {
        if (task.write(fd, piece) === -Errno.ENOSPC) full = i;
      }
      task.call('close', fd);
    }
    expect(full).toBeGreaterThan(4);
    expect(task.call('sync')).toBe(0);
    for (let i = 0; i < full; i++) {
      const fd = task.open(`f${i}`, writeOnly);
      for (let at = 0; at < MAX_FILE_SIZE; at += 4096) expect(task.write(fd, piece)).toBe(4096);
      task.call('close', fd);
    }
    for (let i = 0; i <= full; i++) expect(task.onPath('unlink', `f${i}`)).toBe(0);
    fill(task, 2, MAX_FILE_SIZE);
    expect(task.call('sync')).toBe(0);
    const again = new FileTask(filesOn(new RamDisk(disk.bytes)));
    expect(again.onPath('stat', 'f1', BUFFER)).toBe(0);
    expect(again.onPath('stat', 'f2', BUFFER)).toBe(-Errno.ENOENT);
  });

  test('more files and names than it must hold are refused', () => {
    const task = new FileTask(filesOn(new RamDisk()));
    const made = Array.from({ length: 60 }, (_, i) => task.onPath('mkdir', `d${i}`));
    expect(made.filter((result) => result === 0).length).toBeGreaterThan(DISK_BUDGET.files);
    expect(made[59]).toBe(-Errno.ENOSPC);
    const names = Array.from({ length: 140 }, (_, i) => {
      if (i > 0) return task.onPaths('link', 'd0/f', `d0/n${i}`);
      task.onPath('rmdir', 'd1');
      return task.open('d0/f', readWrite | create);
    });
    expect(names.indexOf(-Errno.ENOSPC)).toBe(128);
  });
});

describe('descriptors', () => {
  test('16 at most, and for 64 clients at once', () => {
    const files = filesOn(new RamDisk());
    const tasks = Array.from({ length: 65 }, (_, i) => new FileTask(files, i + 1));
    for (const task of tasks.slice(0, 64)) {
      for (let i = 0; i < 16; i++) expect(task.open('/', readOnly)).toBe(3 + i);
      expect(task.open('/', readOnly)).toBe(-Errno.EMFILE);
      expect(task.call('dup', 3)).toBe(-Errno.EMFILE);
    }
    expect(tasks[64]?.open('/', readOnly)).toBe(-Errno.EMFILE);
    tasks[7]?.exit();
    expect(tasks[64]?.open('/', readOnly)).toBe(3);
  });

  test('a directory that was removed stays open on nothing, and takes no room', () => {
    const task = new FileTask(filesOn(new RamDisk()));
    task.onPath('mkdir', 'd');
    expect(task.open('d', readOnly)).toBe(3);
    expect(task.open('/', readOnly)).toBe(4);
    expect(task.onPath('rmdir', 'd')).toBe(0);
    expect(task.call('read', 3, BUFFER, 1)).toBe(-Errno.EISDIR);
    expect(task.call('seek', 3, 5, 2)).toBe(5);
    expect(task.open('d', readWrite | create)).toBe(5);
    expect(task.call('close', 3)).toBe(0);
    expect(task.call('close', 4)).toBe(0);
    expect(task.onPath('stat', 'd', BUFFER)).toBe(0);
  });
});

describe('memory of the caller that is not there', () => {
  const opened = (): FileTask => {
    const task = new FileTask(filesOn(new RamDisk()));
    task.open('f', readWrite | create);
    task.write(3, new Uint8Array(4096).fill(5));
    task.call('seek', 3, 0, 0);
    task.client.missing.add(3);
    return task;
  };
  test('reads and writes stop before it', () => {
    const task = opened();
    expect(task.read(3, 4096)).toBe(0x800);
    expect(task.call('seek', 3, 0, 1)).toBe(0x800);
    expect(task.write(3, new Uint8Array(16), 4096)).toBe(0x800);
    expect(task.call('read', 3, BUFFER + 0x800, 10)).toBe(0);
    task.call('seek', 3, 0, 0);
    expect(task.call('read', 3, BUFFER + 0x800, 10)).toBe(-Errno.EFAULT);
    expect(task.call('fwrite', 3, BUFFER + 0x800, 10)).toBe(-Errno.EFAULT);
    expect(task.onPath('stat', 'f', BUFFER + 0x7fc)).toBe(-Errno.EFAULT);
  });
  test('a path may end just before it', () => {
    const task = opened();
    const end = BUFFER + 0x800;
    expect(task.call('mkdir', task.client.text(end - 2, 'd'))).toBe(0);
    expect(task.call('rmdir', task.client.text(end - 2, 'dd'))).toBe(-Errno.EFAULT);
    expect(task.call('unlink', end)).toBe(-Errno.EFAULT);
    expect(task.call('unlink', 0xffff_fff0)).toBe(-Errno.EFAULT);
  });
});

test('an operation that it does not have is refused', () => {
  expect(new FileTask(filesOn(new RamDisk())).call('no such call')).toBe(-Errno.ENOSYS);
});
