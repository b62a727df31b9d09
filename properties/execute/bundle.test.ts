import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BadInput } from './bad-input.ts';
import { bundleKernel } from './bundle.ts';
import { KernelFolder } from './fixtures/kernel-file.ts';

const folder = new KernelFolder();
afterAll(() => folder.remove());

const refusal = async (file: string): Promise<string> => {
  const error: unknown = await bundleKernel(file).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BadInput);
  return (error as BadInput).message.replaceAll(folder.path, '…');
};
const textRefusal = (text: string): Promise<string> => refusal(folder.file(text));

describe('a path that is no kernel file is refused in one sentence', () => {
  it('a missing file', async () => {
    expect(await refusal('no-such-kernel.ts')).toBe(
      'no-such-kernel.ts: there is no such file; give the path of a .ts or .js file whose default export is a kernel.',
    );
  });
  it('a folder', async () => {
    expect(await refusal(folder.path)).toMatch(
      /^… is a folder without kernel.ts: a layered kernel is a folder/,
    );
  });
  it('a name that is neither TypeScript nor JavaScript', async () => {
    expect(await refusal(folder.file('', 'kernel.txt'))).toMatch(
      /is not TypeScript or JavaScript by its name/,
    );
  });
});

describe('a file that cannot be compiled is refused with its place', () => {
  it('a syntax error has file, line and column', async () => {
    expect(await textRefusal('const a = 1;\nconst b = = 2;\n')).toMatch(
      /kernel-\d+\.ts:2:11: Unexpected "="\.$/,
    );
  });
  it('a value that kernelcheck does not export is named, with the nearest that it does', async () => {
    const message = await textRefusal("import { staP } from 'kernelcheck'; staP();");
    expect(message).toMatch(
      /:1:10: 'kernelcheck' gives a kernel no `staP` \(did you mean `satp`\?\)/,
    );
  });
  it('await at the top level', async () => {
    expect(await textRefusal('await 1;')).toMatch(
      /:1:1: await at the top level is not for kernels/,
    );
  });
});

describe("a kernel imports only 'kernelcheck' and its own files", () => {
  it.each([
    [
      "import { readFileSync } from 'node:fs'; readFileSync('x');",
      "'node:fs' is a module of the host",
    ],
    ["import fs from 'fs'; fs.rmSync('x');", "'fs' is a module of the host"],
    ["export * from 'immer';", "'immer' is not allowed"],
    ["import '/etc/hostname.js';", "'/etc/hostname.js' is not allowed"],
    ["import 'https://example.org/kernel.js';", "'https://example.org/kernel.js' is not allowed"],
    ["require('child_process');", "'child_process' is a module of the host"],
    ["import('./other.ts');", 'import() is not for kernels'],
  ])('%s', async (text, what) => {
    const message = await textRefusal(text);
    expect(message).toContain(`: ${what}: a kernel imports only 'kernelcheck' and your own files`);
    expect(message).toMatch(/^….kernel-\d+\.ts:1:\d+: /);
  });

  it('a file of its own that is missing is named with the line that imports it', async () => {
    expect(await textRefusal("import './missing.ts';")).toMatch(
      /:1:8: Could not resolve "\.\/missing\.ts"/,
    );
  });

  it('its own files are bundled, from other folders too', async () => {
    mkdirSync(join(folder.path, 'parts'));
    folder.file('export const slice: number = 20;', 'parts/slice.ts');
    const { code, map } = await bundleKernel(
      folder.file("import { slice } from './parts/slice.ts'; export default { slice };"),
    );
    const evaluated: unknown = new Function(`return ${code}`)()({});
    expect(evaluated).toMatchObject({ default: { slice: 20 } });
    expect(JSON.parse(map)).toMatchObject({ sources: expect.arrayContaining(['parts/slice.ts']) });
  });
});

it('async functions ask for Promise by its name, whatever their form', async () => {
  const { code } = await bundleKernel(
    folder.file(`
      export const a = async () => 1;
      export async function* b() { for await (const x of b()) yield x; }
      export default class { async c() { await a(); } }
    `),
  );
  expect(code).not.toMatch(/\basync\s*(\(|function)|\bfor await\b/);
  expect(code).toContain('new Promise(');
});
