/** The calls on files as Linux answers them; each row was seen there. */
import { describe, expect, test } from 'vitest';
import { Errno } from '../../../spec/errno.ts';
import { OpenFlag } from '../../../spec/files.ts';
import { applyFileCall } from './apply.ts';
import type { FileCall, Outcome } from './call.ts';
import { closeAll, emptyFileSystem, type FileSystem, ROOT } from './tree.ts';

const { readOnly, writeOnly, readWrite, create, exclusive, truncate, append, directory } = OpenFlag;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const open = (path: string, flags: number): FileCall => ({ call: 'open', path, flags });
const close = (fd: number): FileCall => ({ call: 'close', fd });
const dup = (fd: number): FileCall => ({ call: 'dup', fd });
const read = (fd: number, length: number, room?: number): FileCall => ({
  call: 'read',
  fd,
  length,
  ...(room !== undefined && { room }),
});
const fwrite = (fd: number, text: string, length = text.length): FileCall => ({
  call: 'fwrite',
  fd,
  length,
  bytes: bytes(text),
});
const seek = (fd: number, offset: number, whence = 0): FileCall => ({
  call: 'seek',
  fd,
  offset: offset >>> 0,
  whence,
});
const cut = (fd: number, length: number): FileCall => ({
  call: 'truncate',
  fd,
  length: length >>> 0,
});
const unlink = (path: string): FileCall => ({ call: 'unlink', path });
const mkdir = (path: string): FileCall => ({ call: 'mkdir', path });
const rmdir = (path: string): FileCall => ({ call: 'rmdir', path });
const link = (from: string, to: string): FileCall => ({ call: 'link', from, to });
const rename = (from: string, to: string): FileCall => ({ call: 'rename', from, to });
const stat = (path: string): FileCall => ({ call: 'stat', path });

const making = readWrite | create;

/** Makes all calls, of one process; the last outcome. */
const last = (...calls: FileCall[]): Outcome => {
  let fs = emptyFileSystem();
  let outcome: Outcome | undefined;
  for (const call of calls) {
    outcome = applyFileCall(fs, call);
    fs = outcome.fs;
  }
  if (!outcome) throw new Error('no calls');
  return outcome;
};

/** −errno that Linux returns, or the result. */
const answer = (...calls: FileCall[]): number => {
  const { errors, result } = last(...calls);
  return errors[0] === undefined ? result : -errors[0];
};

const text = ({ stored }: Outcome): string => new TextDecoder().decode(stored);

/** A file /f, a file /d/g, an empty directory /e. */
const tree = [
  mkdir('/d'),
  mkdir('/e'),
  open('/f', making),
  close(3),
  open('/d/g', making),
  close(3),
];

