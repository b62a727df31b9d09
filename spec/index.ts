/** The vocabulary of the project, in one import. */
export * from './abi.ts';
export * from './devices.ts';
export * from './errno.ts';
export * from './events.ts';
export * from './layering.ts';
export * from './layout.ts';
export * from './properties.ts';
export * from './records.ts';
export * from './riscv.ts';
export * from './transitions.ts';
export * from './workload.ts';
