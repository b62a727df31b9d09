/**
 * A report as JUnit XML, for continuous integration: a suite for each family of properties, a case for each property.
 * What is not claimed is skipped; what is inconclusive is an error, since a build must not take it for a pass.
 */
import type { PropertyReport, Report } from '../report.ts';
import { sharedStories } from './failures.ts';
import { renderStory } from './story.ts';

export const renderJUnit = (report: Report): string => {
  const families = [...new Set(report.properties.map(({ id }) => familyOf(id)))];
  const suites = families.map((family) => suite(report, family));
  const counts = countsOf(report.properties);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${attribute(`kernelcheck ${report.kernel}`)}" ${counts}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
};

const familyOf = (id: string): string => id.split('/')[0] ?? id;

const countsOf = (properties: readonly PropertyReport[]): string => {
  const number = (verdict: string): number =>
    properties.filter((property) => property.verdict === verdict).length;
  return `tests="${properties.length}" failures="${number('failed')}" errors="${number('inconclusive')}" skipped="${number('not claimed')}"`;
};

const suite = (report: Report, family: string): string => {
  const own = report.properties.filter(({ id }) => familyOf(id) === family);
  return [
    `  <testsuite name="${attribute(family)}" ${countsOf(own)}>`,
    `    <properties><property name="seed" value="${report.seed}"/></properties>`,
    ...own.map((property) => testCase(report, property)),
    '  </testsuite>',
  ].join('\n');
};

const testCase = (report: Report, property: PropertyReport): string => {
  const file = report.file === undefined ? '' : ` file="${attribute(report.file)}"`;
  const open = `    <testcase classname="${attribute(`${report.kernel}.${familyOf(property.id)}`)}" name="${attribute(property.id)}"${file}`;
  const outcome = outcomeOf(report, property);
  return outcome === '' ? `${open}/>` : `${open}>\n${outcome}\n    </testcase>`;
};

const outcomeOf = (report: Report, property: PropertyReport): string => {
  const { id, verdict, reason = '', counterexample } = property;
  switch (verdict) {
    case 'passed':
      return '';
    case 'not claimed':
      return `      <skipped message="${attribute(`not claimed: ${reason}`)}"/>`;
    case 'inconclusive':
      return `      <error type="inconclusive" message="${attribute(reason)}"/>`;
    case 'failed': {
      const under = sharedStories(report).get(id);
      const message = counterexample?.observed ?? reason;
      const story =
        under !== undefined
          ? `The same cause as ${under}, told there.`
          : counterexample
            ? renderStory(counterexample, { width: 100, color: false })
            : reason;
      return `      <failure type="${attribute(counterexample?.clause ?? 'failed')}" message="${attribute(message)}">${content(story)}</failure>`;
    }
  }
};

/** Characters that XML 1.0 does not allow at all, then those that it reads as its own. */
const content = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '�')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

const attribute = (text: string): string =>
  content(text)
    .replaceAll('"', '&quot;')
    .replace(/[\t\n\r]/g, ' ');
