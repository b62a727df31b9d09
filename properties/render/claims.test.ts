/** Claims and comparisons as text, JSON and charts: they fit their schemas, the terminal, and one page. */
import { createRequire } from 'node:module';
import { stripVTControlCharacters } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { CLAIMS, MEASURES } from '../../spec/claims/index.ts';
import { compareKernels } from '../claims/compare.ts';
import { kernelsOf, subjectsOf } from '../claims/kernels.ts';
import { checkClaims } from '../claims/run.ts';
import { madeUpComparison } from '../claims/testing.ts';
import { renderComparisonPage } from './charts/page.ts';
import { renderClaims, renderClaimsJson } from './claims.ts';
import { renderComparison, renderComparisonJson } from './comparison.ts';
import { width as widthOf } from './text.ts';

const schema = (name: string): object =>
  createRequire(import.meta.url)(`kernelcheck/schema/${name}.schema.json`);
const ajv = new Ajv2020({ discriminator: true, allowUnionTypes: true, allErrors: true });
const problems = (name: string, text: string): unknown => {
  const validate = ajv.compile(schema(name));
  validate(JSON.parse(text));
  return validate.errors ?? [];
};

const report = await checkClaims({ placements: 'named', workloads: 2 });
const comparison = await compareKernels(subjectsOf(kernelsOf('named')), {
  seed: 1,
  workloads: 2,
  lines: { kernel: 1000, services: { disk: 100, files: 500 } },
});

describe('JSON', () => {
  test('claims fit their schema', () => {
    expect(problems('claims', renderClaimsJson(report))).toEqual([]);
    expect(problems('claims', '{"format": 1}')).not.toEqual([]);
  });
  test('a comparison fits its schema, which knows every measure', () => {
    const text = renderComparisonJson(comparison);
    expect(problems('comparison', text)).toEqual([]);
    expect(JSON.parse(text).measures).toEqual(MEASURES);
  });
});

test('modules are compared where they run, row by row', () => {
  const text = renderComparison(comparison, { width: 120, color: false });
  expect(comparison.modules.length).toBeGreaterThan(1);
  expect(text.match(/ process {2}/g)).toHaveLength(comparison.modules.length / 2);
  expect(text).toMatch(/lost: faults that end the whole system/);
  const narrow = renderComparison(comparison, { width: 80, color: false });
  expect(narrow).not.toMatch(/lost/);
});

describe.each([80, 120])('in %i columns', (width) => {
  test.each([
    ['claims', (color: boolean) => renderClaims(report, { width, color })],
    ['a comparison', (color: boolean) => renderComparison(comparison, { width, color })],
    ['all placements', (color: boolean) => renderComparison(madeUpComparison(), { width, color })],
  ])('%s fit, and say the same without colour', (_, render) => {
    const plain = render(false);
    for (const line of plain.split('\n')) expect(widthOf(line), line).toBeLessThanOrEqual(width);
    expect(render(true)).not.toBe(plain);
    expect(stripVTControlCharacters(render(true))).toBe(plain);
  });
});

test('every claim is quoted, and only empirical ones are called evidence', () => {
  const text = renderClaims(report, { width: 100, color: false });
  for (const { id } of CLAIMS) expect(text).toContain(id);
  expect(text).toMatch(/claims empirical: [^.]*\. Only these are evidence\.\n$/);
});

describe('the page of charts', () => {
  test('has three charts of well-formed SVG, a row for each kernel, and needs nothing else', async () => {
    const page = await renderComparisonPage(madeUpComparison());
    expect(page.match(/<svg /g)).toHaveLength(3);
    expect(page.match(/<tr/g)).toHaveLength(1 + 32);
    expect(page).not.toMatch(/<script|<link|src=|@import|url\(http/);
    // A quote within an attribute would end it.
    expect(page).not.toMatch(/style="[^"]*font-family:[^";]*"[^\s/>]/);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('shows what modules cost, in a chart and a table of its own', async () => {
    const page = await renderComparisonPage(comparison);
    expect(page.match(/<svg /g)).toHaveLength(4);
    expect(page.match(/<tr/g)).toHaveLength(1 + 3 + 1 + comparison.modules.length);
    for (const { use } of comparison.modules) expect(page).toContain(`<th>${use}, process</th>`);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('draws a single kernel too', async () => {
    const one = await compareKernels(subjectsOf(kernelsOf('named').slice(0, 1)), {
      seed: 1,
      workloads: 1,
      lines: { kernel: 10, services: {} },
    });
    expect(await renderComparisonPage(one)).not.toMatch(/NaN|undefined|Infinity/);
  });
});
