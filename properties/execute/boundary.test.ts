/**
 * Attacks of a kernel on the checker. Each kernel prints what it has got; a successful attack would show.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { KernelFolder, workload } from './fixtures/kernel-file.ts';
import { endingOf, outcomeOf, withExecutor } from './fixtures/observe.ts';

const folder = new KernelFolder();
afterAll(() => folder.remove());

const innocent = outcomeOf(folder, {});

describe('a call of the host is refused and remembered', () => {
  it.each([
    ['process.exit(0)', 'process.exit'],
    ['process.env.HOME', 'process.env'],
    ["[require][0]('node:fs')", 'require'],
    ['setTimeout(() => {}, 0)', 'setTimeout'],
    ['setInterval(() => {}, 0)', 'setInterval'],
    ['setImmediate(() => {})', 'setImmediate'],
    ['queueMicrotask(() => {})', 'queueMicrotask'],
    ["fetch('https://example.org')", 'fetch'],
    ['performance.now()', 'performance.now'],
    ["new Worker('x')", 'new Worker'],
    ["Buffer.from('x')", 'Buffer.from'],
  ])('%s', async (code, call) => {
    const outcome = await outcomeOf(folder, { handler: `if (trap === 3) ${code};` });
    expect(outcome).toMatchObject({ end: 'halted', halt: 'forbidden' });
    expect(outcome.message).toMatch(
      /^calls .* \(.*kernel-\d+\.ts:19\): a kernel has no host, only the machine$/,
    );
    expect(outcome.message).toContain(`calls ${call} (`);
  });

  it.each([
    ['Promise.resolve(1)', 'Promise.resolve'],
    ['new Promise(() => {})', 'new Promise'],
    ['(async () => 1)()', 'new Promise'],
    ['(async () => { for await (const x of []) x; })()', 'new Promise'],
  ])('%s', async (code, call) => {
    const outcome = await outcomeOf(folder, { handler: `${code};` });
    expect(outcome).toMatchObject({ end: 'halted', halt: 'forbidden' });
    expect(outcome.message).toContain(`uses a promise, ${call}`);
    expect(outcome.message).toContain('use no async, await or Promise');
  });

  it('an async boot, and an async handler', async () => {
    const file = (text: string): string =>
      folder.file(
        `export default { name: 'k', architecture: 'monolithic', implements: [], ${text} };`,
      );
    for (const text of ['async boot() { return () => {}; }', 'boot() { return async () => {}; }']) {
      await withExecutor(file(text), {}, async (executor) => {
        const { halt, message } = endingOf(await executor.run(workload));
        expect(halt).toBe('forbidden');
        expect(message).toContain('uses a promise');
      });
    }
  });

  it('the first one counts even where the kernel catches the error, and nothing after it', async () => {
    const handler =
      'if (trap === 3) { try { process.exit(0) } catch {} try { setTimeout() } catch {} }';
    const outcome = await outcomeOf(folder, { handler });
    expect(outcome).toMatchObject({ end: 'halted', halt: 'forbidden' });
    expect(outcome.message).toContain('process.exit');
    const same = (await innocent).words.slice(0, outcome.words.length - 16);
    expect(outcome.words.slice(0, -16)).toEqual(same);
  });
});

/** Tries each piece of code in the trap handler of one kernel; what each threw, by the name of the error. */
const attempts = async (codes: readonly string[]) => {
  const tries = codes.map((code) => `[${JSON.stringify(code)}, () => { ${code}; }]`).join(',\n');
  const handler = `
    if (trap === 3) for (const [code, attempt] of [${tries}]) {
      try { attempt(); console.log(code, '→ done'); } catch (error) { console.log(code, '→', error.name); }
    }`;
  const { output, words } = await outcomeOf(folder, { handler });
  return { output: output.trim().split('\n'), words };
};

