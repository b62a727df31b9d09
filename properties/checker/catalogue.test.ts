import { afterAll, expect, test } from 'vitest';
import { BadInput } from '../execute/bad-input.ts';
import { KernelFolder } from '../execute/fixtures/kernel-file.ts';
import { catalogue, openKernel } from './catalogue.ts';

const folder = new KernelFolder();
afterAll(() => folder.remove());

const refusal = async (name: string): Promise<string> => {
  const error = await openKernel(name).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BadInput);
  return error instanceof BadInput ? error.message : '';
};

test.each([
  'monolithic',
  ...catalogue.mutants.map(({ id }) => `mutant:${id}`),
  ...catalogue.variants.map(({ id }) => `variant:${id}`),
])('%s is a name', async (name) => {
  expect((await openKernel(name)).facts.name).toBe(name);
});

test('so is the path of a kernel file', async () => {
  const executor = await openKernel(folder.kernel());
  expect(executor.facts).toMatchObject({ name: 'subject', file: expect.stringContaining('.ts') });
  await executor.close();
});

test.each([
  ['monolitic', 'there is no kernel "monolitic" (did you mean `monolithic`?)'],
  ['mutants:no-timer', 'did you mean `mutant:no-timer`?'],
  ['mutant:no-timers', 'there is no mutant "no-timers" (did you mean `mutant:no-timer`?)'],
  ['mutant:', 'there is no mutant ""; npx kernelcheck list names all'],
  ['variant:life', 'there is no variant "life" (did you mean `variant:lifo`?)'],
  ['variant:no-timer', 'there is no variant "no-timer"'],
  ['', 'there is no kernel ""'],
  ['./nowhere.ts', './nowhere.ts: there is no such file'],
  ['kernel.txt', 'there is no such file'],
])('%j is refused in one sentence', async (name, beginning) => {
  const message = await refusal(name);
  expect(message).toContain(beginning);
  expect(message).toMatch(/^[^\n]+\.$/);
});
