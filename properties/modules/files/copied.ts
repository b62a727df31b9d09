/** What a request has copied up: each copy is compared with what it was copied from, as it was before. */
import { Kind, MAX_WORDS, type Names, SETUID, type Stat } from '../../../spec/module-files.ts';
import type { Finding } from '../look.ts';
import type { FileAsk } from './requests.ts';
import { at, pathsIn, type Surveyed } from './survey.ts';

/** The trees of a union at one time. */
export interface Trees {
  readonly visible: Surveyed | undefined;
  readonly upper: Surveyed | undefined;
  readonly lower: Surveyed | undefined;
}

export interface Copy {
  readonly names: Names;
  readonly from: Surveyed;
  readonly to: Surveyed;
}

const text = (names: Names): string => `/${names.join('/')}`;
const isUnder = (names: Names, above: Names): boolean =>
  above.every((name, index) => names[index] === name);

/** The second path of what a request is about, where it makes something there. */
const targetOf = ({ operation, others }: FileAsk): Names | undefined =>
  operation === 'rename' || operation === 'link' ? others : undefined;

/** @param answered 0 or more: the request was done */
export const copiesIn = (
  before: Trees,
  after: Trees,
  asked: FileAsk,
  answered: number,
): readonly Copy[] => {
  const target = answered >= 0 ? targetOf(asked) : undefined;
  const copies: Copy[] = [];
  for (const names of pathsIn(after.upper)) {
    const to = at(after.upper, names);
    if (!to || at(before.upper, names) || (target && isUnder(names, target))) continue;
    const from = at(before.visible, names);
    if (from && to.stat.kind === from.stat.kind) copies.push({ names, from, to });
  }
  const from =
    target && !at(before.upper, asked.names) ? at(before.visible, asked.names) : undefined;
  const to = target && at(after.upper, target);
  if (from && to && to.stat.kind === Kind.file) copies.push({ names: asked.names, from, to });
  return copies;
};

/** What the request itself has changed, if it was done: these are left out of the comparison. */
const changedBy = ({ operation, how }: FileAsk, from: Surveyed): Partial<Surveyed> => {
  if (operation !== 'truncate') return {};
  const words = from.words?.slice(0, Math.min(how, MAX_WORDS)) ?? [];
  return { words: [...words, ...new Array<number>(Math.max(how - words.length, 0)).fill(0)] };
};

const compared = ({ mode, owner, opaque }: Stat, { operation }: FileAsk, isIt: boolean) => ({
  opaque,
  owner: isIt && operation === 'chown' ? undefined : owner,
  mode: isIt && operation === 'chmod' ? undefined : mode & ~SETUID,
});

/** What is wrong with a copy. */
export const copyFinding = (
  { names, from, to }: Copy,
  asked: FileAsk,
  answered: number,
): Finding | undefined => {
  const isIt = answered >= 0 && names.join() === asked.names.join();
  const wanted = isIt ? { ...from, ...changedBy(asked, from) } : from;
  const [old, copy] = [from, to].map(({ stat }) => JSON.stringify(compared(stat, asked, isIt)));
  const bothRead = wanted.words && to.words;
  const words = bothRead ? [wanted.words.join(), to.words.join()] : ['', ''];
  if (old === copy && words[0] === words[1]) return undefined;
  return {
    property: 'modules/copy-up-complete',
    expected: `${text(names)} is copied with ${old} and the words [${words[0]}]`,
    observed: `the copy has ${copy} and the words [${words[1]}]`,
  };
};

/** A setuid bit that nobody was to believe, and that a copy has. */
export const setuidFinding = ({ names, from, to }: Copy, asked: FileAsk): Finding | undefined => {
  const isSet = ({ stat }: Surveyed): boolean => (stat.mode & SETUID) !== 0;
  if (asked.operation === 'chmod' || !isSet(from) || !isSet(to)) return undefined;
  return {
    property: 'modules/setuid-untrusted',
    expected: `${text(names)} is copied without its setuid bit, for the lower layer is nosuid`,
    observed: 'the copy has it',
  };
};