describe('no code is made from strings', () => {
  it('neither by eval nor by the constructor of any function that a kernel has', async () => {
    const codes = [
      "eval('1')",
      "(0, eval)('1')",
      "new Function('return 1')()",
      "machine.constructor.constructor('return process')()",
      "hart.constructor.constructor('return process')()",
      "pte.constructor('return process')()",
      "(function* () {}).constructor('yield 1')()",
      "Object.getPrototypeOf(function* () {}).constructor('yield process')().next()",
      "(async () => {}).constructor('return process')()",
      "image.freeFrames.map.constructor('return process')()",
      "console.log.constructor('return process')()",
    ];
    const { output, words } = await attempts(codes);
    expect(output).toEqual(codes.map((code) => `${code} → EvalError`));
    expect(words).toEqual((await innocent).words);
  });

  it('not through an error of the machine', async () => {
    const handler =
      "try { machine.frame(-1); } catch (error) { console.log('got', error.constructor.constructor('return 1')()); }";
    const outcome = await outcomeOf(folder, { handler });
    expect(outcome).toMatchObject({ halt: 'handler-threw', output: '' });
  });

  it('not through a stack overflow within the machine', async () => {
    const handler = `
      const deep = () => {
        try { deep(); } catch (error) {
          console.log(error.constructor === RangeError, Object.getPrototypeOf(error) === RangeError.prototype);
          throw error;
        }
        hart.fence();
      };
      if (trap === 1) try { deep(); } catch {}`;
    const { output } = await outcomeOf(folder, { handler });
    expect(output).toMatch(/^true true\n/);
    expect(output).not.toContain('false');
  });
});

/** Walks everything that can be reached from `roots` and prints what no kernel may have. */
const WALK = `
const seen = new Set();
const frames = new Set();
const walk = (value, path) => {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
  seen.add(value);
  if (ArrayBuffer.isView(value)) {
    if (!frames.has(value.buffer)) console.log('memory', path);
    return;
  }
  const kind = Object.prototype.toString.call(value);
  if (/SharedArrayBuffer|process|MessagePort|Promise|global\\]/.test(kind) && value !== globalThis) console.log(kind, path);
  if (typeof value === 'function' && !(value instanceof Function) && value !== Function.prototype) console.log('another realm', path);
  if (typeof value === 'object' && path !== 'api' && !path.startsWith('own') && !(value instanceof Object) && Object.getPrototypeOf(value) !== null && value !== Object.prototype) console.log('another realm', path);
  if (Object.isExtensible(value) && !path.startsWith('own')) console.log('extensible', path);
  let keys = [];
  try { keys = Reflect.ownKeys(value); } catch (error) { return; }
  for (const key of keys) {
    const name = path + '.' + String(key);
    const descriptor = Reflect.getOwnPropertyDescriptor(value, key);
    if (!path.startsWith('own') && (descriptor.writable || descriptor.configurable) && key !== 'stackTraceLimit') console.log('changeable', name);
    walk(descriptor.value, name);
    walk(descriptor.get, name);
    walk(descriptor.set, name);
  }
  walk(Object.getPrototypeOf(value), path + '.__proto__');
};
`;

