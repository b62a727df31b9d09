/**
 * What a kernel file may import from 'kernelcheck' as a value: the vocabulary and the contract, nothing of the checker.
 * The same names are exported by the library, where their types come from.
 */
export { ARCHITECTURES, contextAt, defineKernel } from '../../hardware/contract.ts';
export { defineLayer, defineLayered, PARK } from '../../kernels/layered/link/contract.ts';
export { LinkError, linkKernel } from '../../kernels/link/index.ts';
export * from '../../spec/index.ts';
