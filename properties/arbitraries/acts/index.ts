/** All acts in the middle of a body, the simplest first, with how often each is chosen. */
import type { WeightedAct } from './act.ts';
import { wildWrite, write } from './console.ts';
import { doomedThread, kill, share, spawn, wait, yieldHart } from './family.ts';
import { execute, keep, mapFresh, ownText, protect, remap, touch, unmap } from './memory.ts';
import {
  killRefused,
  mapRefused,
  protectRefused,
  shareRefused,
  spawnRefused,
  threadRefused,
  unknownCall,
  unmapRefused,
  waitRefused,
} from './refused.ts';

export const ACTS: readonly WeightedAct[] = [
  { weight: 6, groups: [], act: (script, dice) => script.fill(dice, 1 + dice.roll(4)) },
  { weight: 2, groups: [], act: ownText },
  { weight: 7, groups: ['tasks'], act: yieldHart },
  { weight: 12, groups: ['memory'], act: mapFresh },
  { weight: 14, groups: ['memory'], act: touch },
  { weight: 6, groups: ['memory'], act: keep },
  { weight: 8, groups: ['memory'], act: unmap },
  { weight: 6, groups: ['memory'], act: remap },
  { weight: 6, groups: ['memory', 'protection'], act: protect },
  { weight: 4, groups: ['memory', 'protection'], act: execute },
  { weight: 8, groups: ['tasks'], act: spawn },
  { weight: 5, groups: ['tasks', 'children'], act: wait },
  { weight: 4, groups: ['tasks', 'children'], act: kill },
  { weight: 4, groups: ['memory', 'tasks', 'sharing'], act: share },
  { weight: 2, groups: ['threads'], act: doomedThread },
  { weight: 6, groups: ['memory', 'console'], act: write },
  { weight: 8, groups: ['console'], act: wildWrite },
  { weight: 3, groups: [], act: unknownCall },
  { weight: 5, groups: ['memory'], act: mapRefused },
  { weight: 3, groups: ['memory'], act: unmapRefused },
  { weight: 4, groups: ['protection'], act: protectRefused },
  { weight: 3, groups: ['tasks'], act: spawnRefused },
  { weight: 3, groups: ['children'], act: waitRefused },
  { weight: 3, groups: ['children'], act: killRefused },
  { weight: 3, groups: ['sharing'], act: shareRefused },
  { weight: 3, groups: ['threads'], act: threadRefused },
];