describe('nothing that a kernel reaches belongs to the checker or can be changed', () => {
  it('whatever can be walked to from the machine, the harts, the API and the globals', async () => {
    const outcome = await outcomeOf(folder, {
      top: `import * as api from 'kernelcheck'; ${WALK}`,
      handler: `
        if (trap === 2) {
          frames.add(machine.frame(0).buffer);
          walk(globalThis, 'globalThis');
          walk(machine, 'machine');
          walk(hart, 'hart');
          for (const [name, value] of Object.entries(api)) walk(value, name);
          walk(Object.getPrototypeOf(machine.frame(1)), 'frame');
          try { null.x } catch (error) { walk(Object.getPrototypeOf(error), 'error'); }
          walk(Object.getPrototypeOf(function* () {}), 'generator');
          walk(Object.getPrototypeOf([].values()), 'iterator');
          walk(Object.getPrototypeOf(new Map().keys()), 'map iterator');
          console.log('walked', seen.size > 500);
        }`,
    });
    expect(outcome.output).toBe('walked true\n');
    expect(outcome.end).toBe('quiescent');
  });

  it('an error that the machine throws gives no way in either', async () => {
    const outcome = await outcomeOf(folder, {
      top: WALK,
      handler: `
        frames.add(machine.frame(0).buffer);
        try { machine.frame(99); } catch (error) { walk(Object.getPrototypeOf(error), 'error'); console.log('walked'); }`,
    });
    expect(outcome.output).toBe('walked\n');
  });

  it('changing any of it throws, and where that is caught nothing has changed', async () => {
    const codes = [
      'Object.prototype.observe = false',
      'Object.prototype.toJSON = () => 0',
      'Uint32Array.prototype.set = () => {}',
      'Object.getPrototypeOf(Uint32Array.prototype).subarray = () => {}',
      'Object.defineProperty(Uint32Array.prototype, 0, { value: 7 })',
      'Array.prototype.push = () => 0',
      'Array.prototype[Symbol.iterator] = 1',
      'Object.getPrototypeOf([].values()).next = () => ({ done: true })',
      'Map.prototype.get = () => 0',
      'Math.min = () => 0',
      'JSON.parse = () => []',
      'Error.prepareStackTrace = (_, frames) => frames',
      'Function.prototype.call = 1',
      'globalThis.Uint32Array = Array',
      'globalThis.evil = 1',
      'pte.V = 0',
      'Call.exit = 99',
      'machine.harts.length = 0',
      'machine.harts[0] = {}',
      'machine.frame = () => 0',
      'hart.save = () => 0',
      'Object.getPrototypeOf(hart).save = () => 0',
      'Object.getPrototypeOf(machine).transmit.kept = machine',
      'Object.setPrototypeOf(hart, {})',
      'Object.setPrototypeOf(Object.getPrototypeOf(hart), {})',
      'console.log = 1',
      'delete Array.prototype.map',
    ];
    const { output, words } = await attempts(codes);
    expect(output).toEqual(codes.map((code) => `${code} → TypeError`));
    expect(words).toEqual((await innocent).words);
  });

  it('the machine’s memory cannot be taken away or resized', async () => {
    const handler = `
      const { buffer } = machine.frame(0);
      console.log(typeof buffer.transfer, typeof buffer.resize, typeof buffer.transferToFixedLength, buffer.resizable);`;
    const { output } = await outcomeOf(folder, { handler });
    expect(output).toMatch(/^undefined undefined undefined false\n/);
  });

  it('memory cannot be shared, compiled or watched for garbage', async () => {
    const names = [
      'SharedArrayBuffer',
      'Atomics',
      'WebAssembly',
      'WeakRef',
      'FinalizationRegistry',
    ];
    const handler = `console.log(${names.map((name) => `typeof ${name}`).join(', ')});`;
    const { output } = await outcomeOf(folder, { handler });
    expect(output.split('\n')[0]).toBe(names.map(() => 'undefined').join(' '));
  });
});

it('ordinary code is not hindered by the locks', async () => {
  const boot = `
    class Fault extends Error { constructor(text) { super(text); this.name = 'Fault'; } }
    const error = new Fault('no'); error.message = 'yes';
    const table = {}; table.toString = () => 'table'; table.constructor = 1;
    function Old() {} Old.prototype.valueOf = () => 7; Old.prototype.toString = () => 'old';
    class Queue extends Array { push(...all) { return super.push(...all); } }
    const queue = new Queue(); queue.push(1, 2);
    const copy = structured(machine.frame(0).slice(0, 2));
    function structured(words) { return Array.from(words, (word) => word); }
    console.log(String(error), String(table), +new Old(), queue.length, [...new Set(copy)].length, Object.keys(table).join());
    console.log(machine.frame(0) instanceof Uint32Array, [3, 1, 2].sort().join(), new Date().getFullYear() > 2000, Math.random() < 1);`;
  const outcome = await outcomeOf(folder, { boot });
  expect(outcome.output).toBe(
    'Fault: yes table 7 2 2 toString,constructor\ntrue 1,2,3 true true\n',
  );
  expect(outcome.end).toBe('quiescent');
});

