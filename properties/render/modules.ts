/** Answers about a kernel’s tree of modules, for the terminal. As JSON they are printed as they are. */

import type { Audit } from '../../trees/ask/audit.ts';
import { AUDIT_KINDS, type AuditKind } from '../../trees/ask/finding.ts';
import type { TreeSummary } from '../../trees/ask/summary.ts';
import type { UnloadPlan } from '../../trees/ask/unload.ts';
import type { Link } from '../../trees/ask/why.ts';
import type { ModuleTree } from '../../trees/tree.ts';
import type { ModuleViolation } from '../modules/judge.ts';
import type { TreeCheck } from '../modules/on-tree.ts';
import { testedBy } from '../modules/properties.ts';
import { EMPTY, type Line, labelled, line, print, span } from './line.ts';
import type { TerminalOptions } from './story.ts';
import { count, grouped, wrap } from './text.ts';

const SOURCES: Readonly<Record<ModuleTree['source'], string>> = {
  elf: 'read from the modules themselves',
  tables: 'read from depmod’s tables: imports, licences and signatures are unknown',
  facts: 'facts that ship with kernelcheck',
};

/** `  uses  scsi_mod, libata`. */
const row = (label: string, text: string, { width }: TerminalOptions): readonly Line[] =>
  labelled(
    `  ${label}`,
    wrap(text, Math.max(20, width - LABEL - 2)).map((part) => line(part)),
    LABEL,
    'dim',
  );
const LABEL = 16;

const named = (names: readonly string[], most = 12): string => {
  const rest = names.length - most;
  const shown = names.slice(0, most).join(', ');
  return rest > 0 ? `${shown} and ${grouped(rest)} more` : shown;
};

export const renderSummary = (summary: TreeSummary, to: TerminalOptions): string => {
  const { neediest, mostUsed, source } = summary;
  const known = source !== 'tables';
  const used = mostUsed.map(({ module, users }) => `${module} (by ${grouped(users)})`);
  return print(
    [
      line(`Linux ${summary.label}: ${count(summary.modules, 'module')}`, 'bold'),
      line(`  ${SOURCES[source]}`),
      EMPTY,
      ...row('built in', `${grouped(summary.builtin)} more, never loaded`, to),
      ...row(
        'symbols',
        known
          ? `${grouped(summary.exports)} exported (${grouped(summary.gplOnlyExports)} for GPL-compatible modules only), ${grouped(summary.imports)} imported`
          : `${grouped(summary.exports)} exported`,
        to,
      ),
      ...row(
        'dependencies',
        `${grouped(summary.dependencies)}, and ${grouped(summary.softDependencies)} soft ones`,
        to,
      ),
      ...(neediest && neediest.needs > 0
        ? row('needs most', `${neediest.module}: ${count(neediest.needs, 'other module')}`, to)
        : []),
      ...(used.length > 0 ? row('most used', used.join(', '), to) : []),
      ...(known
        ? row(
            'papers',
            `${grouped(summary.proprietary)} proprietary, ${grouped(summary.unsigned)} unsigned, ${grouped(summary.permanent)} that cannot be unloaded again`,
            to,
          )
        : []),
    ],
    to.color,
  );
};

export const renderPlan = (
  order: readonly string[],
  asked: string,
  to: TerminalOptions,
): string => {
  if (order.length === 0)
    return print([line(`${asked} is built into the kernel: nothing is loaded.`)], to.color);
  const seen = new Set<string>();
  const rows = order.map((name, at) => {
    const again = seen.has(name);
    seen.add(name);
    return line(`${String(at + 1).padStart(4)}  ${name}${again ? '  (again: it is there)' : ''}`);
  });
  return print(rows, to.color);
};

export const renderUnload = (plan: UnloadPlan, to: TerminalOptions): string => {
  const { module, refusals, order, permanent, unused } = plan;
  const before = order.slice(0, -1);
  const lines: Line[] = [
    refusals.length === 0
      ? line(`${module} can be unloaded: nothing in this tree uses it.`, 'bold')
      : line(`With its whole tree loaded, ${module} is refused.`, 'bold'),
  ];
  for (const refusal of refusals) {
    const why =
      refusal.kind === 'used'
        ? `${count(refusal.by.length, 'module')} that ${refusal.by.length === 1 ? 'uses' : 'use'} it: ${named(refusal.by)}`
        : 'it has an init and no exit: what it set up, nothing takes down';
    lines.push(...row(refusal.errno, why, to));
  }
  if (permanent.length > 0) {
    const who = permanent.length === 1 ? 'it has' : 'they have';
    lines.push(...row('never', `${named(permanent)} (${who} an init and no exit)`, to));
  }
  if (before.length > 0) lines.push(...row('first', named(before, 60), to));
  if (unused.length > 0) lines.push(...row('then unused', named(unused, 60), to));
  return print(lines, to.color);
};

