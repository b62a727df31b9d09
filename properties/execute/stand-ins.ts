/**
 * What stands in for the host inside the realm. A call of the host is refused with an error, and the first one is kept
 * even if the kernel catches that; printing goes to a buffer.
 *
 * `Date` and `Math.random` stay: a kernel that uses them is found by running it twice.
 */

/** The first forbidden call since `forget`, with the host's stack text; `at` is what `where` said then. */
export interface ForbiddenCall {
  readonly call: string;
  readonly stack: string;
  readonly at: number;
}

export class Host {
  readonly #where: () => number;
  readonly #print: (text: string) => void;
  #forbidden: ForbiddenCall | undefined;

  /** @param where how much of the log is written */
  constructor(where: () => number, print: (text: string) => void) {
    this.#where = where;
    this.#print = print;
  }

  get forbidden(): ForbiddenCall | undefined {
    return this.#forbidden;
  }

  forget(): void {
    this.#forbidden = undefined;
  }

  #refuse(call: string): never {
    const error = new Error(`${call} is not there for a kernel`);
    this.#forbidden ??= { call, stack: error.stack ?? '', at: this.#where() };
    throw error;
  }

  /** Puts the stand-ins into the realm's global object. */
  install(): void {
    for (const name of FUNCTIONS) define(name, () => this.#refuse(name));
    for (const name of OBJECTS) define(name, this.#standIn(name));
    const write = (...values: readonly unknown[]): void =>
      this.#print(`${values.map(show).join(' ')}\n`);
    const silent = (): void => undefined;
    define(
      'console',
      Object.fromEntries([
        ...PRINTING.map((name) => [name, write] as const),
        ...SILENT.map((name) => [name, silent] as const),
      ]),
    );
  }

  /** Refuses to be called and to give anything of itself; asking for its type or its prototype is harmless. */
  #standIn(name: string): object {
    return new Proxy(class {}, {
      get: (target, key) =>
        typeof key === 'symbol' || key === 'prototype'
          ? Reflect.get(target, key)
          : this.#refuse(`${name}.${key}`),
      set: (_, key) => this.#refuse(`${name}.${String(key)} =`),
      apply: () => this.#refuse(name),
      construct: () => this.#refuse(`new ${name}`),
    });
  }
}

const FUNCTIONS = [
  'clearImmediate',
  'clearInterval',
  'clearTimeout',
  'fetch',
  'queueMicrotask',
  'require',
  'setImmediate',
  'setInterval',
  'setTimeout',
  'structuredClone',
];
const OBJECTS = [
  'AbortController',
  'BroadcastChannel',
  'Buffer',
  'MessageChannel',
  'Promise',
  'WebSocket',
  'Worker',
  'XMLHttpRequest',
  'crypto',
  'navigator',
  'performance',
  'process',
];
const PRINTING = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table'];
const SILENT = [
  'assert',
  'clear',
  'count',
  'countReset',
  'group',
  'groupCollapsed',
  'groupEnd',
  'time',
  'timeEnd',
  'timeLog',
];

const define = (name: string, value: unknown): void => {
  Object.defineProperty(globalThis, name, { value, configurable: true });
};

const SHOWN_ITEMS = 16;

const show = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  if (ArrayBuffer.isView(value)) {
    const items = Array.from(value as Uint8Array).slice(0, SHOWN_ITEMS);
    return `${value.constructor.name} [${items.join(', ')}${items.length < SHOWN_ITEMS ? '' : ', …'}]`;
  }
  if (value instanceof Error) return value.stack ?? String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
};
