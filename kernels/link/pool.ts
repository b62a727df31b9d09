/** The frames that pages of tasks get: those that the kernel did not take for itself at boot. */
import { wordIn } from '../../spec/riscv.ts';
import { Control } from '../core/layout.ts';
import type { Link } from './linkage.ts';

export const poolOf = ({ k }: Link): readonly number[] =>
  k.image.freeFrames.slice(wordIn(k.control, Control.ownFrames));
