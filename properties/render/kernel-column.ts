/** The columns of a litmus table that show what the kernel did, and what the devices did where they take part. */
import type { KernelNote, Step } from '../report.ts';
import { type Column, HANG, MARK, type Story } from './column.ts';
import { EMPTY, justify, type Line, line, type Span, span } from './line.ts';
import { longestWord, printable, width, wrap } from './text.ts';

/** Wrapped cells read down to this width. */
const LEAST = 16;

export const restColumns = ({ steps }: Story): readonly Column[] => {
  const kernel = steps.flatMap(notesOf);
  const devices = steps.some((step) => step.devices.length > 0);
  return [
    ...(kernel.length > 0 ? [kernelColumn(kernel)] : []),
    ...(devices ? [deviceColumn(steps)] : []),
  ];
};

/** Where no task acts, the mark stands with the kernel, or with the devices if they alone act. */
const marksDevices = ({ task, violates, text, kernel, devices }: Step): boolean =>
  violates && task === 0 && text === '' && kernel.length === 0 && devices.length > 0;

/** What the kernel did; what a step says without a task is the kernel's, too. */
const notesOf = (step: Step): readonly KernelNote[] => {
  const own =
    step.task === 0 && step.text !== '' ? [{ text: step.text }, ...step.kernel] : step.kernel;
  if (step.task !== 0 || !step.violates || marksDevices(step)) return own;
  const [first, ...others] = own;
  return [{ ...(first ?? { text: '' }), text: `${first?.text ?? ''}${MARK}` }, ...others];
};

const siteOf = ({ file, line: number }: KernelNote): string =>
  number === undefined ? '' : `${printable(file ?? '').replace(/^.*\//, '')}:${number}`;

const noteWidth = (note: KernelNote): number => {
  const site = siteOf(note);
  return width(note.text) + (site === '' ? 0 : 1 + width(site));
};

const kernelColumn = (all: readonly KernelNote[]): Column => {
  const natural = Math.max(width('kernel'), ...all.map(noteWidth));
  return {
    head: 'kernel',
    natural,
    least: Math.min(natural, LEAST),
    cell: (step, columns) => notesOf(step).flatMap((note) => noteLines(note, columns)),
  };
};

/** A place in the source stands at the right edge: beside the text where both fit, otherwise on a line of its own. */
const noteLines = (note: KernelNote, columns: number): readonly Line[] => {
  const site = siteOf(note);
  const style = note.text.endsWith(MARK) ? 'red' : undefined;
  const lines = wrap(note.text, columns, HANG).map((text) => line(text, style));
  if (site === '') return lines;
  const label: Span = span(site, 'dim');
  const last = lines.at(-1) ?? EMPTY;
  const joined = justify(last, [label], columns, 1);
  return joined ? [...lines.slice(0, -1), joined] : [...lines, rightAligned(label, columns)];
};

const rightAligned = (label: Span, columns: number): Line => [
  span(' '.repeat(Math.max(0, columns - width(label.text)))),
  label,
];

const deviceColumn = (steps: readonly Step[]): Column => {
  const all = steps.flatMap(deviceTexts);
  const natural = Math.max(width('devices'), ...all.map(width));
  return {
    head: 'devices',
    natural,
    least: Math.min(natural, Math.max(LEAST, ...all.map(longestWord))),
    cell: (step, columns) =>
      deviceTexts(step)
        .flatMap((text) => wrap(text, columns, HANG))
        .map((text) => line(text, marksDevices(step) ? 'red' : undefined)),
  };
};

const deviceTexts = (step: Step): readonly string[] =>
  marksDevices(step) ? [step.devices.join(', ') + MARK] : step.devices;
