/** Queues of processes, first in, first out: two words say who is first and last, and each process who comes next. */
import type { Own } from '../../link/own.ts';
import type { Process } from '../interfaces.ts';
import { ProcessAt, processAt } from './layout.ts';

const nextOf = (own: Own, process: Process): Process =>
  own.get(processAt(process) + ProcessAt.next);

export const append = (own: Own, head: number, tail: number, process: Process): void => {
  own.set(processAt(process) + ProcessAt.next, 0);
  const last = own.get(tail);
  if (last === 0) own.set(head, process);
  else own.set(processAt(last) + ProcessAt.next, process);
  own.set(tail, process);
};

/** 0: nobody is there. */
export const takeFirst = (own: Own, head: number, tail: number): Process => {
  const process = own.get(head);
  if (process === 0) return 0;
  const next = nextOf(own, process);
  own.set(head, next);
  if (next === 0) own.set(tail, 0);
  return process;
};

/** It is there, wherever. */
export const remove = (own: Own, head: number, tail: number, process: Process): void => {
  const next = nextOf(own, process);
  let before = 0;
  for (let at = own.get(head); at !== process; at = nextOf(own, at)) before = at;
  if (before === 0) own.set(head, next);
  else own.set(processAt(before) + ProcessAt.next, next);
  if (next === 0) own.set(tail, before);
};
