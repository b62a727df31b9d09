/** A report and a counterexample as JSON. The forms are described by schema/*.schema.json. */
import type { Counterexample, Report } from '../report.ts';

/** Raised when a field changes its meaning or goes away; new fields may come without. */
const REPORT_FORMAT = 1;

/** One document. */
export const renderJson = (report: Report): string =>
  `${JSON.stringify({ format: REPORT_FORMAT, ...report }, undefined, 2)}\n`;

/** What is saved, and read back by saved.ts. */
export const renderCounterexample = (counterexample: Counterexample): string =>
  `${JSON.stringify(counterexample, undefined, 2)}\n`;
