/**
 * Starts the process in which a kernel runs, and talks to it. Warden, worker and realm are bundled from the files beside
 * this one, whatever loaded it: compiled `.js` or TypeScript source. So they need no loader and no file of their own,
 * and the process has the right to none.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { extname } from 'node:path';
import { allowedNodeEnvironmentFlags, execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import type { Reply, Request } from './protocol.ts';

interface Scripts {
  readonly warden: string;
  readonly worker: string;
  readonly realm: string;
}

/** The file as it is here: compiled sources end in `.js`. */
const EXTENSION = extname(fileURLToPath(import.meta.url));
const beside = (source: URL): string => fileURLToPath(source).replace(/\.ts$/, EXTENSION);

const WARDEN = new URL('./warden.ts', import.meta.url);
const WORKER = new URL('./worker.ts', import.meta.url);
const REALM = new URL('./realm.ts', import.meta.url);
const NATIVE_COMPARE = new URL('./native-compare.ts', import.meta.url);

const bundle = async (source: URL, options: BuildOptions): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [beside(source)],
    bundle: true,
    write: false,
    target: 'es2023',
    charset: 'utf8',
    legalComments: 'none',
    tsconfigRaw: '{}',
    logLevel: 'silent',
    ...options,
  });
  return outputFiles?.[0]?.text ?? '';
};

const bundleAll = async (): Promise<Scripts> => {
  const [warden, worker, realm] = await Promise.all([
    bundle(WARDEN, { platform: 'node', format: 'cjs', minify: true }),
    bundle(WORKER, { platform: 'node', format: 'cjs' }),
    bundle(REALM, {
      platform: 'neutral',
      format: 'iife',
      globalName: '__realm',
      inject: [beside(NATIVE_COMPARE)],
      banner: { js: '(function (__compareBytes) { "use strict";' },
      footer: { js: 'return __realm; })' },
    }),
  ]);
  return { warden, worker, realm: realm.trim() };
};

let bundled: Promise<Scripts> | undefined;
/** Bundled once for all kernels. */
export const scripts = (): Promise<Scripts> => {
  bundled ??= bundleAll();
  return bundled;
};

/** The process was gone before it replied. */
export interface Death {
  readonly died: string;
}

/** The process may read and write no file and start no other; no code is made from strings anywhere in it. */
const FLAGS = [
  allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission',
  '--allow-worker',
  '--disallow-code-generation-from-strings',
  '--no-warnings',
];

/** What an operating system needs to start a process at all. */
const environment = (): NodeJS.ProcessEnv => {
  const { SystemRoot } = process.env;
  return SystemRoot === undefined ? {} : { SystemRoot };
};

const LAST_WORDS = 4096;

export class Launched {
  readonly #child: ChildProcess;
  #answer: ((reply: Reply | Death) => void) | undefined;
  #death: Death | undefined;
  #stderr = '';

  constructor(warden: string) {
    const child = spawn(execPath, [...FLAGS, '-e', warden], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      env: environment(),
      windowsHide: true,
    });
    this.#child = child;
    child.stderr?.on('data', (text: Buffer) => {
      this.#stderr = (this.#stderr + String(text)).slice(0, LAST_WORDS);
    });
    child.on('message', (reply: Reply) => this.#settle(reply));
    child.on('error', (error) => this.#die(error.message));
    // Its last reply is read before the channel closes, but perhaps after its exit.
    child.on('disconnect', () => this.#die('it closed its channel'));
    child.on('close', (code, signal) => this.#die(`exit ${signal ?? code}`));
    child.stderr?.on('error', () => undefined);
    this.#hold(false);
  }

  /** The process keeps this one alive only while it owes a reply. */
  #hold(on: boolean): void {
    const { channel, stderr } = this.#child;
    const verb = on ? 'ref' : 'unref';
    this.#child[verb]();
    channel?.[verb]();
    (stderr as { ref?: () => void; unref?: () => void } | null)?.[verb]?.();
  }

  #settle(reply: Reply | Death): void {
    const answer = this.#answer;
    this.#answer = undefined;
    this.#hold(false);
    answer?.(reply);
  }

  #die(how: string): void {
    const fatal = /^(FATAL ERROR: .*)$/m.exec(this.#stderr)?.[1];
    this.#death ??= { died: fatal ?? how };
    this.#settle(this.#death);
  }

  /** One request at a time. */
  ask(request: Request): Promise<Reply | Death> {
    if (this.#death) return Promise.resolve(this.#death);
    return new Promise((answer) => {
      this.#answer = answer;
      this.#hold(true);
      this.#child.send(request, (error) => {
        if (error) this.#die(error.message);
      });
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

/** A process that has been told to load the kernel, and its reply. */
export const launch = async (
  kernel: string,
  limits: { readonly time: number; readonly memory: number },
): Promise<{ launched: Launched; reply: Reply | Death }> => {
  const { warden, worker, realm } = await scripts();
  const launched = new Launched(warden);
  const reply = await launched.ask({ kind: 'start', worker, scripts: { realm, kernel }, limits });
  return { launched, reply };
};
