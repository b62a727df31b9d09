/** The lists name everything that ships, and fit the terminal. */
import { describe, expect, test } from 'vitest';
import { CALLS } from '../../spec/abi.ts';
import { PROPERTIES } from '../../spec/properties.ts';
import { catalogue } from '../checker/catalogue.ts';
import { callsMarkdown, renderCalls } from './calls.ts';
import { renderCatalogue } from './catalogue.ts';
import { width } from './text.ts';

describe.each([60, 80, 120])('in %i columns', (columns) => {
  const options = { width: columns, color: false };

  test('the catalogue fits, and names every kernel, property, mutant and variant', () => {
    const text = renderCatalogue(catalogue, options);
    for (const line of text.split('\n')) expect(width(line)).toBeLessThanOrEqual(columns);
    const ids = [...catalogue.kernels.map(({ name }) => name), ...PROPERTIES.map(({ id }) => id)];
    for (const { id } of [...catalogue.mutants, ...catalogue.variants]) ids.push(id);
    for (const id of ids) expect(text).toContain(`  ${id}\n`);
  });

  test('the call table fits, and says when each error comes', () => {
    const text = renderCalls(options);
    for (const line of text.split('\n')) expect(width(line)).toBeLessThanOrEqual(columns);
    for (const { name, args, errors } of CALLS) {
      expect(text).toContain(`${name}(${args.join(', ')})`);
      for (const errno of Object.keys(errors)) expect(text).toContain(`    ${errno}`);
    }
  });
});

test('the call table in Markdown has a row for each call and no bar too many', () => {
  const rows = callsMarkdown().split('\n');
  expect(rows).toHaveLength(CALLS.length + 2);
  for (const row of rows) expect(row.replaceAll('\\|', '').match(/\|/g)).toHaveLength(6);
});
