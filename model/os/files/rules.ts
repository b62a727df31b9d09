/** The rules of the calls on files and datagrams: what they do to files (served.ts), and to the caller's memory. */
import type { Word } from '../../../spec/riscv.ts';
import type { Args, Rule, Rules } from '../rule.ts';
import type { OsState, Task } from '../state.ts';
import { bufferOf } from './buffer.ts';
import { countEffect } from './counts.ts';
import { noteTouched } from './kept.ts';
import { storeBytes } from './memory.ts';
import { isServed, requestOf, type ServedName } from './request.ts';
import { outcomeWith, type ServiceOutcome, serviceOutcome } from './served.ts';

const outcome = (state: OsState, task: Task, name: ServedName, args: Args): ServiceOutcome =>
  serviceOutcome(state.served, task.space, requestOf(state, task, name, args));

const ruleOf = (name: ServedName): Rule => ({
  errors: (state, task, args) => outcome(state, task, name, args).errors,
  mayFail: (state, task, args) => outcome(state, task, name, args).mayFail,
  result: (state, { args }, a0, task) => {
    const { least, most } = outcome(state, task, name, args);
    return least <= a0 && a0 <= most;
  },
  effect: (state, task, args, a0) => {
    const call = requestOf(state, task, name, args);
    const done = outcomeWith(state.served, task.space, call, a0);
    const { after, stored: bytes, loose } = done;
    noteTouched(state, task.space, call);
    countEffect(state, state.served, task.space, call, done);
    state.served = after;
    storeBytes(state, task, { va: bufferOf(name, args).va, bytes, loose });
  },
});

/** Results that the task's call may have when it succeeds: the least, the usual and the greatest. */
export const servedResults = (state: OsState, task: Task): readonly Word[] => {
  const { call } = task;
  const name = call && state.setting.calls.get(call.number)?.name;
  if (!call || !name || !isServed(name)) return [];
  const { least, result, most } = outcome(state, task, name, call.args);
  return [least, result, most];
};

export const FILE_RULES: Rules = {
  open: ruleOf('open'),
  close: ruleOf('close'),
  read: ruleOf('read'),
  fwrite: ruleOf('fwrite'),
  seek: ruleOf('seek'),
  dup: ruleOf('dup'),
  truncate: ruleOf('truncate'),
  unlink: ruleOf('unlink'),
  link: ruleOf('link'),
  rename: ruleOf('rename'),
  mkdir: ruleOf('mkdir'),
  rmdir: ruleOf('rmdir'),
  stat: ruleOf('stat'),
  sync: ruleOf('sync'),
  bind: ruleOf('bind'),
  sendTo: ruleOf('sendTo'),
  receiveFrom: ruleOf('receiveFrom'),
};