describe('nothing outlives a boot', () => {
  /** Every place where something might be kept. */
  const PLACES = [
    'globalThis',
    'Object.prototype',
    'Array',
    'Array.prototype',
    'Error',
    'Math',
    'RegExp',
    'pte',
    'console',
    'console.log',
    'process',
    'Promise',
    'Object.getPrototypeOf(hart).save',
    'Object.getPrototypeOf(hart)',
    'machine.constructor',
    'machine.frame(0)',
    'machine.frame(0).buffer',
    'image.kept',
    'caught.constructor',
    'Object.getPrototypeOf(caught)',
    '(function* () {}).constructor.prototype',
  ];
  const boot = `
    let caught = {}; const [hart] = machine.harts;
    try { machine.bytes(0).set(null); } catch (error) { caught = error; }
    const places = [${PLACES.map((place) => `() => ${place}`).join(', ')}];
    places.forEach((place, i) => { try { if (place().kept) console.log('found', i); place().kept = machine; } catch {} });
    if (typeof Error.stackTraceLimit !== 'number') console.log('found in Error'); Error.stackTraceLimit = { machine };
    if (/found/.test(RegExp.$1 + RegExp.input)) console.log('found in RegExp'); /(found)/.exec('found');
    const tag = (strings) => strings; if (tag\`x\`.kept) console.log('found'); try { tag\`x\`.kept = 1 } catch {}
    image.freeFrames.length = 20;`;

  it('wherever a kernel tries to keep it', async () => {
    await withExecutor(
      folder.kernel({
        top: 'let boots = 0;',
        boot: `${boot} if (boots++ > 0) console.log('found in module');`,
      }),
      {},
      async (executor) => {
        const logs: string[] = [];
        await executor.runAll(Array(5).fill(workload), (log) =>
          logs.push(log.words.subarray(0, log.length).join()),
        );
        // Standing in for process and Promise, the stand-ins have stopped the runs; what matters is that all are alike.
        expect(new Set(logs).size).toBe(1);
        expect(executor.output).toBe('');
      },
    );
  });

  it('but in a kept instance the top of the file does', async () => {
    await withExecutor(
      folder.kernel({ top: 'let boots = 0;', boot: 'console.log(boots++);' }),
      {},
      async (executor) => {
        await executor.runKept(workload);
        await executor.runKept(workload);
        await executor.run(workload);
        expect(executor.output).toBe('0\n1\n0\n');
      },
    );
  });

  it('in a kept instance the machine of an earlier boot is dead', async () => {
    const inserted = {
      top: 'let old, oldHart;',
      boot: `
        if (old) for (const use of [() => old.transmit(65), () => old.frame(3), () => oldHart.fence(), () => { oldHart.satp = 0; }, () => old.sendIpi(0)])
          try { use(); console.log('alive'); } catch (error) { console.log(error.message); }`,
      handler: 'old ??= machine; oldHart ??= hart;',
    };
    await withExecutor(folder.kernel(inserted), {}, async (executor) => {
      const fresh = await executor.runKept(workload);
      const again = await executor.runKept(workload);
      expect([...again.words.subarray(0, again.length)]).toEqual([
        ...fresh.words.subarray(0, fresh.length),
      ]);
      expect(executor.output).toBe('this machine does not run any more\n'.repeat(5));
    });
  });
});

it('two kernels in one check know nothing of each other', async () => {
  const spy = folder.kernel({ boot: 'console.log(Object.keys(globalThis).length);' });
  const outputs = await Promise.all(
    [1, 2].map(() =>
      withExecutor(spy, {}, async (executor) => {
        await executor.run(workload);
        return executor.output;
      }),
    ),
  );
  expect(outputs[0]).toBe(outputs[1]);
});
