/**
 * Looks at file systems while they are judged: after each request that may have changed a union it has a look at the
 * three trees, and compares what is seen with what must hold of any union, whatever the model says.
 *
 * What the model finds wrong while trees are looked at is told last: what is found then says more of it.
 */
import { errnoName, errnoOf } from '../../../spec/errno.ts';
import { type FileOperation, Kind, OpenFor, SETUID } from '../../../spec/module-files.ts';
import type { ModuleOperation } from '../../../spec/modules.ts';
import type { Finding } from '../look.ts';
import { type Copy, copiesIn, copyFinding, setuidFinding, type Trees } from './copied.ts';
import { firstDifference, merge } from './merge.ts';
import { Mounted, type Seen, type Union } from './mounted.ts';
import { ask, type FileAsk, fileAskOf } from './requests.ts';
import { type Asking, at, pathsIn, survey, textOf } from './survey.ts';

/** Requests that may change a tree. */
const CHANGING: ReadonlySet<FileOperation> = new Set([
  ...(['create', 'mkdir', 'whiteout', 'unlink', 'rmdir', 'rename', 'link'] as const),
  ...(['chmod', 'chown', 'opaque', 'truncate', 'open', 'write'] as const),
]);

export class FileWatch {
  readonly #operations: readonly ModuleOperation[];
  readonly #mounted = new Mounted();
  /** What was seen of a union the last time; nothing: it may have changed since. */
  readonly #trees = new Map<number, Trees>();
  #answer = 0;
  /** What ramfs holds by the model, and whether that has changed by what was asked last. */
  #disk: unknown;
  #diskChanged = false;
  /** While trees are looked at: what the model finds; and what is found in the end. */
  #surveys = false;
  #deferred: Finding | undefined;
  #found: Finding | undefined;
  #count: (what: string) => void = () => {};

  constructor(operations: readonly ModuleOperation[]) {
    this.#operations = operations;
  }

  /** The operations, and between them looks at what has become of trees. */
  *operations(): Generator<ModuleOperation> {
    for (const operation of this.#operations) {
      yield operation;
      const answer = this.#answer;
      const asked = fileAskOf(operation);
      const number = asked && this.#changed(asked, answer);
      const union = number === undefined ? undefined : this.#mounted.unions.get(number);
      if (!asked || number === undefined || !union) continue;
      this.#surveys = true;
      const trees = yield* this.#told(treesOf(number, union));
      this.#found = this.#judge(union, this.#trees.get(number), trees, asked, answer);
      this.#trees.set(number, trees);
      this.#surveys = false;
      yield ask('ramfs', 'statfs');
    }
  }

  *#told<T>(asking: Asking<T>): Generator<ModuleOperation, T> {
    for (let next = asking.next(); ; next = asking.next(this.#answer)) {
      if (next.done) return next.value;
      yield next.value;
    }
  }

  /** What comes of an operation: a finding of its own, or that of the model. */
  readonly watch = (seen: Seen, found: Finding | undefined): Finding | undefined => {
    this.#answer = seen.answer;
    this.#count = seen.count;
    const disk = seen.model.loaded.get('ramfs')?.inner;
    this.#diskChanged = disk !== this.#disk;
    this.#disk = disk;
    if (this.#surveys) {
      this.#deferred ??= found && { ...found, property: 'modules/union-as-overlayfs' };
      return undefined;
    }
    const late = this.#found ?? this.#deferred;
    if (late) return late;
    const asked = fileAskOf(seen.operation);
    if (asked) {
      this.#mounted.count(asked, seen, this.#trees.get(asked.mount));
      this.#mounted.note(asked, seen.answer);
    }
    const gone = this.#mounted.stays(seen);
    if (gone || !found || !asked) return gone ?? found;
    return { ...found, property: propertyOf(asked, seen, found) };
  };