export const renderWhy = (
  links: readonly Link[] | undefined,
  [from, to]: readonly [string, string],
  terminal: TerminalOptions,
): string => {
  if (links === undefined) {
    return print([line(`${from} does not need ${to}, not even by way of others.`)], terminal.color);
  }
  const rows = links.flatMap(({ from: user, to: used, symbols, soft }) => {
    const because = soft
      ? 'a soft dependency: modprobe loads it too, and goes on without it'
      : symbols.length > 0
        ? `it imports ${named(symbols, 5)}`
        : 'which of its symbols is not known';
    return wrap(`${user} → ${used}: ${because}`, terminal.width, 4).map((part) => line(part));
  });
  const none = line(`${from} is ${to}: a module does not need itself.`);
  return print(rows.length > 0 ? rows : [none], terminal.color);
};

const KINDS: Readonly<Record<AuditKind, string>> = {
  cycle: 'modules that need each other',
  unresolved: 'symbols that nobody exports',
  duplicateExport: 'symbols exported twice',
  gplOnly: 'GPL-only symbols out of bounds',
  versionMismatch: 'other versions of symbols',
  namespace: 'namespaces not imported',
  vermagic: 'made for another kernel',
  unsigned: 'without a signature',
};

/** Findings of each kind that are spelled out; JSON has all. */
const SPELLED_OUT = 10;

export const renderAudit = ({ findings, notChecked }: Audit, to: TerminalOptions): string => {
  const lines = AUDIT_KINDS.flatMap((kind): readonly Line[] => {
    const found = findings.filter((one) => one.kind === kind);
    const skipped = notChecked.find((one) => one.kind === kind);
    const mark = found.length > 0 ? (kind === 'unsigned' ? '!' : '✗') : skipped ? '–' : '✓';
    const style = found.length > 0 ? (kind === 'unsigned' ? 'yellow' : 'red') : undefined;
    const head = line(`${mark}  ${KINDS[kind]}: ${skipped ? 'not checked' : found.length}`, style);
    const told = (text: string): readonly Line[] =>
      wrap(text, Math.max(20, to.width - 3)).map((part) => line(`   ${part}`));
    const rest = found.length - SPELLED_OUT;
    return [
      head,
      ...(skipped ? told(skipped.reason) : []),
      ...found.slice(0, SPELLED_OUT).flatMap(({ detail }) => told(detail)),
      ...(rest > 0 ? told(`… and ${grouped(rest)} more (--json shows all)`) : []),
    ];
  });
  return print(lines, to.color);
};

/** Answers of the loader that tell what the run has tried, and how they read. */
const TRIED: readonly (readonly [key: string, text: string])[] = [
  ['load 0', 'loads'],
  ['load again', 'of them again'],
  ['unload 0', 'unloads'],
  ['unload EAGAIN', 'unloads refused, for something used the module'],
  ['unload EBUSY', 'unloads refused, for it has no exit'],
  ['use result', 'calls'],
];

export const renderTreeCheck = (check: TreeCheck, label: string, to: TerminalOptions): string => {
  const { violation, tally, done, seed, most, modules, restored } = check;
  const tried = TRIED.map(([key, text]) => `${grouped(tally.get(key) ?? 0)} ${text}`);
  const tested = testedBy(tally);
  const failed = violation ?? (restored ? undefined : NOT_RESTORED);
  return print(
    [
      failed
        ? [span('FAILED', 'failure'), span(`  ${failed.property}`)]
        : [
            span('PASSED', 'success'),
            span(`  ${count(tested.length, 'property', 'properties')} of loadable modules`),
          ],
      EMPTY,
      ...(failed
        ? [
            ...row('expected', failed.expected, to),
            ...row('observed', failed.observed, to),
            ...row('at', `operation ${grouped(done)}`, to),
          ]
        : row(
            'at the end',
            'nothing is loaded, and the very same frames are free as at first',
            to,
          )),
      ...row('on', `the ${grouped(modules)} modules of Linux ${label}`, to),
      ...row('done', `${grouped(done)} operations: ${tried.join(', ')}`, to),
      ...row('tested', tested.map(({ id }) => id.replace('modules/', '')).join(', '), to),
      ...row('at once', `${count(most, 'module')} at most`, to),
      ...row('seed', String(seed), to),
    ],
    to.color,
  );
};

const NOT_RESTORED: Pick<ModuleViolation, 'property' | 'expected' | 'observed'> = {
  property: 'modules/restored',
  expected: 'everything can be unloaded at last',
  observed: 'some modules are still there',
};