describe('open', () => {
  test.each<[string, number, number]>([
    ['/f', readOnly, 3],
    ['/new', making, 3],
    ['f', readOnly, 3],
    ['//d/../f', readOnly, 3],
    ['/..', readOnly, 3],
    ['/d', directory, 3],
    ['/f', readOnly | exclusive, 3],
    ['/f', 3, -Errno.EINVAL],
    ['/f', 1 << 20, -Errno.EINVAL],
    ['/new', making | directory, -Errno.EINVAL],
    ['', readOnly, -Errno.ENOENT],
    ['/none', readOnly, -Errno.ENOENT],
    ['/none/x', making, -Errno.ENOENT],
    ['/f/x', readOnly, -Errno.ENOTDIR],
    ['/f/x/y', readOnly, -Errno.ENOTDIR],
    ['/f/', readOnly, -Errno.ENOTDIR],
    ['/f', directory, -Errno.ENOTDIR],
    ['/f/.', readOnly, -Errno.ENOTDIR],
    ['/d', writeOnly, -Errno.EISDIR],
    ['/d', truncate, -Errno.EISDIR],
    ['/d', create, -Errno.EISDIR],
    ['/new/', making, -Errno.EISDIR],
    ['/f/', making, -Errno.EISDIR],
    ['/', create, -Errno.EISDIR],
    ['/', create | exclusive, -Errno.EEXIST],
    ['/f', making | exclusive, -Errno.EEXIST],
    ['/thirteen-long', making, -Errno.ENAMETOOLONG],
    ['/thirteen-long/x', readOnly, -Errno.ENAMETOOLONG],
    [`/${'a/'.repeat(32)}`, readOnly, -Errno.ENAMETOOLONG],
  ])('%s with %o gives %i', (path, flags, expected) => {
    expect(answer(...tree, open(path, flags))).toBe(expected);
  });

  test('takes the lowest free descriptor, until 16 are open', () => {
    const sixteen = Array.from({ length: 16 }, () => open('/f', making));
    expect(answer(...sixteen)).toBe(18);
    expect(answer(...sixteen, open('/none', readOnly))).toBe(-Errno.EMFILE);
    expect(last(...sixteen, open('/none', readOnly)).errors).toEqual([Errno.EMFILE, Errno.ENOENT]);
    expect(answer(...sixteen, dup(3))).toBe(-Errno.EMFILE);
    expect(answer(...sixteen, close(7), open('/f', readOnly))).toBe(7);
  });

  test('empties a file with truncate, whatever the mode', () => {
    const written = [open('/f', making), fwrite(3, 'abc')];
    expect(answer(...written, open('/f', truncate), seek(3, 0, 2))).toBe(0);
  });
});

describe('descriptors', () => {
  const file = [open('/f', making), fwrite(3, 'abcdef')];

  test('of dup share the offset, others do not', () => {
    expect(text(last(...file, dup(3), seek(4, 1), read(3, 2)))).toBe('bc');
    expect(text(last(...file, open('/f', readOnly), seek(3, 1), read(4, 2)))).toBe('ab');
    expect(text(last(...file, dup(3), close(3), seek(4, 4), read(4, 9)))).toBe('ef');
  });

  test('keep a file that has no name', () => {
    expect(text(last(...file, unlink('/f'), seek(3, 0), read(3, 9)))).toBe('abcdef');
    const gone = last(...file, unlink('/f'), close(3)).fs;
    expect([gone.nodes.size, gone.descriptions.size, gone.tables.size]).toEqual([1, 0, 0]);
    const left = closeAll(last(...file, dup(3), unlink('/f')).fs, 1);
    expect([left.nodes.size, left.descriptions.size, left.tables.size]).toEqual([1, 0, 0]);
  });

  test.each<[FileCall, number]>([
    [close(9), -Errno.EBADF],
    [dup(9), -Errno.EBADF],
    [read(9, 1), -Errno.EBADF],
    [read(4, 1), -Errno.EBADF],
    [read(5, 1), -Errno.EISDIR],
    [fwrite(9, 'a'), -Errno.EBADF],
    [fwrite(6, 'a'), -Errno.EBADF],
    [fwrite(3, '', 0), 0],
    [fwrite(3, '', 1), -Errno.EFAULT],
    [read(3, 4, 0), 0],
    [seek(9, 0, 9), -Errno.EBADF],
    [seek(3, 0, 9), -Errno.EINVAL],
    [seek(3, -1), -Errno.EINVAL],
    [seek(3, -1, 1), 5],
    [seek(3, 1, 2), 7],
    [seek(5, 3), 3],
    [cut(9, 1), -Errno.EBADF],
    [cut(6, 1), -Errno.EINVAL],
    [cut(3, -1), -Errno.EINVAL],
    [cut(3, 16_385), -Errno.EFBIG],
    [cut(3, 16_384), 0],
  ])('%o gives %i', (call, expected) => {
    const four = [open('/f', writeOnly), open('/', readOnly), open('/f', readOnly)];
    expect(answer(...file, ...four, call)).toBe(expected);
  });

  test('leave a directory’s end to the file system', () => {
    const { least, most, mayFail } = last(open('/', readOnly), seek(3, 0, 2));
    expect([least, most, mayFail]).toEqual([0, 0x7fff_ffff, [Errno.EINVAL]]);
  });
});

