import { expect, test } from 'vitest';
import { textAddress } from '../../spec/layout.ts';
import type { Argument } from '../../spec/workload.ts';
import { operationText } from './text.ts';

const TEXTS = ['/a', '/d/b'];
const text = (call: string | number, ...args: readonly Argument[]): string =>
  operationText(
    { op: 'call', call: call as 'open', args },
    { texts: TEXTS, modules: ['mbcache', 'ext4'] },
  );

test.each([
  [text('open', textAddress(0), 0o102), 'open("/a", read write create)'],
  [text('open', textAddress(0), 0), 'open("/a", read)'],
  [text('unloadModule', 1, 0), 'unloadModule(ext4, 0)'],
  [text('ask', 2, 7, 8), 'ask(packet, 7, 8)'],
  [text('open', textAddress(1) + 2, 0o202001), 'open("/b", write append directory)'],
  [text('open', textAddress(1) + 4, 3), 'open("", 3)'],
  [text('open', 's3', 0x8000_0000), 'open(s3, 0x80000000)'],
  [text('stat', 0x3000, 0x4000), 'stat(0x3000, 0x4000)'],
  [text('stat', textAddress(2), 0), `stat(0x${textAddress(2).toString(16)}, 0x0)`],
  [text('rename', textAddress(0), textAddress(1)), 'rename("/a", "/d/b")'],
  [text('seek', 's8', 0xffff_ffff, 1), 'seek(s8, -1, current)'],
  [text('seek', 3, 512, 9), 'seek(3, 512, 9)'],
  [text('fwrite', 's8', 0x1000, 600), 'fwrite(s8, 0x1000, 600)'],
  [text('truncate', 3, 0xffff_ffff), 'truncate(3, 0xffffffff)'],
  [text('map', 0x2000, 6), 'map(0x2000, rw)'],
  [text(4711, 1), 'call 4711(1)'],
])('a call reads %s', (shown, wanted) => {
  expect(shown).toBe(wanted);
});
