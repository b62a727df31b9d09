/** Where a kernel and the host part: the first call whose result or bytes are not the same, and what came before it. */
import { resultName } from '../../spec/errno.ts';
import type { Asked } from './asked.ts';
import type { HostAnswer } from './host.ts';

/** How a result and what was stored read. */
const answerText = (result: number, stored: string): string =>
  stored === '' ? resultName(result >>> 0) : `${resultName(result >>> 0)}, bytes ${stored}`;

/** The size of a directory is anything: of it, only what the host says counts. */
const isEqual = (
  { call, result, stored }: Asked,
  [hostResult, hostStored]: readonly [number, string],
): boolean =>
  result === hostResult &&
  (call.call === 'stat' ? stored.startsWith(hostStored) : stored === hostStored);

/** `undefined`: they are the same throughout. */
export const differenceOf = (
  asked: readonly Asked[],
  answers: readonly HostAnswer[],
): string | undefined => {
  const at = asked.findIndex((one, index) => {
    const answer = answers[index];
    return answer === undefined || (answer !== null && !isEqual(one, answer));
  });
  const differing = asked[at];
  if (!differing) return undefined;
  const lines = asked
    .slice(0, at)
    .map(({ text, result }) => `${text} = ${resultName(result >>> 0)}`);
  const [result, stored] = answers[at] ?? [0, ''];
  return [
    ...lines,
    differing.text,
    `  kernel: ${answerText(differing.result, differing.stored)}`,
    `  host:   ${answerText(result, stored)}`,
  ].join('\n');
};
