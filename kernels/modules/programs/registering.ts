/** What most inits and exits do: one hook at one point. */
import { EXTENSION_POINTS, type Hook } from '../../../spec/extensions.ts';
import { callKernel, type ModuleCall } from '../program.ts';

type Steps = Generator<ModuleCall, number, number>;

/** Numbers of points, as the kernel is told them. */
export const pointNumber = (point: Hook['point']): number => EXTENSION_POINTS.indexOf(point);

export const register = ({ point, priority, key }: Hook): Steps =>
  callKernel('registerHook', pointNumber(point), (priority << 8) | key);

export const unregister = ({ point }: Hook): Steps =>
  callKernel('unregisterHook', pointNumber(point));
