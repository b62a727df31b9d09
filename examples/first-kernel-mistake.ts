// The first kernel as a student might hand it in: it works, on one hart.
import { Call, Cause, contextAt, defineKernel, Errno, type Hart, pte, satp } from 'kernelcheck';

const PAGE = 4096;
const { V, R, W, X, U } = pte;
type Space = { root: number; leaf: number; tasks: number }; // user space needs one leaf table
type Task = { tid: number; space: Space; context: Uint32Array };
type Handler = (hart: Hart, task: Task, a0: number, a1: number) => number | undefined; // a0, or 0

export default defineKernel({
  name: 'first-mistake',
  architecture: 'monolithic',
  implements: ['tasks', 'memory', 'threads', 'console'],
  boot(machine, image) {
    const free = [...image.freeFrames];
    const tasks: Task[] = []; // the one that runs is tasks[hart.scontext - 1]
    const ready: Task[] = [];
    const start = (space: Space, pc: number): number => {
      if (pc % 4 || pc >= image.userEnd) return -Errno.EINVAL;
      const task = { tid: tasks.length + 1, space, context: contextAt(pc) };
      space.tasks += 1;
      ready.push(task);
      for (const { id } of machine.harts) machine.sendIpi(id); // one may be idle
      return tasks.push(task); // its tid
    };
    const spawn = (index: number): number => {
      const program = image.programs[index];
      if (!program || free.length < 2) return program ? -Errno.ENOMEM : -Errno.ENOENT;
      const [root = 0, leaf = 0] = free.splice(-2);
      machine.frame(root).set(machine.frame(image.kernelRoot)); // maps the kernel, without U
      machine.frame(root)[0] = pte(leaf, V);
      machine.frame(leaf).fill(0)[program.entry / PAGE] = pte(program.text, V | U | R | X);
      return start({ root, leaf, tasks: 0 }, program.entry);
    };
    const preempt = (hart: Hart, task: Task): undefined => {
      ready.push(task);
      hart.scontext = 0; // nobody: the next task is chosen on the way out
    };
    const exit = (hart: Hart, { space }: Task): undefined => {
      hart.scontext = 0;
      const pages = machine.frame(space.leaf).filter((page) => page & V && !(page & X)); // not text
      space.tasks -= 1;
      if (!space.tasks) free.push(space.root, space.leaf, ...pages.map((page) => page >>> 10));
    };
    const map: Handler = (_, { space }, va, prot) => {
      if (va % PAGE || !va || va >= image.userEnd || (prot | W) !== (R | W)) return -Errno.EINVAL;
      if (machine.frame(space.leaf)[va / PAGE]) return -Errno.EEXIST;
      const frame = free.pop();
      if (!frame) return -Errno.ENOMEM;
      machine.frame(space.leaf)[va / PAGE] = pte(frame, V | U | prot);
      machine.frame(frame).fill(0);
      return 0;
    };
    const unmap: Handler = (hart, { space }, va) => {
      const page = machine.frame(space.leaf)[va / PAGE]; // undefined: va is no page
      if (!page || page & X) return -Errno.EINVAL;
      machine.frame(space.leaf)[va / PAGE] = 0;
      hart.fence(va);
      free.push(page >>> 10);
      return 0;
    };
    const write: Handler = (_, { space }, va, length) => {
      for (let at = va; at < va + length; at++) {
        const page = machine.frame(space.leaf)[Math.floor(at / PAGE)]; // not >>>: at may pass 2^32
        if (!page) return at - va || -Errno.EFAULT;
        machine.transmit(machine.bytes(page >>> 10)[at % PAGE] ?? 0);
      }
      return length;
    };
    const calls: Record<number, Handler> = {
      [Call.spawn]: (_, __, index) => spawn(index),
      [Call.exit]: exit,
      [Call.yield]: preempt,
      [Call.thread]: (_, { space }, pc) => start(space, pc),
      [Call.map]: map,
      [Call.unmap]: unmap,
      [Call.write]: write,
    };
    for (const program of image.start) spawn(program);
    return (hart) => {
      hart.fence(); // another hart may have asked for it
      const task = tasks[hart.scontext - 1]; // undefined: an idle hart was woken
      if (task && hart.scause === Cause.userEcall) {
        hart.sepc += 4;
        const call = calls[hart.a7];
        hart.a0 = call ? (call(hart, task, hart.a0, hart.a1) ?? 0) : -Errno.ENOSYS;
      } else if (task && hart.scause & Cause.interrupt) preempt(hart, task);
      else if (task) exit(hart, task); // a fault
      if (task) task.context = hart.save();
      if (hart.scontext) return; // the same task goes on
      const next = ready.shift();
      hart.satp = satp(next?.space.root ?? image.kernelRoot);
      hart.scontext = next?.tid ?? 0;
      hart.stimecmp = hart.time + 20; // its slice, in instructions
      if (next) hart.restore(next.context);
      else hart.idle(); // until an interrupt
    };
  },
});
