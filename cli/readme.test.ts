import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { layered } from '../kernels/layered/index.ts';
import { transcriptOf } from '../kernels/shell/dialogue.ts';
import { Session } from '../kernels/shell/session.ts';
import { check } from '../properties/checker/check.ts';
import { checkClaims } from '../properties/claims/run.ts';
import { fileExecutor } from '../properties/execute/worker-executor.ts';
import { callsMarkdown } from '../properties/render/calls.ts';
import { claimsMarkdown } from '../properties/render/claims.ts';
import { renderStory } from '../properties/render/story.ts';
import { runCommand } from './program.ts';
import { recordedShell } from './testing.ts';
import { DEMO_SEED } from './verbs/demo.ts';

const README = fileURLToPath(new URL('../README.md', import.meta.url));
const EXAMPLE = 'examples/first-kernel-mistake.ts';

/** The README with this block filled in. `UPDATE=1 npx vitest run cli/readme.test.ts` writes it. */
const filled = (text: string, name: string, content: string): string => {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = text.indexOf(open) + open.length;
  return `${text.slice(0, from)}\n${content.trimEnd()}\n${text.slice(text.indexOf(close))}`;
};

const keep = (name: string, content: string): void => {
  const text = readFileSync(README, 'utf8');
  const wanted = filled(text, name, content);
  if (process.env.UPDATE) writeFileSync(README, wanted);
  else expect(text).toBe(wanted);
};

test('the README shows the call table of the specification', () => {
  keep('calls', callsMarkdown());
});

test('the README shows what was found of the textbook’s claims', async () => {
  // More workloads change figures, not verdicts.
  keep('claims', claimsMarkdown(await checkClaims({ workloads: 1 })));
});

test('the README shows a session with the shell', () => {
  const lines = ['mkdir plans', 'echo ask Habermann > plans/a', 'cat plans/a', 'run crash', 'exit'];
  const text = transcriptOf(new Session(layered), lines, { trace: true, width: 80 });
  keep('session', `\`\`\`text\n${text.trim()}\n\`\`\``);
});

test('the README shows why a module of a real kernel cannot be unloaded', async () => {
  const lines: string[] = [];
  for (const line of ['plan ext4', 'unload jbd2', 'why ext4 crc32c-intel']) {
    const shell = recordedShell();
    await runCommand(['modules', ...line.split(' ')], () => shell);
    lines.push(`$ npx kernelcheck modules ${line}\n${shell.printed()}`);
  }
  keep('modules', `\`\`\`text\n${lines.join('').trim()}\n\`\`\``);
});

test('the README’s story is the one that the demo tells', async () => {
  const executor = await fileExecutor(EXAMPLE);
  try {
    const report = await check(executor, { seed: DEMO_SEED, workloads: 2000 });
    const [story] = report.properties.flatMap(({ counterexample }) => counterexample ?? []);
    if (!story) throw new Error('the example does not fail');
    const shown = renderStory(
      { ...story, replay: 'npx kernelcheck replay .kernelcheck/1.json' },
      { width: 80, color: false },
    );
    keep('story', `\`\`\`text\n${shown.trim()}\n\`\`\``);
  } finally {
    await executor.close();
  }
});
