/**
 * kernelcheck: what a kernel file imports, and what a program that checks kernels imports.
 */
export * from './hardware/contract.ts';
export * from './spec/index.ts';
