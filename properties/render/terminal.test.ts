/** A report in the terminal: what is not claimed first, every property, each distinct failure told once. */
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { distinctFailures, mapFailures, sharedStories } from './failures.ts';
import { passedReport, sampleReport } from './golden/samples.ts';
import { renderOutcome, renderQuiet, renderReport, renderStories } from './terminal.ts';
import { width } from './text.ts';

describe.each([80, 120])('a report in %i columns', (columns) => {
  const text = renderReport(sampleReport(), { width: columns, color: false });

  test('reads as before', async () => {
    await expect(text).toMatchFileSnapshot(`golden/report.${columns}.txt`);
  });

  test('fits', () => {
    for (const line of text.split('\n')) expect(width(line)).toBeLessThanOrEqual(columns);
  });

  test('says the same with colour', () => {
    const colored = renderReport(sampleReport(), { width: columns, color: true });
    expect(stripVTControlCharacters(colored).replace(/ +$/gm, '')).toBe(text);
  });
});

describe('a report', () => {
  const text = renderReport(sampleReport(), { width: 80, color: false });

  test('leads with what is not claimed, and tells stories after the summary', () => {
    const places = ['not claimed', '✓', 'Inconclusive', 'FAILED  3 failed', 'Smallest'].map((one) =>
      text.indexOf(one),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test('tells a cause once', () => {
    expect(text.match(/Smallest/g)).toHaveLength(1);
    expect(text).toContain('same cause as no-access-after-unmap');
  });

  test('says which condition was met in which share', () => {
    expect(text).toContain(
      '2.1 % pages and tasks asked for exceed the frames of the machine\n           isolation/frames-are-not-lost\n',
    );
  });

  test('shows the first lines that the kernel printed', () => {
    expect(text).toContain('The kernel printed:\n    hello from boot\n    and again\n\n');
    const output = Array.from({ length: 9 }, (_, i) => `line ${i}`).join('\n');
    const noisy = renderReport({ ...sampleReport(), output }, { width: 80, color: false });
    expect(noisy).toContain('    line 5\n    … 3 more lines\n\n');
  });

  test('does not list what is inconclusive because all runs fail', () => {
    const report = sampleReport();
    const properties = report.properties.map((one) =>
      one.verdict === 'passed' ? { ...one, verdict: 'inconclusive' as const } : one,
    );
    const five = [...properties, ...properties.filter(({ verdict }) => verdict === 'inconclusive')];
    const short = renderReport({ ...report, properties: five }, { width: 80, color: false });
    expect(short).toContain('Mend what failed, then check again.');
    expect(short).not.toContain('pages and tasks asked for');
  });

  test('gives another reason than rare conditions as it is', () => {
    const report = sampleReport();
    const properties = report.properties.map((one) =>
      one.verdict === 'inconclusive' ? { ...one, reason: 'only 7 workloads were run' } : one,
    );
    const other = renderReport({ ...report, properties }, { width: 80, color: false });
    expect(other).toContain('only 7 workloads were run');
  });

  test('numbers its stories where there are several', () => {
    const report = sampleReport();
    const alone = report.properties.map((one) =>
      one.counterexample ? { ...one, counterexample: { ...one.counterexample, also: [] } } : one,
    );
    const stories = renderReport({ ...report, properties: alone }, { width: 80, color: false });
    expect(stories).toContain('story 2 below');
    expect(stories).toContain('── story 2 of 2 ──');
  });

  test('says how often each kind of fault struck, where services may go wrong', () => {
    const struck = [
      { kind: 'silence', times: 1200 },
      { kind: 'device stuck', times: 0 },
    ] as const;
    const faults = { workloads: 400, struck };
    expect(renderReport({ ...passedReport(), faults }, { width: 80, color: false })).toContain(
      '\nFaults of services that struck in 400 workloads: silence 1,200, device stuck 0.\n\nPASSED',
    );
  });

  test('without failures ends with its verdict', () => {
    const passed = renderReport(passedReport(), { width: 80, color: false });
    expect(passed).toMatch(/\nPASSED {2}2 passed of 2 claimed properties\n$/);
    expect(passed).not.toContain('not claimed');
  });
});

test('quiet: a line for each property that is not well, then the verdict', () => {
  expect(renderQuiet(sampleReport(), { color: false })).toBe(
    [
      '✗  isolation/fresh-pages-are-zero  npx kernelcheck replay .kernelcheck/1.json',
      '✗  isolation/no-access-after-unmap  npx kernelcheck replay .kernelcheck/1.json',
      '?  isolation/frames-are-not-lost  churn was met in 2.1 % of the workloads, 5 % are needed',
      '✗  abi/unknown-calls  call 99 returns 0 & <ends>',
      'FAILED  3 failed, 1 inconclusive, 2 passed of 6 claimed properties, seed 42',
      '',
    ].join('\n'),
  );
});

test('the outcome alone, and the stories alone', () => {
  const options = { width: 80, color: false };
  expect(renderOutcome(passedReport(), options)).toBe(
    '   2,000 workloads, 345,678 events (median 98 a workload), seed 42\n   PASSED  2 passed of 2 claimed properties\n',
  );
  expect(renderStories(sampleReport(), options)).toMatch(
    /^FAILED {2}isolation\/no-access-after-unmap/,
  );
  expect(renderStories(passedReport(), options)).toBe('');
});

describe('distinct failures', () => {
  test('leave out what shares a story', () => {
    const report = sampleReport();
    expect(distinctFailures(report).map(({ property }) => property)).toEqual([
      'isolation/no-access-after-unmap',
    ]);
    expect([...sharedStories(report)]).toEqual([
      ['isolation/fresh-pages-are-zero', 'isolation/no-access-after-unmap'],
    ]);
  });

  test('can be changed in place', () => {
    const changed = mapFailures(sampleReport(), (one, index) => ({
      ...one,
      replay: `again ${index}`,
    }));
    expect(distinctFailures(changed).map(({ replay }) => replay)).toEqual(['again 0']);
  });
});
