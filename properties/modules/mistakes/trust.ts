/** Mistakes in whom a loader trusts. */
import { moduleRoutines } from '../../../kernels/modules/index.ts';
import { WITH_JOINED_KEY } from '../signing.ts';
import { loadsWithout, type ModuleMistake } from './mistake.ts';

const right = moduleRoutines;

export const TRUST_MISTAKES: readonly ModuleMistake[] = [
  {
    id: 'signature-unchecked',
    description: 'Signatures are said to be enforced, and nobody looks.',
    killedBy: 'modules/only-trusted-code',
    bug: 'CVE-2021-35039: the flag was set, and the check was compiled out.',
    routines: loadsWithout('signature'),
  },
  {
    id: 'key-joined',
    description: 'Somebody has added a key of his own to those that the kernel trusts.',
    killedBy: 'modules/only-trusted-code',
    bug: 'CVE-2016-9604: a caller could join the trusted set of keys.',
    trust: WITH_JOINED_KEY,
  },
  {
    id: 'any-key-will-do',
    description: 'A file that is signed is trusted, whoever has signed it, and whatever.',
    killedBy: 'modules/only-trusted-code',
    routines: {
      verifies: ({ trust }, facts) =>
        trust ? trust.signatureOf(facts) !== undefined : facts.signature !== 'missing',
    },
  },
  {
    id: 'unsigned-unnoticed',
    description: 'Where signatures are not enforced, a file without one leaves no taint.',
    killedBy: 'modules/list',
    routines: {
      prepare: (loader, file, brought) => {
        const before = loader.taints.has('unsigned');
        const answer = right.prepare(loader, file, brought);
        if (!before) loader.taints.delete('unsigned');
        return answer;
      },
    },
  },
];
