/**
 * Locks the realm in which machine and kernel live before the kernel is loaded: no intrinsic object can be changed, so
 * a kernel can neither mislead the machine's code nor leave anything behind for a later boot.
 *
 * Rules: what could still carry state or reach the host is taken out. `Object.freeze` is not used: on
 * `Object.prototype` and the prototypes of typed arrays it makes every access to a typed array slower (V8 takes them
 * for prototypes with elements; the machine lost 40 %). Making each property read-only and the object not extensible
 * means the same and costs nothing.
 *
 * Assigning to a property that is read-only on the prototype throws (`error.name = …`, `table.toString = …`). For
 * `Object.prototype` and the errors such properties become accessors that define it on the object itself.
 */

/** Globals that share memory, start code later, compile code, or depend on garbage collection. */
const REMOVED = [
  'AsyncDisposableStack',
  'Atomics',
  'FinalizationRegistry',
  'ShadowRealm',
  'SharedArrayBuffer',
  'WeakRef',
  'WebAssembly',
];

/** Methods that take memory away from under its views, or make promises. */
const REMOVED_METHODS: readonly (readonly [object, string])[] = [
  [ArrayBuffer.prototype, 'resize'],
  [ArrayBuffer.prototype, 'transfer'],
  [ArrayBuffer.prototype, 'transferToFixedLength'],
  [ArrayBuffer.prototype, 'transferToImmutable'],
  [Array, 'fromAsync'],
];

/** Frames that a stack text holds. The only property that stays writable; reset before each run. */
const STACK_FRAMES = 30;
export const resetStackFrames = (): void => {
  Error.stackTraceLimit = STACK_FRAMES;
};

/** @param more what a kernel reaches besides the intrinsics: classes of the machine, the API */
export const lockRealm = (more: readonly object[]): void => {
  resetStackFrames();
  for (const name of REMOVED) Reflect.deleteProperty(globalThis, name);
  for (const [owner, name] of REMOVED_METHODS) Reflect.deleteProperty(owner, name);
  removeRegExpStatics();
  for (const prototype of ASSIGNABLE) makeAssignable(prototype);
  const locked = new Set<object>();
  for (const root of [globalThis, ...unnamed(), ...more]) lock(root, locked);
};

/** `RegExp.$1`, `RegExp.input` and so on remember the last match. */
const removeRegExpStatics = (): void => {
  for (const name of Reflect.ownKeys(RegExp)) {
    if (!['length', 'name', 'prototype', Symbol.species, 'escape'].includes(name as string)) {
      Reflect.deleteProperty(RegExp, name);
    }
  }
};

const ASSIGNABLE: readonly object[] = [
  Object.prototype,
  ...[
    Error,
    AggregateError,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
  ].map(({ prototype }) => prototype),
];

const makeAssignable = (prototype: object): void => {
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const { value } = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
    if (value === undefined) continue;
    Object.defineProperty(prototype, name, {
      get: () => value,
      set(this: unknown, own: unknown) {
        if (this === prototype)
          throw new TypeError(`Cannot assign to read only property '${name}'`);
        const descriptor = { value: own, writable: true, enumerable: true, configurable: true };
        Object.defineProperty(this, name, descriptor);
      },
    });
  }
};

/** Intrinsics that no global names: what iterators, generators and async functions inherit from. */
const unnamed = (): readonly object[] => [
  function* () {},
  async () => {},
  async function* () {},
  [][Symbol.iterator](),
  new Map().entries(),
  new Set().values(),
  ''[Symbol.iterator](),
  ''.matchAll(/x/g),
  new Intl.Segmenter().segment('')[Symbol.iterator](),
];

const lock = (root: object, locked: Set<object>): void => {
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const found = waiting.pop();
    if ((typeof found !== 'object' && typeof found !== 'function') || found === null) continue;
    if (locked.has(found) || ArrayBuffer.isView(found)) continue;
    locked.add(found);
    waiting.push(Object.getPrototypeOf(found));
    for (const key of Reflect.ownKeys(found)) {
      const property = Object.getOwnPropertyDescriptor(found, key);
      if (!property) continue;
      waiting.push(property.value, property.get, property.set);
      const stays = found === Error && key === 'stackTraceLimit';
      const accessor = property.get ?? property.set;
      Object.defineProperty(found, key, {
        configurable: false,
        ...(accessor ? {} : { writable: stays }),
      });
    }
    Object.preventExtensions(found);
  }
};
