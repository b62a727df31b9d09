/** What is mounted and open by the answers that were seen, and what was asked of it. */
import { errnoName, errnoOf } from '../../../spec/errno.ts';
import { layersOf, MountOption, SETUID } from '../../../spec/module-files.ts';
import type { Done } from '../judge.ts';
import type { Finding } from '../look.ts';
import type { Trees } from './copied.ts';
import { type FileAsk, type FileSystem, fileAskOf } from './requests.ts';
import { at } from './survey.ts';

/** An operation that was done, and where what it did is counted. */
export interface Seen extends Done {
  readonly count: (what: string) => void;
}

/** A union as it was mounted. */
export interface Union {
  readonly upper: number | undefined;
  readonly lower: number;
  readonly lowerSystem: FileSystem;
  readonly lowerIsNosuid: boolean;
  readonly mounter: number;
}

export class Mounted {
  /** By number. */
  readonly unions = new Map<number, Union>();
  /** Unions by the files of them that are open. */
  readonly files = new Map<number, number>();
  readonly #nosuid = new Map<number, boolean>();
  readonly #mounts = { ramfs: 0, unionfs: 0 };

  note({ system, operation, mount, how, caller, argument }: FileAsk, answer: number): void {
    if (answer < 0) return;
    if (system === 'unionfs' && operation === 'open') this.files.set(answer, mount);
    if (operation !== 'mount' && operation !== 'umount') return;
    this.#mounts[system] += operation === 'mount' ? 1 : -1;
    if (system === 'ramfs') this.#nosuid.set(mount, (how & MountOption.nosuid) !== 0);
    else if (operation === 'umount') this.unions.delete(mount);
    else this.unions.set(mount, this.#unionOf(argument, caller));
  }

  #unionOf(argument: number, mounter: number): Union {
    const { upper, lower, lowerIsUnion } = layersOf(argument);
    const lowerSystem = lowerIsUnion ? 'unionfs' : 'ramfs';
    const lowerIsNosuid = !lowerIsUnion && this.#nosuid.get(lower) === true;
    return { upper, lower, lowerSystem, lowerIsNosuid, mounter };
  }

  /** @param trees of the union, if they are known */
  count(asked: FileAsk, { answer, count }: Seen, trees: Trees | undefined): void {
    const { system, operation, caller, mount, names } = asked;
    const errno = errnoOf(answer >>> 0);
    const name = system === 'ramfs' ? 'ramfs' : 'union';
    count(`${name} ${operation} ${errno === undefined ? 'ok' : errnoName(errno)}`);
    const union = system === 'ramfs' ? undefined : this.unions.get(mount);
    if (!union) return;
    if (caller === 0 && union.mounter !== 0 && errnoName(errno ?? 0) === 'EACCES')
      count('refused by mounter');
    const file = operation === 'exec' && answer >= 0 ? at(trees?.lower, names) : undefined;
    const isBelow = union.lowerIsNosuid && !at(trees?.upper, names);
    if (file && isBelow && file.stat.mode & SETUID && file.stat.owner !== caller)
      count('exec untrusted setuid');
  }

  /** A file system of which something is mounted is there, and has a reference for each mount. */
  stays({ modules, operation, count }: Seen): Finding | undefined {
    const asked = fileAskOf(operation)?.operation;
    const isUnload = operation.op === 'unload' && !operation.force;
    if (!isUnload && asked !== 'mount' && asked !== 'umount') return undefined;
    for (const name of ['ramfs', 'unionfs'] as const) {
      const mounts = this.#mounts[name];
      if (isUnload && operation.module === name)
        count(mounts > 0 ? 'unload mounted' : 'unload unmounted');
      const status = modules.list().find((module) => module.name === name);
      if (mounts > 0 && status?.state !== 'live') return gone(name, mounts, 'it is unloaded');
      if (mounts > (status?.references ?? 0))
        return gone(name, mounts, `it has ${status?.references ?? 'no'} references`);
    }
    return undefined;
  }
}

const gone = (name: string, mounts: number, observed: string): Finding => ({
  property: 'modules/mounted-stays',
  expected: `${name}, of which ${mounts} are mounted, is held by each`,
  observed,
});