describe('contents', () => {
  test('have zeros where nobody wrote', () => {
    const hole = [open('/f', making), fwrite(3, 'ab'), seek(3, 4), fwrite(3, 'c'), seek(3, 1)];
    expect([...last(...hole, read(3, 9)).stored]).toEqual([98, 0, 0, 99]);
    const cutTwice = [open('/f', making), fwrite(3, 'abcd'), cut(3, 1), cut(3, 3), seek(3, 0)];
    expect([...last(...cutTwice, read(3, 9)).stored]).toEqual([97, 0, 0]);
  });

  test('are read from beyond the end as nothing', () => {
    expect(last(open('/f', making), seek(3, 9), read(3, 9)).stored).toHaveLength(0);
  });

  test('grow at the end with append, wherever the offset is', () => {
    const calls = [open('/f', making | append), fwrite(3, 'ab'), seek(3, 0), fwrite(3, 'c')];
    expect(text(last(...calls, seek(3, 0), read(3, 9)))).toBe('abc');
  });

  test('end at 16384 bytes', () => {
    const far = [open('/f', making), seek(3, 16_383)];
    expect(answer(...far, fwrite(3, 'abc'))).toBe(1);
    expect(answer(...far, fwrite(3, 'abc'), fwrite(3, 'd'))).toBe(-Errno.EFBIG);
  });

  test('are moved as far as memory allows, or not at all', () => {
    const { result, least, mayFail } = last(open('/f', making), fwrite(3, 'abc', 5));
    expect([result, least, mayFail]).toEqual([3, 1, [Errno.EFAULT]]);
    const short = last(open('/f', making), fwrite(3, 'abc'), seek(3, 0), read(3, 3, 2));
    expect([short.result, short.least, short.mayFail]).toEqual([2, 1, [Errno.EFAULT]]);
    const none = last(open('/f', making), fwrite(3, 'abc'), seek(3, 0), read(3, 3, 0));
    expect(none.errors).toEqual([Errno.EFAULT]);
  });

  test('may be too many beyond the budget only', () => {
    const fill = (name: string): FileCall[] => [open(name, making), cut(3, 16_384), close(3)];
    const full = [...fill('/a'), ...fill('/b'), open('/c', making), seek(3, 8191)];
    expect(last(...full, fwrite(3, 'a')).mayFail).toEqual([]);
    const beyond = last(...full, fwrite(3, 'ab'));
    expect([beyond.mayFail, beyond.least, beyond.most]).toEqual([[Errno.ENOSPC], 1, 2]);
    expect(last(...full, cut(3, 8193)).mayFail).toEqual([Errno.ENOSPC]);
    const many = Array.from({ length: 40 }, (_, i) => mkdir(`/${i}`));
    expect(last(...many).mayFail).toEqual([]);
    expect(last(...many, mkdir('/x')).mayFail).toEqual([Errno.ENOSPC]);
  });
});

