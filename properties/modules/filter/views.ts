/** What is looked at where packets are filtered, each finding under the name of its property. */
import { filterStateOf } from '../../../model/modules/behaviours/ip-tables.ts';
import { listOf, type ModulesState } from '../../../model/modules/state.ts';
import { Errno } from '../../../spec/errno.ts';
import { FilterRequest } from '../../../spec/filter.ts';
import type { ModuleOperation } from '../../../spec/modules.ts';
import { DatagramRequest } from '../../../spec/packets.ts';
import { answerText, type Done, type ModuleView, naming } from '../judge.ts';
import type { Finding } from '../look.ts';
import type { ModulePropertyId } from '../properties.ts';

/** The program of the module that the operation is about. */
const programOf = ({ files }: ModulesState, operation: ModuleOperation): string | undefined =>
  'module' in operation ? files.get(operation.module)?.program : undefined;

export const otherAnswer = (property: ModulePropertyId, done: Done): Finding => ({
  property,
  expected: answerText(done.operation, done.expected),
  observed: answerText(done.operation, done.answer),
});

/** Whether the answer says what filters have decided about a packet. */
const isVerdict = ({ model, operation, expected, answer }: Done): boolean => {
  if (model.refusals.length > 0) return false;
  if (operation.op === 'ask') return operation.point === 'packet';
  if (operation.op !== 'use' || programOf(model, operation) !== 'datagram-protocol') return false;
  const op = (operation.request ?? 0) >>> 28;
  const answers = [expected, answer];
  if (op === DatagramRequest.send) return answers.includes(-Errno.EPERM);
  return op === DatagramRequest.arrive && answers.includes(0);
};

type View = Parameters<typeof naming>[0];

const verdicts: View = (done, count) => {
  if (!isVerdict(done)) return undefined;
  const { model, operation, expected, answer } = done;
  for (const module of model.loaded.values()) {
    const state = filterStateOf(module);
    if (!state || module.state === 'going') continue;
    count(`packet decided by ${state.decidedBy}`);
    if (state.aside) count('packet meanwhile');
  }
  if (operation.op === 'use' && expected !== 1) count('datagram dropped');
  return expected === answer ? undefined : otherAnswer('modules/first-verdict', done);
};

/** A request by `use` to a module that is there, with this program. */
const isRequest = ({ model, operation }: Done, program: string, op: number): boolean =>
  operation.op === 'use' &&
  model.loaded.has(operation.module) &&
  programOf(model, operation) === program &&
  (operation.request ?? 0) >>> 28 === op;

const isMatch = (program: string | undefined): boolean => program?.startsWith('match-') === true;

/** References on matches are those of rules, and matches that have some stay. */
const references: View = (done, count) => {
  const { model, modules, operation, expected, answer } = done;
  const program = programOf(model, operation);
  const isUnload = operation.op === 'unload' && isMatch(program);
  if (isUnload && (expected === -Errno.EAGAIN || expected === -Errno.EBUSY)) count('match stays');
  const isCommit = isRequest(done, 'ip-tables', FilterRequest.commit);
  if (isCommit && expected === -Errno.ENOENT) count('match missing');
  const concerns = isUnload || (isCommit && [expected, answer].includes(-Errno.ENOENT));
  if (concerns && expected !== answer) return otherAnswer('modules/match-stays', done);
  const counts = (list: ReturnType<typeof listOf>): string =>
    list
      .filter(({ name }) => isMatch(model.files.get(name)?.program))
      .map(({ name, references: held }) => `${name} ${held}`)
      .join(', ');
  const [wanted, seen] = [counts(listOf(model)), counts(modules.list())];
  if (wanted === seen) return undefined;
  return {
    property: 'modules/match-stays',
    expected: `references on matches: ${wanted}`,
    observed: `references on matches: ${seen}`,
  };
};

/** @param given every word that ever stood in a rule that was appended, or counts packets as they could be */
const tables =
  (given: Set<number>): View =>
  (done, count) => {
    const { model, operation, expected, answer } = done;
    if (operation.op !== 'use' || programOf(model, operation) !== 'ip-tables') return undefined;
    const { request = 0, argument = 0 } = operation;
    const op = request >>> 28;
    if (op === FilterRequest.append) {
      given.add(request & 0xfff_ffff).add(request & 0xfff_0000);
      given.add(argument);
    }
    if (op === FilterRequest.commit) count(`commit ${expected}`);
    if (op === FilterRequest.entry) count(expected < 0 ? 'nothing to read' : 'rule read');
    if (expected === answer) return undefined;
    const leaks = op === FilterRequest.entry && (expected < 0 || !given.has(answer >>> 0));
    return otherAnswer(
      leaks ? 'modules/only-what-was-given' : 'modules/table-replaced-atomically',
      done,
    );
  };

export const filterViews = (): readonly ModuleView[] =>
  [tables(new Set()), verdicts, references].map(naming);
