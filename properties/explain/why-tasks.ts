/** Why, for registers, results and scheduling: what the model knows of tasks, pages and harts at that moment. */
import { isBlocked } from '../../model/os/calls.ts';
import { maySleep } from '../../model/os/files/waiting.ts';
import { framesInUse } from '../../model/os/space.ts';
import type { OsState, Task } from '../../model/os/state.ts';
import type { Violation } from '../../model/os/violation.ts';
import { REGISTER_NAMES, rightsName } from '../../spec/riscv.ts';
import type { Explanation } from '../report.ts';
import type { Replay } from './replay.ts';
import { hex } from './text.ts';
import { ipcText } from './why-ipc.ts';

const valueIn = (task: Task, register: number): number =>
  register === 0 ? task.pc : (task.registers[register] ?? 0);

export const whyRegister = (replay: Replay, violation: Violation): Explanation => {
  const register = violation.register ?? 0;
  const name = register === 0 ? 'pc' : (REGISTER_NAMES[register] ?? '');
  const rows: string[][] = [];
  let before: number | undefined;
  for (const [index, row] of replay.rows.entries()) {
    const task = row.state.tasks.get(violation.tid);
    if (!task || valueIn(task, register) === before || index === replay.rows.length - 1) continue;
    before = valueIn(task, register);
    rows.push([`after step ${index + 1}`, hex(before)]);
  }
  const { event } = replay;
  const seen = event?.kind === 'return' ? (event.registers[register] ?? 0) : undefined;
  rows.push([
    `step ${replay.rows.length}`,
    seen === undefined ? violation.observed : `${hex(seen)}  ✗`,
  ]);
  const owners = [...replay.state.tasks.values()].filter(
    (task) =>
      task.tid !== violation.tid &&
      seen !== undefined &&
      seen !== 0 &&
      valueIn(task, register) === seen,
  );
  const whose = owners.map(({ tid }) => `task ${tid}`).join(' and ');
  const text = whose
    ? `${hex(seen ?? 0)} is what ${whose} has in ${name}: a register of one task has reached another.`
    : seen === 0
      ? `${name} came back as 0: it was not saved when the task trapped, or not restored before the return.`
      : `No task has this value in ${name}: it was not saved or restored, or the kernel changed it.`;
  return { table: [['', `${name} of task ${violation.tid}`], ...rows], text };
};

const statusText = (state: OsState, task: Task): string => {
  if (task.status === 'running') return `runs on hart ${task.hart}`;
  if (task.status === 'ended')
    return task.forgotten ? 'ended, waited for or without parent' : 'ended, not waited for';
  if (isBlocked(state, task)) return `waits for task ${task.call?.args[0] ?? 0}`;
  if (task.handledOn >= 0) return `in the kernel on hart ${task.handledOn}`;
  const waits = ipcText(state, task);
  if (waits) return waits;
  if (maySleep(state, task)) return 'in a call that has not returned';
  return 'runnable';
};

export const whyTasks = (replay: Replay, text: string): Explanation => {
  const { state } = replay;
  const tasks = [...state.tasks.values()].map((task) => [
    `task ${task.tid}`,
    task.parent === 0 ? 'boot' : `task ${task.parent}`,
    statusText(state, task),
  ]);
  const harts = state.harts.map(({ task, idle }, id) => [
    `hart ${id}`,
    '',
    idle ? 'idles' : task === 0 ? 'in the kernel' : `runs or handles task ${task}`,
  ]);
  return { table: [['', 'started by', 'state'], ...tasks, ...harts], text };
};

export const whyPages = (replay: Replay, tid: number, text: string): Explanation => {
  const { state } = replay;
  const task = state.tasks.get(tid);
  const space = task && state.spaces.get(task.space);
  const rows = [...(space?.pages ?? [])]
    .sort(([a], [b]) => a - b)
    .map(([vpn, { page, rights }]) => [
      hex(vpn << 12),
      rightsName(rights),
      state.pages.get(page)?.text
        ? 'text'
        : (state.pages.get(page)?.mappings ?? 1) > 1
          ? 'shared'
          : 'data',
    ]);
  return { table: [[`task ${tid} has`, 'rights', ''], ...rows], text };
};

export const whyBudget = (replay: Replay): Explanation => {
  const { state } = replay;
  const pages = [...state.pages.values()].filter(({ text }) => !text).length;
  return {
    table: [
      ['in use at most', 'frames'],
      ['pages mapped', String(pages)],
      ['with tables and bookkeeping', String(framesInUse(state))],
      ['free at boot', String(state.setting.freeFrames)],
    ],
    text: 'Even with the generous allowance for tables and bookkeeping most frames should be free: some were taken and never given back, or are counted wrong.',
  };
};
