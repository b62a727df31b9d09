/** Mistakes in messages, on the bare kernel with messages. The right way: kernels/ipc. */
import { buildIpc } from '../../kernels/ipc/index.ts';
import { IPC_MISTAKES } from '../ipc/mistakes.ts';
import { type Mutant, mutant } from './mutant.ts';

/** Steps of the longest of their stories. */
const LONGEST = 16;

export const ipc: readonly Mutant[] = IPC_MISTAKES.map(({ ipc: wrong, core, ...rest }) =>
  mutant({
    ...rest,
    of: ({ name }) => (name === undefined ? buildIpc() : buildIpc({ ...core, name, ipc: wrong })),
    longestStory: LONGEST,
  }),
);
