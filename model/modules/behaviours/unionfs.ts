/** Unions of trees that ramfs holds, from which the module imports. A union keeps its module there, and its layers. */
import { Errno } from '../../../spec/errno.ts';
import { FILE_SYSTEM_KEY } from '../../../spec/module-files.ts';
import type { Word } from '../../../spec/riscv.ts';
import { behaviour, type Outcome, type Surroundings } from '../behaviour.ts';
import { fileCallOf } from '../files/serve.ts';
import type { Disk } from '../files/tree.ts';
import { serveUnion } from '../union/serve.ts';
import { noUnions, type Unions, World } from '../union/world.ts';
import { countMounts } from './ramfs.ts';

const serve = (
  unions: Unions,
  request: Word,
  argument: Word,
  around: Surroundings,
): Outcome<Unions> => {
  const call = fileCallOf(request, argument);
  if (!call) return { state: unions, answer: -Errno.ENOSYS };
  const world = new World(around.stateOf(0) as Disk, unions, serveUnion);
  const answer = serveUnion(world, call);
  around.changeState(0, world.disk);
  countMounts(unions.mounts.size, world.unions.mounts.size, around);
  return { state: world.unions, answer };
};

export const unionfs = () =>
  behaviour<Unions>({
    initial: noUnions,
    hooks: [{ point: 'filesystem', priority: 0, key: FILE_SYSTEM_KEY.unionfs }],
    use: serve,
    hook: serve,
  });
