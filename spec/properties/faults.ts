/** Properties of systems in which a service goes wrong: who is not its client notices nothing. */
import type { Property } from './property.ts';

export const FAULT_PROPERTIES: readonly Property[] = [
  {
    id: 'faults/stay-in-the-service',
    statement:
      'When a service in user space goes wrong, the kernel goes on, and every call of its clients returns.',
    formula:
      '∀ runs in which a service s in user space stores wildly, dereferences null, loops, is silent, answers garbage or twice, leaks, or loses its device: no halt; ∀ call(t): it returns',
    source: 'Textbook, microkernel: if one service fails, the operating system keeps working',
    clauses: ['fault-spreads'],
    groups: [],
    needsServices: true,
    exercise: ['serviceFailed', 'servedAfterFailure'],
    todo: 'End a service that faults or gives no sign of life; answer its client with EIO; start it again with its memory cleared.',
    knownAs:
      'One faulty driver stops a monolithic system: 65 to 83 % of crashes were drivers’ (MINIX 3).',
  },
  {
    id: 'faults/bystanders-see-the-same',
    statement:
      'When services in user space go wrong, a task that uses none of them sees what it sees without the fault.',
    formula:
      '∀ runs A, B that differ only in whether services in user space go wrong, ∀ t that uses none of them and deals with no other task: loads, results and faults of t, in its order, are the same in A and B',
    source:
      'Textbook, microkernel: services are isolated from each other; noninterference (Goguen & Meseguer 1982), of faults',
    clauses: ['fault-observed'],
    groups: [],
    needsServices: true,
    exercise: ['faultStruck', 'bystanderServed'],
    todo: 'Let nothing that the kernel keeps for all tasks depend on the life of one service: end it, answer its own clients, start it again, and change nothing else.',
    knownAs: 'MINIX 3 starts a driver again while processes that do not use it go on.',
  },
];
