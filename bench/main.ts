/**
 * `npm run bench [machine] [kernel] [layers] [messages] [modules] [checking] [kills]`: what the project promises about speed, measured. Figures are
 * medians of CPU time within this one process; ratios hold better than absolute numbers.
 */
import { cpus } from 'node:os';
import { checkingLines } from './checking.ts';
import { kernelLines } from './kernel.ts';
import { killLines } from './kills.ts';
import { layerLines } from './layers.ts';
import { machineLines } from './machine.ts';
import { messageLines } from './messages.ts';
import { moduleLines } from './modules.ts';
import { type Line, render } from './report.ts';

const SECTIONS: Readonly<Record<string, () => Line[] | Promise<Line[]>>> = {
  machine: machineLines,
  kernel: kernelLines,
  layers: layerLines,
  messages: messageLines,
  modules: moduleLines,
  checking: checkingLines,
  kills: () => killLines(20),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in SECTIONS));
if (unknown.length > 0) {
  process.stderr.write(
    `bench: there is no section ${unknown.join(', ')}; sections are ${Object.keys(SECTIONS).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  const [cpu] = cpus();
  process.stdout.write(
    `${cpu?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}\n`,
  );
  for (const [name, section] of Object.entries(SECTIONS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    process.stdout.write(`\n${name}\n`);
    for (const line of await section()) process.stdout.write(`${render(line)}\n`);
  }
}
