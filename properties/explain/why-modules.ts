/** Why, for loadable modules: which are there, in which state, and who refers to them, as the model had them. */
import type { OsModules } from '../../model/os/modules/works.ts';
import type { Explanation } from '../report.ts';
import type { Replay } from './replay.ts';
import { whyFrame } from './why-frame.ts';

const usersText = ({ held }: OsModules, module: string): string => {
  const holders = [...held]
    .filter(([holder]) => holder.split(' ')[1] === module)
    .reduce((sum, [, count]) => sum + count, 0);
  return holders === 0 ? '' : `, held ${holders} ${holders === 1 ? 'time' : 'times'}`;
};

const rowsOf = (modules: OsModules): string[][] =>
  modules.names.map((name) => {
    const loaded = modules.known.loaded.get(name);
    if (!loaded) return [name, 'not loaded'];
    const importers = [...modules.known.loaded.values()]
      .filter(({ uses }) => uses.includes(name))
      .map(({ facts }) => facts.name);
    const imported = importers.length > 0 ? `; ${importers.join(', ')} import from it` : '';
    return [
      name,
      `${loaded.over ? 'gone wrong' : loaded.state.toUpperCase()}${usersText(modules, name)}${imported}`,
    ];
  });

export const whyModules = ({ state }: Pick<Replay, 'state'>): Explanation => ({
  table: [['module', 'before']].concat(state.modules ? rowsOf(state.modules) : []),
  text: 'These are the modules as all calls before have left them, and so what the call must go by.',
});

/** A frame of modules that leads where it must not: what became of it. */
export const whyWindow = (
  replay: Replay,
  frame: number | undefined,
  text: string,
): Explanation => ({
  table: (frame === undefined ? undefined : whyFrame(replay, frame))?.table ?? [],
  text,
});
