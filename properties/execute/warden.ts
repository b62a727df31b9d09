/**
 * The process that a kernel runs in, or rather its main thread, which runs none of it: it watches the worker's clock and
 * memory and ends the whole process where the worker goes too far. A thread alone would not do: V8 does not interrupt
 * some built-in loops, and a heap at its limit takes its process along.
 *
 * Rules: one request at a time, one reply to each. Time counts in ticks of this thread, so a machine that sleeps or is
 * slow for both is not held against the kernel. It is started from text (`launch.ts`), never imported.
 */
import { memoryUsage } from 'node:process';
import { Worker } from 'node:worker_threads';
import { usedWords } from './halts.ts';
import { Control, Mailbox, PHASES } from './mailbox.ts';
import type { Answer, Limits, Order, Reply, Request, StopReason } from './protocol.ts';

/** Milliseconds. */
const TICK = 10;
/** A traced run is slower than others by so much. */
const TRACE_PATIENCE = 10;
const MEGABYTE = 1 << 20;

let mailbox: Mailbox | undefined;
let worker: Worker | undefined;
let limits: Limits = { time: 1000, memory: 512 * MEGABYTE };
let watch: NodeJS.Timeout | undefined;
/** Ticks since the last progress, what was begun then, and how much more time a traced run may take. */
let ticks = 0;
let begun = 0;
let patience = 1;
let over = false;
/** Bytes before anything of the kernel ran. */
let base = 0;

const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

const reply = (result: string, reason?: StopReason): void => {
  if (over) return;
  over = reason !== undefined;
  clearInterval(watch);
  watch = undefined;
  const packed = mailbox?.packed ?? new Uint32Array();
  const lengths = mailbox?.lengths ?? [];
  const live = reason && mailbox ? mailbox.live.slice(0, usedWords(mailbox.live)) : undefined;
  const words = new Uint32Array(packed.length + (live?.length ?? 0));
  words.set(packed);
  if (live) words.set(live, packed.length);
  const phase = PHASES[mailbox?.get(Control.phase) ?? 0] ?? 'top level';
  const message: Reply = {
    ...(reason ? { stopped: { reason, phase } } : {}),
    result,
    words,
    lengths: live ? [...lengths, live.length] : lengths,
    texts: mailbox?.texts ?? [],
    output: mailbox?.output ?? '',
    printed: mailbox?.get(Control.printed) ?? 0,
  };
  process.send?.(message, undefined, undefined, reason ? die : undefined);
};

const tick = (): void => {
  const now = mailbox?.get(Control.begun) ?? 0;
  ticks = now === begun ? ticks + 1 : 0;
  begun = now;
  if (memoryUsage.rss() - base > limits.memory) reply('', 'memory');
  else if (ticks * TICK >= limits.time * patience) reply('', 'time');
};

const order = (value: Order): void => {
  mailbox?.clear();
  ticks = 0;
  begun = 0;
  patience = value.kind === 'run' && value.mode === 'trace' ? TRACE_PATIENCE : 1;
  watch ??= setInterval(tick, TICK);
  worker?.postMessage(value);
};

const hear = (answer: Answer): void => {
  if (answer.kind === 'done') {
    reply(answer.result);
  } else {
    mailbox = new Mailbox(answer.memory);
    base = memoryUsage.rss();
    order({ kind: 'load' });
  }
};

const start = ({ worker: code, scripts, limits: given }: Request & { kind: 'start' }): void => {
  limits = given;
  worker = new Worker(code, {
    eval: true,
    workerData: scripts,
    env: {},
    execArgv: process.execArgv.filter((flag) => flag.endsWith('permission')),
    stdout: true,
    stderr: true,
    // The heap's limit stands far above ours: reaching it would end the process without a word.
    resourceLimits: { maxOldGenerationSizeMb: (4 * limits.memory) / MEGABYTE },
  });
  worker.on('message', hear);
  worker.on('error', () => reply('', 'crash'));
  worker.on('exit', () => reply('', 'crash'));
};

process.on('message', (request: Request) => {
  if (request.kind === 'start') start(request);
  else order(request);
});
process.on('disconnect', die);