describe('names', () => {
  test.each<[FileCall, number]>([
    [unlink('/f'), 0],
    [unlink('/none'), -Errno.ENOENT],
    [unlink('/none/x'), -Errno.ENOENT],
    [unlink('/f/'), -Errno.ENOTDIR],
    [unlink('/d'), -Errno.EISDIR],
    [unlink('/'), -Errno.EISDIR],
    [unlink('/d/.'), -Errno.EISDIR],
    [mkdir('/x/'), 0],
    [mkdir('/d'), -Errno.EEXIST],
    [mkdir('/'), -Errno.EEXIST],
    [mkdir('/f/x'), -Errno.ENOTDIR],
    [mkdir('/thirteen-long'), -Errno.ENAMETOOLONG],
    [rmdir('/e'), 0],
    [rmdir('/none'), -Errno.ENOENT],
    [rmdir('/none/x'), -Errno.ENOENT],
    [rmdir('/f'), -Errno.ENOTDIR],
    [rmdir('/d'), -Errno.ENOTEMPTY],
    [rmdir('/'), -Errno.EBUSY],
    [rmdir('/e/.'), -Errno.EINVAL],
    [rmdir('/e/..'), -Errno.ENOTEMPTY],
    [stat('/none'), -Errno.ENOENT],
    [stat('/f/'), -Errno.ENOTDIR],
    [stat('/f/x'), -Errno.ENOTDIR],
    [link('/f', '/x'), 0],
    [link('/f', '/d/g'), -Errno.EEXIST],
    [link('/f', '/'), -Errno.EEXIST],
    [link('/f', '/x/'), -Errno.ENOENT],
    [link('/none', '/x'), -Errno.ENOENT],
    [link('/f', '/none/x'), -Errno.ENOENT],
    [link('/f', '/thirteen-long'), -Errno.ENAMETOOLONG],
    [link('/d', '/x'), -Errno.EPERM],
    [rename('/f', '/x'), 0],
    [rename('/f', '/d/g'), 0],
    [rename('/f', '/f'), 0],
    [rename('/d/', '/e/'), 0],
    [rename('/d', '/x/'), 0],
    [rename('/none', '/x'), -Errno.ENOENT],
    [rename('/f', '/none/x'), -Errno.ENOENT],
    [rename('/f/', '/x'), -Errno.ENOTDIR],
    [rename('/f', '/x/'), -Errno.ENOTDIR],
    [rename('/d', '/f'), -Errno.ENOTDIR],
    [rename('/f', '/e'), -Errno.EISDIR],
    [rename('/e', '/d'), -Errno.ENOTEMPTY],
    [rename('/d/g', '/d'), -Errno.ENOTEMPTY],
    [rename('/d', '/d/x'), -Errno.EINVAL],
    [rename('/', '/x'), -Errno.EBUSY],
    [rename('/d', '/e/..'), -Errno.EBUSY],
    [rename('/f', '/thirteen-long'), -Errno.ENAMETOOLONG],
    [{ call: 'sync' }, 0],
  ])('%o gives %i', (call, expected) => {
    expect(answer(...tree, call)).toBe(expected);
  });

  test('are moved with what is below them', () => {
    expect(answer(...tree, rename('/d', '/e/d'), stat('/e/d/g'))).toBe(0);
    expect(answer(...tree, rename('/d', '/e/d'), stat('/e/d/../../f'))).toBe(0);
    expect(answer(...tree, rename('/d', '/e'), stat('/d'))).toBe(-Errno.ENOENT);
  });

  test('of one file stay when one is renamed to the other', () => {
    const twice = [...tree, link('/f', '/x'), rename('/f', '/x')];
    expect([answer(...twice, stat('/f')), answer(...twice, stat('/x'))]).toEqual([0, 0]);
  });

  test('tell kind and size', () => {
    expect([...last(...tree, open('/f', making), cut(3, 300), stat('/f')).stored]).toEqual([
      1, 0, 0, 0, 44, 1, 0, 0,
    ]);
    const of = last(stat('/'));
    expect([of.stored[0], of.loose]).toEqual([2, 4]);
    expect(last({ call: 'stat', path: '/none', room: false }).errors).toEqual([
      Errno.ENOENT,
      Errno.EFAULT,
    ]);
  });

  test('that memory does not hold are refused with what is wrong there', () => {
    const bad = { call: 'unlink', path: Errno.EFAULT } as const;
    expect(last(bad).errors).toEqual([Errno.EFAULT]);
  });
});

test('an error changes nothing', () => {
  const fs: FileSystem = last(...tree).fs;
  for (const call of [open('/none', 0), rename('/d', '/f'), close(9), cut(3, -1)]) {
    expect(applyFileCall(fs, call).fs).toBe(fs);
  }
  expect(fs.nodes.get(ROOT)?.kind).toBe('directory');
});
