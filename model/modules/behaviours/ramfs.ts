/** Trees of files in memory. Whoever mounts one keeps the module there until it is unmounted. */
import { Errno } from '../../../spec/errno.ts';
import { FILE_SYSTEM_KEY } from '../../../spec/module-files.ts';
import type { Word } from '../../../spec/riscv.ts';
import { behaviour, type Outcome, type Surroundings } from '../behaviour.ts';
import { answers } from '../files/call.ts';
import { fileCallOf, onDisk } from '../files/serve.ts';
import { type Disk, emptyDisk } from '../files/tree.ts';

/** A mount is a reference on the module. */
export const countMounts = (before: number, after: number, around: Surroundings): void => {
  if (after > before) around.holdSelf();
  if (after < before) around.releaseSelf();
};

const serve = (disk: Disk, request: Word, argument: Word, around: Surroundings): Outcome<Disk> => {
  const call = fileCallOf(request, argument);
  if (!call) return answers(disk, -Errno.ENOSYS);
  const outcome = onDisk(disk, call);
  countMounts(disk.trees.size, outcome.state.trees.size, around);
  return outcome;
};

export const ramfs = () =>
  behaviour<Disk>({
    initial: emptyDisk,
    hooks: [{ point: 'filesystem', priority: 0, key: FILE_SYSTEM_KEY.ramfs }],
    use: serve,
    hook: serve,
  });
