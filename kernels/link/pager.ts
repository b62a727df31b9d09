/**
 * Page faults and the memory service: the service chooses the frame, the kernel checks, clears and maps it.
 *
 * The kernel's frame table stays the truth. A frame that the service answers is taken only if it is one of the pool and
 * nobody uses it; else it is offered in vain, and the service is asked again. It finds every free frame at last, for it
 * is told of each frame that comes back. So no service can take a frame from anybody, nor make the kernel run out of
 * memory that it has: if no frame is found, the kernel takes one itself.
 */
import type { Hart } from '../../hardware/contract.ts';
import { type Frame, type Vpn, wordIn } from '../../spec/riscv.ts';
import { isFree } from '../core/frames.ts';
import type { State } from '../core/kernel.ts';
import { Control, PROMISED, type Task, TaskWord } from '../core/layout.ts';
import { leafOf, needed } from '../core/pages.ts';
import { get } from '../core/tables.ts';
import type { Steps } from '../services/contract.ts';
import { MemoryOperation } from '../services/memory.ts';
import { KERNEL_CLIENT } from './copying.ts';
import type { Link, Linked, Thread } from './linkage.ts';
import { ask } from './requests.ts';
import { begin } from './threads.ts';

/** Whether the fault is one that a frame repairs: the page was promised, and the access is allowed. */
export const needsFrame = (k: State, hart: Hart, task: Task): boolean => {
  const { stval, scause } = hart;
  if (stval >= k.image.userEnd) return false;
  const entry = wordIn(leafOf(k, get(k, task, TaskWord.space)), stval >>> 12);
  return (entry & PROMISED) !== 0 && (k.routines.rightsOf(entry) & needed(scause)) !== 0;
};

/** The task sleeps until its page has a frame; then its instruction runs again. */
export const page = (link: Link, hart: Hart, task: Task, memory: Linked): void => {
  const vpn = hart.stval >>> 12;
  begin(link, hart, task, (thread) => givePage(link, thread, memory, vpn), false);
};

function* givePage(link: Link, thread: Thread, memory: Linked, vpn: Vpn): Steps<number> {
  const { k } = link;
  if (link.returned.length > 0) yield* giveBack(link, thread, memory);
  let frame: Frame = 0;
  for (let offers = k.image.freeFrames.length; offers > 0; offers--) {
    frame = yield* ask(link, thread, memory, KERNEL_CLIENT, MemoryOperation.take, 0, 0, 0);
    if (frame <= 0) break;
    link.out.add(frame);
    if (isFree(k, frame)) break;
  }
  const chosen = frame > 0 && isFree(k, frame) ? frame : 0;
  if (thread.task !== 0 && wordIn(leafOf(k, thread.space), vpn) & PROMISED) {
    k.control[Control.chosen] = chosen;
    k.routines.populate(k, link.hart, thread.space, vpn);
    k.control[Control.chosen] = 0;
    k.routines.fencePage(k, link.hart, thread.space, vpn);
  }
  if (chosen !== 0 && isFree(k, chosen)) comesBack(link, chosen);
  return 0;
}

/** Nobody uses the frame any more: the service is told before it is asked for the next one, if it takes it for used. */
export const comesBack = (link: Link, frame: Frame): void => {
  if (link.out.delete(frame)) link.returned.push(frame);
};

function* giveBack(link: Link, thread: Thread, memory: Linked): Steps<void> {
  for (let frame = link.returned.shift(); frame !== undefined; frame = link.returned.shift()) {
    yield* ask(link, thread, memory, KERNEL_CLIENT, MemoryOperation.give, frame, 0, 0);
  }
}
