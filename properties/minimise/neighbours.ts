/**
 * The neighbours of a workload: the finite list of ways to make it one notch simpler. A workload is 1-minimal if none of
 * its neighbours fails in the same way; a story says how many there were, and that all of them were run.
 *
 * The list, in this order:
 *   - drop a task that boot starts, or start one of those that it spawns in its place; drop a program that nothing
 *     starts;
 *   - drop a body (empty it), or let a thread's take the place of its maker's; drop a step;
 *   - drop a hart (its turns go to hart 0); drop an interrupt; let one come earlier;
 *   - drop a text, let another be meant, or write it shorter; drop a fault, or let it come earlier; devices that answer
 *     sooner;
 *   - drop a loadable module that no call names, or all; write one plainer; let the kernel insist on less;
 *   - drop the schedule, or a turn of it, or give a turn to the hart before it;
 *   - merge two pages: all addresses in one become addresses in the other;
 *   - lower a value to the next on a short ladder: words and lengths to 1 or 0, an address within a page to the page's
 *     first word, flags to one bit less, a register to `a0`, a register that is stored to 0 or 1, one that names a task to a tid of 1 to 8, a descriptor to 3 to 5;
 *     interrupts less late; one frame of RAM less;
 *   - drop a step together with a turn of the schedule.
 */
import type { Workload } from '../../spec/workload.ts';
import { fasterDevices, fewerFaults } from './neighbours/devices.ts';
import { fewerFrames, fewerHarts, fewerInterrupts, simplerSchedule } from './neighbours/machine.ts';
import { fewerModules } from './neighbours/modules.ts';
import type { Neighbour } from './neighbours/neighbour.ts';
import { fewerPages } from './neighbours/pages.ts';
import { fewerSteps, fewerStepsAndTurns } from './neighbours/steps.ts';
import { fewerTasks } from './neighbours/tasks.ts';
import { fewerTexts } from './neighbours/texts.ts';
import { lowerValues } from './neighbours/values.ts';

export type { Neighbour } from './neighbours/neighbour.ts';

export function* neighbours(workload: Workload): Generator<Neighbour, void, void> {
  yield* fewerTasks(workload);
  yield* fewerSteps(workload);
  yield* fewerHarts(workload);
  yield* fewerFrames(workload);
  yield* fewerInterrupts(workload);
  yield* fewerTexts(workload);
  yield* fewerFaults(workload);
  yield* fewerModules(workload);
  yield* fasterDevices(workload);
  yield* simplerSchedule(workload);
  yield* fewerPages(workload);
  yield* lowerValues(workload);
  yield* fewerStepsAndTurns(workload);
}
