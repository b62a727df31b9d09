/** What is looked at where security modules guard, each finding under the name of its property. */
import { registeredOf } from '../../../model/modules/state.ts';
import { Errno } from '../../../spec/errno.ts';
import { EnforcementRequest, PathRequest } from '../../../spec/security.ts';
import { otherAnswer } from '../filter/views.ts';
import { type Done, type ModuleView, naming } from '../judge.ts';
import type { Finding } from '../look.ts';

const REFUSALS: readonly number[] = [-Errno.EACCES, -Errno.EPERM];

/** Whether security modules are asked before this is done. */
const isGuarded = ({ model, operation }: Done): boolean =>
  operation.op === 'ask' ||
  (operation.op === 'use' && model.files.get(operation.module)?.program === 'datagram-protocol');

/** Two refusals, and it is another one that is told. */
const isOtherRefusal = ({ expected, answer }: Done): boolean =>
  REFUSALS.includes(expected) && REFUSALS.includes(answer);

/** Of what is refused nothing is done. */
const doneAllTheSame = ({ model, modules }: Done): Finding | undefined => {
  const [expected, observed] = [registeredOf(model), modules.registered()].map((all) =>
    JSON.stringify(all.timers),
  );
  if (expected === observed) return undefined;
  return {
    property: 'modules/every-request-guarded',
    expected: `timers, as before the request that is refused: ${expected}`,
    observed: `timers: ${observed}`,
  };
};

type View = Parameters<typeof naming>[0];

const guarded: View = (done, count) => {
  const { model, operation, expected, answer } = done;
  if (!isGuarded(done)) return undefined;
  const [refusal] = model.refusals;
  count(refusal === undefined ? 'not refused' : `refused ${refusal}`);
  if (refusal !== undefined && operation.op === 'use') count('datagram refused');
  const first = model.hooks.find(({ point }) => point === 'security')?.module;
  const isTypes = model.files.get(first ?? '')?.program === 'capability-lsm';
  if (refusal !== undefined)
    count((refusal === -Errno.EACCES) === isTypes ? 'refused first' : 'refused second');
  if (expected === answer) return refusal === undefined ? undefined : doneAllTheSame(done);
  if (refusal !== undefined && isOtherRefusal(done))
    return otherAnswer('modules/first-refusal-wins', done);
  const concerns = refusal !== undefined || REFUSALS.includes(answer);
  return concerns ? otherAnswer('modules/every-request-guarded', done) : undefined;
};

/** How often a security module was asked, or has refused: too often, then another one had refused already. */
const asked: View = (done, count): Finding | undefined => {
  const { model, operation, expected, answer } = done;
  if (operation.op !== 'use') return undefined;
  const program = model.files.get(operation.module)?.program;
  const op = (operation.request ?? 0) >>> 28;
  const isAsked = program === 'capability-lsm' && op === EnforcementRequest.asked;
  if (!isAsked && !(program === 'path-lsm' && op === PathRequest.refusals)) return undefined;
  if (expected > 0) count('asked read');
  if (expected === answer) return undefined;
  return otherAnswer(
    answer > expected ? 'modules/first-refusal-wins' : 'modules/every-request-guarded',
    done,
  );
};

export const securityViews = (): readonly ModuleView[] => [asked, guarded].map(naming);
