/** Mistakes in messages, on the bare kernel with messages. The right way: kernels/ipc. */
import { buildIpc } from '../../kernels/ipc/index.ts';
import { IPC_MISTAKES } from '../ipc/mistakes.ts';
import { type Mutant, mutant } from './mutant.ts';

/** Steps of the longest of their stories. */
const LONGEST = 16;

/** Mistakes that take a story too long to shrink for the matrix; properties/ipc shows that they are caught. */
const LONG: readonly string[] = [
  'reply-twice',
  'caller-of-the-dead',
  'waits-without-capability',
  'deadlock-unseen',
  'deadlock-imagined',
  'partner-not-woken',
  'receiver-overlooked',
];

export const ipc: readonly Mutant[] = IPC_MISTAKES.filter(({ id }) => !LONG.includes(id)).map(
  ({ ipc: wrong, ...rest }) =>
    mutant({
      ...rest,
      of: ({ name }) => (name === undefined ? buildIpc() : buildIpc({ name, ipc: wrong })),
      longestStory: LONGEST,
    }),
);
