/**
 * Files that a check leaves behind: each counterexample under the next free number, and with `--report` the renderings
 * for people and for machines. A counterexample that is there already keeps its number; none is ever overwritten.
 */
import { access, constants, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { distinctFailures, mapFailures } from '../properties/render/failures.ts';
import { renderCounterexample, renderJson } from '../properties/render/json.ts';
import { renderJUnit } from '../properties/render/junit.ts';
import { renderMarkdown } from '../properties/render/markdown.ts';
import type { Counterexample, Report } from '../properties/report.ts';
import { Usage } from './usage.ts';

/** Where counterexamples go without `--report`. */
export const SAVED = '.kernelcheck';

/** One level at a time: Node's own recursive mkdir never ends where a folder cannot be made (/proc). */
const makeFolder = async (folder: string): Promise<void> => {
  const parent = dirname(folder);
  if (parent !== folder) await access(parent).catch(() => makeFolder(parent));
  await mkdir(folder).catch(async (error: NodeJS.ErrnoException) => {
    const there = error.code === 'EEXIST' && (await stat(folder)).isDirectory();
    if (!there) throw error;
  });
};

/** Makes the folder, before hours of checking are spent on what cannot be written. @param option that names it */
export const requireFolder = async (folder: string, option = '--report'): Promise<void> => {
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new Usage(
      `${option}: ${folder} cannot be written to (${reasonOf(error)}); give a folder of your own.`,
    );
  }
};

export const reasonOf = (error: unknown): string => {
  const { code } = error as NodeJS.ErrnoException;
  const known: Readonly<Record<string, string>> = {
    EACCES: 'permission denied',
    EEXIST: 'it is a file',
    ENOTDIR: 'part of the path is a file',
    EROFS: 'the file system is read-only',
    ENOSPC: 'no space is left',
    ENOENT: 'there is no such file',
    EISDIR: 'it is a folder',
  };
  return known[code ?? ''] ?? code ?? String(error);
};

/** Saves each distinct failure. @returns the report, whose counterexamples name their files */
export const saveFailures = async (report: Report, folder: string): Promise<Report> => {
  const failures = distinctFailures(report);
  if (failures.length === 0) return report;
  await makeFolder(folder);
  const known = await savedIn(folder);
  const replays: string[] = [];
  for (const failure of failures) replays.push(await save(failure, folder, known));
  return mapFailures(report, (failure, index) => ({
    ...failure,
    replay: replays[index] ?? failure.replay,
  }));
};

/** What makes two counterexamples the same. */
const identity = (counterexample: Counterexample): string =>
  JSON.stringify({ ...counterexample, replay: '' });

/** File names by what is in them. */
const savedIn = async (folder: string): Promise<Map<string, string>> => {
  const names = (await readdir(folder)).filter((name) => /^\d+\.json$/.test(name));
  const known = new Map<string, string>();
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    known.set(identityOfText(text) ?? name, name);
  }
  return known;
};

const identityOfText = (text: string): string | undefined => {
  try {
    return identity(JSON.parse(text) as Counterexample);
  } catch {
    return undefined;
  }
};

/** @returns the command that replays it */
const save = async (
  failure: Counterexample,
  folder: string,
  known: Map<string, string>,
): Promise<string> => {
  const before = known.get(identity(failure));
  if (before !== undefined) return replayCommand(join(folder, before));
  const numbers = [...known.values()].map((name) => Number.parseInt(name, 10));
  for (let number = Math.max(0, ...numbers) + 1; ; number++) {
    const replay = replayCommand(join(folder, `${number}.json`));
    const text = renderCounterexample({ ...failure, replay });
    if (!(await written(join(folder, `${number}.json`), text))) continue;
    known.set(identity(failure), `${number}.json`);
    return replay;
  }
};

/** False if the file is there: another check may be saving at the same time. */
const written = async (file: string, text: string): Promise<boolean> => {
  try {
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};

/** A command that can be pasted. */
export const replayCommand = (file: string, kernel?: string): string =>
  ['npx kernelcheck replay', file, ...(kernel === undefined ? [] : [kernel])]
    .map((word, i) => (i === 0 ? word : shellWord(word)))
    .join(' ');

const shellWord = (word: string): string =>
  /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** Writes the renderings. @returns their names */
export const writeReport = async (report: Report, folder: string): Promise<readonly string[]> => {
  const files = {
    'report.md': renderMarkdown,
    'report.json': renderJson,
    'junit.xml': renderJUnit,
  };
  for (const [name, render] of Object.entries(files))
    await writeFile(join(folder, name), render(report));
  return Object.keys(files);
};