  /** The union that a request may have changed. Others are not as they were seen, if it is a part of them. */
  #changed({ system, operation, mount, how }: FileAsk, answer: number): number | undefined {
    const changes = operation === 'open' ? (how & OpenFor.write) !== 0 : CHANGING.has(operation);
    const isMount = operation === 'mount' || operation === 'umount';
    const number = operation === 'write' ? this.#mounted.files.get(how & 15) : mount;
    const changed = system === 'unionfs' ? number : undefined;
    if ((changes || isMount) && answer >= 0)
      for (const other of [...this.#trees.keys()])
        if (other !== changed || isMount) this.#trees.delete(other);
    const looks = operation === 'mount' || (changes && (answer >= 0 || this.#diskChanged));
    return looks ? changed : undefined;
  }

  #judge(
    union: Union,
    before: Trees | undefined,
    trees: Trees,
    asked: FileAsk,
    answer: number,
  ): Finding | undefined {
    for (const names of pathsIn(trees.upper)) this.#countMarks(trees, names);
    const since = before && this.#sinceThen(union, before, trees, asked, answer);
    return since ?? mergeFinding(trees);
  }

  #countMarks({ upper, lower }: Trees, names: readonly number[]): void {
    const [above, below] = [at(upper, names), at(lower, names)];
    if (above?.stat.kind === Kind.whiteout) this.#count('seen whiteout');
    else if (above?.stat.opaque && below) this.#count('seen opaque');
    else if (above?.stat.kind === Kind.directory && below?.entries) this.#count('seen merged');
  }

  #sinceThen(
    union: Union,
    before: Trees,
    trees: Trees,
    asked: FileAsk,
    answer: number,
  ): Finding | undefined {
    const [was, is] = [textOf(before.lower), textOf(trees.lower)];
    if (was !== is)
      return {
        property: 'modules/lower-never-changes',
        expected: `the lower tree stays ${was}`,
        observed: `it is ${is}`,
      };
    for (const copy of copiesIn(before, trees, asked, answer)) {
      this.#countCopy(copy, union);
      const untrusted = union.lowerIsNosuid ? setuidFinding(copy, asked) : undefined;
      const wrong = untrusted ?? copyFinding(copy, asked, answer);
      if (wrong) return wrong;
    }
    return undefined;
  }

  #countCopy({ from }: Copy, { lowerIsNosuid }: Union): void {
    const isFile = from.stat.kind === Kind.file;
    this.#count(isFile ? 'copied file' : 'copied directory');
    if (from.words?.some((word) => word !== 0)) this.#count('copied words');
    if (isFile && lowerIsNosuid && from.stat.mode & SETUID) this.#count('copied untrusted setuid');
  }
}

function* treesOf(number: number, { upper, lower, lowerSystem }: Union): Asking<Trees> {
  return {
    visible: yield* survey('unionfs', number),
    upper: upper === undefined ? undefined : yield* survey('ramfs', upper),
    lower: yield* survey(lowerSystem, lower),
  };
}

const mergeFinding = ({ visible, upper, lower }: Trees): Finding | undefined => {
  const wanted = merge(upper, lower);
  const path = firstDifference(wanted, visible);
  if (!path) return undefined;
  return {
    property: 'modules/union-merges',
    expected: `/${path.join('/')} is what the layers make of it: ${textOf(wanted)}`,
    observed: textOf(visible),
  };
};

/** Which property a wrong answer breaks. */
const propertyOf = (
  { system, operation }: FileAsk,
  { answer, expected }: Seen,
  { property }: Finding,
): Finding['property'] => {
  if (property !== 'modules/calls') return property;
  if (system === 'ramfs') return 'modules/files-are-files';
  if (operation === 'exec' && expected >= 0 && answer >= 0) return 'modules/setuid-untrusted';
  const denied = ['EACCES', 'EPERM'].includes(errnoName(errnoOf(expected >>> 0) ?? 0));
  return denied && answer >= 0 ? 'modules/both-must-allow' : 'modules/union-as-overlayfs';
};
