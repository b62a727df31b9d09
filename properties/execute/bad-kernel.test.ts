import { afterAll, describe, expect, it } from 'vitest';
import { BadInput } from './bad-input.ts';
import { KernelFolder } from './fixtures/kernel-file.ts';
import { fileExecutor } from './worker-executor.ts';

const folder = new KernelFolder();
afterAll(() => folder.remove());

const options = { timeLimit: 300, memoryLimit: 128 << 20 };

const refusal = async (text: string, limits = options): Promise<string> => {
  const error: unknown = await fileExecutor(folder.file(text, 'bad.ts'), limits).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BadInput);
  return (error as BadInput).message.replaceAll(`${folder.path}/`, '');
};
const whole = "name: 'k', architecture: 'monolithic', implements: ['tasks'], boot() {}";

describe('an export that is no kernel is refused in one sentence', () => {
  it('no default export', async () => {
    expect(await refusal('')).toBe(
      'bad.ts has no default export: end it with `export default defineKernel({ … })`.',
    );
  });
  it('no default export, but others: they are named', async () => {
    expect(await refusal('export const kernel = 1;')).toBe(
      'bad.ts has no default export (it exports kernel by name): end it with `export default defineKernel({ … })`.',
    );
  });
  it.each([
    ['42', 'it is 42, not an object with name, architecture, implements and boot'],
    ['null', 'it is null, not an object'],
    ['() => 1', 'it is a function, not an object'],
  ])('export default %s', async (value, problem) => {
    expect(await refusal(`export default ${value};`)).toContain(
      `bad.ts: the default export is not a kernel: ${problem}`,
    );
  });
  it('every wrong field is named at once', async () => {
    expect(await refusal('export default { architecture: 7 };')).toBe(
      'bad.ts: the default export is not a kernel: ' +
        '`name` must be a string of 1 to 80 printable characters, it is missing; ' +
        '`architecture` must be one of monolithic, microkernel, hybrid, layered, it is 7; ' +
        '`implements` must be an array of tasks, children, memory, protection, sharing, threads, console, files, datagrams, ipc, modules, it is missing; ' +
        '`boot` must be a function, it is missing.',
    );
  });
  it.each([
    [
      "implements: ['tasks', 'memry']",
      '`implements\\[1\\]` must be one of tasks, .*, it is "memry" \\(did you mean "memory"\\?\\)',
    ],
    ["implements: 'tasks'", '`implements` must be an array of tasks, .*, it is "tasks"\\.'],
    ["architecture: 'monolitic'", 'it is "monolitic" \\(did you mean "monolithic"\\?\\)'],
    ["architecture: 'zzz'", 'it is "zzz"\\.'],
    ['fairness: -1', '`fairness` must be a whole number above 0 or be left out, it is -1'],
    ["name: 'a\\u001b[2J'", '`name` must be a string of 1 to 80 printable characters'],
    ['services: 3', '`services` must be an array of at most 16 services or be left out, it is 3'],
    ['services: [{}]', '`services\\[0\\]` must have a name, a placement'],
    ['services: [null]', '`services\\[0\\]` must have a name, a placement'],
    ['serviceFrames: 999', '`serviceFrames` must be a whole number from 0 to 256'],
    ['layers: []', '`layers` must be given for architecture layered, and for no other'],
    ["architecture: 'layered'", '`layers` must be given for architecture layered'],
    ["architecture: 'layered', layers: []", 'must be an array of 1 to 10 layers'],
    [
      "architecture: 'layered', layers: [{ name: 'a', pages: 0, offers: [] }]",
      '`discipline` must be one of strict, relaxed, it is missing',
    ],
    [
      "architecture: 'layered', discipline: 'strict', layers: [{ name: 'a', pages: 0, offers: [{ name: 'o', args: ['reads'] }] }]",
      '`layers\\[0\\]` must have a name',
    ],
    [
      "architecture: 'layered', discipline: 'strict', layers: [{ name: 'a', pages: 0, offers: [{ name: 'o', args: [], semaphore: 'wait' }] }]",
      '`layers\\[0\\]` must have a name',
    ],
    ['boot: 5', '`boot` must be a function, it is 5'],
  ])('{ %s }', async (field, problem) => {
    expect(await refusal(`export default { ${whole}, ${field} };`)).toMatch(new RegExp(problem));
  });
});

describe('a file whose top level goes wrong is refused with its place', () => {
  it('it throws', async () => {
    expect(await refusal("\nthrow new TypeError('no disk');\nexport {};")).toBe(
      'bad.ts throws while it is loaded: TypeError: no disk (bad.ts:2). Nothing at the top of the file may throw; do the work in boot.',
    );
  });
  it('it loops without end', async () => {
    expect(await refusal('for (;;);\nexport {};')).toBe(
      'bad.ts cannot be loaded: the top level of bad.ts was stopped after 0.3 s: it loops without end. Do the work in boot.',
    );
  });
  it('it allocates without end', async () => {
    expect(
      await refusal(
        'const a: unknown[] = []; for (;;) a.push(new Array(1e5).fill(1));\nexport {};',
        { ...options, timeLimit: 20_000 },
      ),
    ).toBe(
      'bad.ts cannot be loaded: the top level of bad.ts was stopped when it had taken 128 MiB: it allocates without end. Do the work in boot.',
    );
  });
  it('it calls the host', async () => {
    expect(await refusal('try { process.exit(0); } catch {}\nexport default {};')).toBe(
      'bad.ts cannot be loaded: its top level calls process.exit (bad.ts:1): a kernel has no host, only the machine.',
    );
  });
  it('its getters throw or lie', async () => {
    expect(
      await refusal(`export default { get name() { throw new Error('who asks?'); } };`),
    ).toContain('bad.ts throws while it is loaded: Error: who asks? (bad.ts:1)');
  });
});

describe('services that cannot be linked are refused in one sentence, with its place', () => {
  const made = (name: string, uses: string): string =>
    `{ name: '${name}', operations: [], uses: [${uses}], devices: [], pages: 1, *start() {} }`;
  it.each([
    [
      'two with one name',
      `[${made('disk', '')}, ${made('disk', '')}]`,
      'two services are called disk',
    ],
    ['a use that is not there', `[${made('files', "'disk'")}]`, 'the service files uses disk, and'],
    [
      'a circle of uses',
      `[${made('files', "'disk'")}, ${made('disk', "'files'")}]`,
      'services use each other in a circle',
    ],
    [
      'a placement of no service',
      `[${made('files', '')}]`,
      'the placement names disk, which is no',
    ],
    ['no service at all', '[{}]', 'services[0] is no service: its name must be one of files, disk'],
  ])('%s', async (_, services, sentence) => {
    const text = `import { linkKernel } from 'kernelcheck';
      export default linkKernel({ name: 'k', services: ${services}, placement: { files: 'kernel', disk: 'user' } });`;
    const told = await refusal(text);
    expect(told).toContain(`bad.ts cannot be linked: ${sentence}`);
    expect(told).toMatch(/^[^\n]+ \(bad\.ts:2\)\.$/);
  });
});

it('a JavaScript file in the older module style is a kernel too', async () => {
  const file = folder.file(
    `const { pte } = require('kernelcheck'); module.exports = { ${whole} };`,
    'old.js',
  );
  const executor = await fileExecutor(file, options);
  expect(executor.facts).toEqual({
    name: 'k',
    architecture: 'monolithic',
    implements: ['tasks'],
    file,
  });
  await executor.close();
});
