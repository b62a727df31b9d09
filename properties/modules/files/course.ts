/**
 * A course of operations that is made as it goes: the model tells what is there, so that most requests mean something.
 */
import { type ModulesState, nothingLoaded } from '../../../model/modules/state.ts';
import { step } from '../../../model/modules/step.ts';
import {
  Kind,
  type Names,
  nextKind,
  nextName,
  openFileHow,
  SETUID,
  statOf,
} from '../../../spec/module-files.ts';
import type { ModuleOperation } from '../../../spec/modules.ts';
import type { ModuleWorld } from '../world.ts';
import { NAMES } from './planted.ts';
import { ask, type FileSystem, fileAskOf } from './requests.ts';

/** What a path is to lead to, and which of those there are. */
export interface Aim {
  readonly at: 'file' | 'setuid' | 'directory' | 'free' | 'any';
  readonly which: number;
}

const chosen = <T>(list: readonly T[], which: number): T | undefined => list[which % list.length];

/** A path of one to three names, whatever is there. */
const anyPath = (which: number): Names =>
  [which % 3, which % 5, which % 7].slice(0, 1 + (which % 3)).map((one) => NAMES[one % 4] ?? 1);

export class Course {
  readonly operations: ModuleOperation[] = [];
  readonly #model: ModulesState;
  /** Numbers of files that are open. */
  readonly #open = { ramfs: new Set<number>(), unionfs: new Set<number>() };

  constructor({ settings, files, pages }: ModuleWorld) {
    this.#model = nothingLoaded(settings, files, pages);
  }

  do(...operations: readonly ModuleOperation[]): number {
    let answer = 0;
    for (const operation of operations) {
      this.operations.push(operation);
      answer = step(this.#model, operation);
      this.#note(operation, answer);
    }
    return answer;
  }

  #note(operation: ModuleOperation, answer: number): void {
    const asked = fileAskOf(operation);
    if (!asked || answer < 0) return;
    const open = this.#open[asked.system];
    if (asked.operation === 'open') open.add(answer);
    if (asked.operation === 'close') open.delete(asked.how & 15);
  }

  openIn(system: FileSystem): readonly number[] {
    return [...this.#open[system]];
  }

  closeAll(): void {
    for (const system of ['unionfs', 'ramfs'] as const)
      for (const number of this.openIn(system))
        this.do(ask(system, 'close', { how: openFileHow(number) }));
  }

  /** All paths of a tree that the superuser is shown, and what they lead to. */
  #paths(system: FileSystem, mount: number, above: Names = []): (readonly [Names, number])[] {
    const found: (readonly [Names, number])[] = [];
    for (let after = 0; ; ) {
      const answer = step(this.#model, ask(system, 'next', { mount, names: above, how: after }));
      if (answer <= 0) return found;
      after = nextName(answer);
      const names = [...above, after];
      found.push([names, nextKind(answer)]);
      if (nextKind(answer) === Kind.directory) found.push(...this.#paths(system, mount, names));
    }
  }

  /** The path that is aimed at; if there is no such, any. */
  aim(system: FileSystem, mount: number, { at, which }: Aim): Names {
    if (at === 'any') return which % 8 === 0 ? [] : anyPath(which);
    const paths = this.#paths(system, mount);
    const leadingTo = (kind: number) =>
      paths.filter((one) => one[1] === kind).map(([names]) => names);
    const isSetuid = (names: Names): boolean =>
      (statOf(step(this.#model, ask(system, 'stat', { mount, names }))).mode & SETUID) !== 0;
    if (at === 'setuid')
      return chosen(leadingTo(Kind.file).filter(isSetuid), which) ?? anyPath(which);
    if (at === 'file') return chosen(leadingTo(Kind.file), which) ?? anyPath(which);
    const directories = leadingTo(Kind.directory);
    if (at === 'directory') return chosen(directories, which) ?? anyPath(which);
    const places = [[], ...directories]
      .filter(({ length }) => length < 3)
      .flatMap((above: Names) => NAMES.map((one) => [...above, one]));
    const isFree = (names: Names): boolean => !paths.some(([one]) => one.join() === names.join());
    return chosen(places.filter(isFree), which) ?? anyPath(which);
  }
}
