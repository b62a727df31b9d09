/** The Markdown of a report: as before, and with nothing in it that Markdown would take for its own. */
import { describe, expect, test } from 'vitest';
import { SAMPLES, sample, sampleReport } from './golden/samples.ts';
import { renderMarkdown, renderMarkdownStory } from './markdown.ts';

test('a report reads as before', async () => {
  await expect(renderMarkdown(sampleReport())).toMatchFileSnapshot('golden/report.md.txt');
});

describe.each(SAMPLES)('the story of %s', (name) => {
  const text = renderMarkdownStory(sample(name));

  test('has a row for each step, and rows of one length', () => {
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    const steps = rows.filter((row) => /^\| \d+ \|/.test(row));
    expect(steps).toHaveLength(sample(name).steps.length);
    const bars = steps.map((row) => row.replaceAll('\\|', '').match(/\|/g)?.length);
    expect(new Set(bars).size).toBe(1);
  });
});

test('what Markdown would obey is escaped', () => {
  const story = {
    ...sample('stale-tlb'),
    observed: '<b>*x*</b> [y](z) | `q`\u001b',
    replay: 'a`b|c',
  };
  const text = renderMarkdownStory(story);
  expect(text).toContain('- **Seen:** \\<b\\>\\*x\\*\\</b\\> \\[y\\](z) \\| \\`q\\` ');
  expect(text).toContain('**Again.** `a’b\\|c`');
});
