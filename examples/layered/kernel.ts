// The minimal layered kernel, N = 4: 0 hardware, 1 processor, 2 programs, 3 user programs.
import { defineLayered } from 'kernelcheck';

export default defineLayered({ name: 'minimal', implements: ['tasks', 'memory', 'console'] });
