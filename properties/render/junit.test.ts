/** The JUnit file of a report: as its readers expect it, whatever a kernel is called and whatever it says. */
import { describe, expect, test } from 'vitest';
import { sampleReport } from './golden/samples.ts';
import { renderJUnit } from './junit.ts';

/** Every element is closed, in order. */
const unclosed = (xml: string): readonly string[] => {
  const open: string[] = [];
  for (const [, close, name = '', self] of xml.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (self === '/') continue;
    if (close === '') open.push(name);
    else if (open.pop() !== name) return [`</${name}>`];
  }
  return open;
};

describe('a JUnit file', () => {
  const xml = renderJUnit(sampleReport());

  test('reads as before', async () => {
    await expect(xml).toMatchFileSnapshot('golden/junit.xml.txt');
  });

  test('is well-formed', () => {
    expect(unclosed(xml)).toEqual([]);
    expect(xml).not.toMatch(/&(?!amp;|lt;|gt;|quot;)/);
  });

  test('counts what it holds', () => {
    const count = (element: string): number =>
      xml.match(new RegExp(`<${element} `, 'g'))?.length ?? 0;
    expect(xml).toContain('tests="7" failures="3" errors="1" skipped="1"');
    expect([count('testcase'), count('failure'), count('error'), count('skipped')]).toEqual([
      7, 3, 1, 1,
    ]);
  });
});

test('what XML does not allow is replaced or escaped', () => {
  const report = { ...sampleReport(), kernel: 'a"b<c>&\u0007\n\ud800', file: 'k\u0000.ts' };
  const xml = renderJUnit(report);
  expect(xml).toContain('name="kernelcheck a&quot;b&lt;c&gt;&amp;� �"');
  expect(xml).toContain('file="k�.ts"');
  expect(unclosed(xml)).toEqual([]);
});
