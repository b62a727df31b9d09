/** All mutants of the reference kernel, by family. */
import { bystanders } from './bystanders.ts';
import { calls } from './calls.ts';
import { confidentiality } from './confidentiality.ts';
import { determinism } from './determinism.ts';
import { files } from './files.ts';
import { filesContents } from './files-contents.ts';
import { filesDatagrams } from './files-datagrams.ts';
import { filesWaiting } from './files-waiting.ts';
import { frames } from './frames.ts';
import { ipc } from './ipc.ts';
import { layering } from './layering.ts';
import { modules } from './modules.ts';
import type { Mutant } from './mutant.ts';
import { pages } from './pages.ts';
import { privilege } from './privilege.ts';
import { registers } from './registers.ts';
import { scheduling } from './scheduling.ts';
import { tables } from './tables.ts';
import { tasks } from './tasks.ts';
import { translation } from './translation.ts';

export type { Mutant } from './mutant.ts';

export const mutants: readonly Mutant[] = [
  ...translation,
  ...tables,
  ...pages,
  ...frames,
  ...registers,
  ...tasks,
  ...calls,
  ...scheduling,
  ...confidentiality,
  ...determinism,
  ...files,
  ...filesContents,
  ...filesWaiting,
  ...filesDatagrams,
  ...privilege,
  ...bystanders,
  ...ipc,
  ...layering,
  ...modules,
];
