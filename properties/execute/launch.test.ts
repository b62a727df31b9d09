/** What a kernel would find that had got out of its realm: the worker's script is replaced by an attack. */
import { expect, it } from 'vitest';
import { Launched, scripts } from './launch.ts';

const ATTACK = `
const { parentPort, Worker } = require('node:worker_threads');
const attempt = (act) => { try { act(); return 'done'; } catch (error) { return error.code ?? error.name; } };
parentPort.postMessage({ kind: 'memory', memory: new SharedArrayBuffer(1 << 24) });
parentPort.on('message', () => parentPort.postMessage({ kind: 'done', result: JSON.stringify({
  read: attempt(() => require('node:fs').readFileSync(process.execPath)),
  write: attempt(() => require('node:fs').writeFileSync('escaped', '')),
  start: attempt(() => require('node:child_process').execFileSync(process.execPath, ['-v'])),
  thread: attempt(() => new Worker('', { eval: true })),
  strings: attempt(() => (() => 1).constructor('return 1')()),
  environment: Object.keys(process.env).length,
}) }));
`;
const limits = { time: 5000, memory: 512 << 20 };

it('the process has no right to files, processes and threads, no environment and no code from strings', async () => {
  const { warden } = await scripts();
  const launched = new Launched(warden);
  const reply = await launched.ask({
    kind: 'start',
    worker: ATTACK,
    scripts: { realm: '', kernel: '' },
    limits,
  });
  launched.kill();
  expect('died' in reply ? reply : JSON.parse(reply.result)).toEqual({
    read: 'ERR_ACCESS_DENIED',
    write: 'ERR_ACCESS_DENIED',
    start: 'ERR_ACCESS_DENIED',
    thread: 'ERR_ACCESS_DENIED',
    strings: 'EvalError',
    environment: 0,
  });
});

it('a process that dies before it replies is an answer, and stays one', async () => {
  const launched = new Launched(
    "process.on('message', () => process.kill(process.pid, 'SIGKILL'));",
  );
  const request = { kind: 'run', json: '[]', mode: 'fresh' } as const;
  expect(await launched.ask(request)).toHaveProperty('died');
  expect(await launched.ask(request)).toHaveProperty('died');
});

it('a thread that ends by itself is a crash', async () => {
  const { warden } = await scripts();
  const launched = new Launched(warden);
  const start = { worker: 'process.exit(0)', scripts: { realm: '', kernel: '' }, limits };
  const reply = await launched.ask({ kind: 'start', ...start });
  expect(reply).toMatchObject({ stopped: { reason: 'crash', phase: 'top level' } });
});
