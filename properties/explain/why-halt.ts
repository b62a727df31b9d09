/** Why, for a kernel that stopped: what its handler was entered for, and what was in the registers that it got. */
import type { Violation } from '../../model/os/violation.ts';
import { callByNumber } from '../../spec/abi.ts';
import type { Clause } from '../../spec/properties.ts';
import { causeName } from '../../spec/riscv.ts';
import type { Explanation } from '../report.ts';
import type { Replay } from './replay.ts';
import { hex, number } from './text.ts';

interface Halt {
  readonly why: string;
  readonly todo: string;
}

/** By how it stopped: the property that they belong to names only the commonest cause. */
const HALTS: Partial<Record<Clause, Halt>> = {
  'handler-threw': {
    why: 'An exception that leaves the handler is the end of the kernel, as a fault in supervisor mode is on real hardware: no task runs again.',
    todo: 'Make the line above safe for every value that a program can put into the registers shown: look numbers up before using them, and answer with an errno. Nothing catches an exception of a handler.',
  },
  'handler-hangs': {
    why: 'While a handler does not return nothing else in the machine moves: interrupts are masked in supervisor mode.',
    todo: 'Find the loop that this entry leads into: bound it by something that a program cannot choose, and wait for other harts only with yield, for something that will happen.',
  },
  'kernel-fault': {
    why: 'A trap that cannot be handled is the end of the kernel: no task runs again.',
    todo: 'Keep the trap handler mapped and executable in every root table that satp is set to, and use no address that a program gave before checking it.',
  },
  'forbidden-host-call': {
    why: 'A kernel has a machine and nothing else; a simulated one likewise.',
    todo: 'Use only the machine and the hart that the handler is given: no clocks, files, processes, timers or promises of the host.',
  },
};

export const todoOfHalt = (clause: Clause): string | undefined => HALTS[clause]?.todo;

export const whyHalt = (replay: Replay, violation: Violation): Explanation | undefined => {
  const halt = HALTS[violation.clause];
  const task = replay.state.tasks.get(violation.tid);
  if (!halt || !task || replay.rows.length === 0) return undefined;
  const call = task.call;
  const rows = [
    ['hart', String(violation.hart)],
    ['running', `task ${task.tid}`],
    ['entered for', enteredFor(replay)],
    ...(call
      ? [
          ['a7', `${number(call.number)}  ${callByNumber(call.number)?.name ?? 'no call'}`],
          ...call.args.map((value, i) => [`a${i}`, hex(value)]),
        ]
      : [['pc', hex(task.pc)]]),
  ];
  return { table: [['the handler', ''], ...rows], text: halt.why };
};

const enteredFor = ({ rows }: Replay): string => {
  const trap = rows.at(-1)?.trap;
  if (!trap) return rows.at(-1)?.text ?? '';
  const at = trap.tval === 0 ? '' : ` at ${hex(trap.tval)}`;
  return `${causeName(trap.cause)}${at}`;
};
