/** Mistakes with sleeping: drivers that wait for what has been already. The right way: kernels/services. */
import { buildDisk, diskRoutines } from '../../kernels/services/disk.ts';
import { buildNetwork, networkRoutines } from '../../kernels/services/network.ts';
import { type Mutant, mutant } from './mutant.ts';
import { withService } from './services.ts';

export const filesWaiting: readonly Mutant[] = [
  mutant({
    id: 'one-interrupt-too-many',
    description: 'When its command has completed the disk driver waits for one more interrupt.',
    killedBy: 'files/calls-return',
    longestStory: 6,
    replace: withService(
      buildDisk({
        *command(world, operation, sector, slot) {
          const result = yield* diskRoutines.command(world, operation, sector, slot);
          if (sector % 2 === 1) yield* world.interrupt('disk');
          return result;
        },
      }),
    ),
  }),
  mutant({
    id: 'sleep-before-looking',
    description:
      'The network service sleeps until an interrupt comes, and only then looks at the device.',
    killedBy: 'files/calls-return',
    longestStory: 3,
    replace: withService(
      buildNetwork({
        *transmitted(world) {
          yield* world.interrupt('network');
          return yield* networkRoutines.transmitted(world);
        },
      }),
    ),
  }),
];
