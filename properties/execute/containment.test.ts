import { afterAll, describe, expect, it } from 'vitest';
import { KernelFolder, workload } from './fixtures/kernel-file.ts';
import { endingOf, outcomeOf, withExecutor } from './fixtures/observe.ts';

const folder = new KernelFolder();
afterAll(() => folder.remove());

const tight = { timeLimit: 300, memoryLimit: 128 << 20 };
const patient = { timeLimit: 20_000, memoryLimit: 128 << 20 };

it('a correct kernel runs to its end', async () => {
  const outcome = await outcomeOf(folder, {});
  expect(outcome).toMatchObject({ end: 'quiescent', halt: undefined, output: '' });
});

describe('a kernel that does not come back is stopped, and its log up to then is kept', () => {
  it.each([
    ['a loop', 'for (;;);'],
    [
      'a loop that catches what it can',
      'for (;;) try { for (;;); } catch {} finally { continue; }',
    ],
    [
      'a built-in loop that V8 does not interrupt',
      'Array.prototype.includes.call({ length: 2 ** 53 }, 1);',
    ],
    ['a regular expression that backtracks for ever', "/(a*)*b/.exec('a'.repeat(60));"],
    ['an error whose message is computed for ever', 'throw { get message() { for (;;); } };'],
  ])('%s in the trap handler', async (_, code) => {
    const outcome = await outcomeOf(folder, { handler: `if (trap === 3) { ${code} }` }, tight);
    expect(outcome).toMatchObject({ end: 'halted', halt: 'out-of-fuel' });
    expect(outcome.message).toMatch(
      /^the trap handler of .*kernel-\d+\.ts was stopped after 0\.3 s: it loops without end$/,
    );
    const until = await outcomeOf(folder, { handler: 'if (trap === 3) throw 1;' });
    expect(outcome.records).toBe(until.records);
    expect(outcome.words.slice(0, -16)).toEqual(until.words.slice(0, -16));
  });

  it('a loop in boot', async () => {
    const outcome = await outcomeOf(folder, { boot: 'for (;;);' }, tight);
    expect(outcome).toMatchObject({ end: 'halted', halt: 'out-of-fuel', records: 0 });
    expect(outcome.message).toMatch(
      /^boot of .*kernel-\d+\.ts was stopped after 0\.3 s: it loops without end$/,
    );
  });

  it('a loop of machine calls runs out of fuel before its time is up', async () => {
    const outcome = await outcomeOf(folder, { handler: 'for (;;) machine.frame(5);' }, patient);
    expect(outcome).toMatchObject({ end: 'halted', halt: 'out-of-fuel' });
    expect(outcome.message).toContain('too many machine calls');
  });

  it('a loop at the top of the file that only later boots enter', async () => {
    const top = 'if (Math.random() < 0.5) for (;;);';
    const file = folder.kernel({ top });
    for (let tries = 0; tries < 20; tries++) {
      const ended = await withExecutor(file, tight, async (executor) => {
        const halts = new Set<string | undefined>();
        await executor.runAll(Array(10).fill(workload), (log) => halts.add(endingOf(log).halt));
        return halts;
      }).catch(() => undefined);
      if (!ended) continue;
      expect([...ended].filter((halt) => halt !== undefined)).toEqual(['out-of-fuel']);
      return;
    }
  });
});

describe('a kernel that allocates without end is stopped', () => {
  it.each([
    ['objects', 'for (const a = [];;) a.push({});'],
    ['entries of a map', 'for (const m = new Map();;) m.set(m.size, m.size);'],
    ['large arrays', 'for (const a = [];;) a.push(new Array(1e6).fill(1.5));'],
    ['strings', "for (const a = [];;) a.push(('x' + a.length).repeat(1e5).split(''));"],
    ['closures', 'for (let f = () => 1;;) { const g = f; f = () => g; }'],
    ['typed arrays', 'for (const a = [];;) a.push(new Uint8Array(1e7).fill(1));'],
    ['one typed array of 4 GiB', 'new Uint8Array(2 ** 32 - 1).fill(1);'],
    ['one array of 1 GB', 'new Array(1.3e8).fill({}).map(String);'],
    ['big integers', 'for (let b = 1n;;) b = (b << 1000000n) + 1n;'],
  ])('%s', async (_, code) => {
    const outcome = await outcomeOf(folder, { handler: code }, { ...patient, timeLimit: 60_000 });
    expect(outcome).toMatchObject({ end: 'halted', halt: 'handler-threw', records: 1 });
    expect(outcome.message).toMatch(
      /^the trap handler of .* was stopped when it had taken 128 MiB: it allocates without end$/,
    );
  });

  it('in boot too', async () => {
    const boot = 'for (const a = [];;) a.push(new Uint8Array(1e7).fill(1));';
    const outcome = await outcomeOf(folder, { boot }, patient);
    expect(outcome).toMatchObject({
      halt: 'boot-failed',
      message: expect.stringMatching(/^boot of /),
    });
  });
});

describe('an error of the kernel is told with its line', () => {
  it('in the trap handler', async () => {
    const outcome = await outcomeOf(folder, { handler: 'if (trap === 2) null.x;' });
    expect(outcome).toMatchObject({ end: 'halted', halt: 'handler-threw' });
    expect(outcome.message).toMatch(/^TypeError: Cannot read .* \(.*kernel-\d+\.ts:19\)$/);
  });
  it('in boot', async () => {
    const outcome = await outcomeOf(folder, { boot: "throw new RangeError('no room\\nat all')" });
    expect(outcome).toMatchObject({ end: 'halted', halt: 'boot-failed' });
    expect(outcome.message).toMatch(/^RangeError: no room \(.*kernel-\d+\.ts:9\)$/);
  });
  it('endless recursion', async () => {
    const handler = 'const again = () => again() + 1; again();';
    const outcome = await outcomeOf(folder, { handler });
    expect(outcome).toMatchObject({ halt: 'handler-threw' });
    expect(outcome.message).toMatch(/^RangeError: Maximum call stack size exceeded \(.*:19\)$/);
  });
  it.each([
    'null',
    'undefined',
    '5',
    'Symbol()',
    '{}',
    'Object.create(null)',
    '{ get message() { throw 1 } }',
  ])('what is thrown may be anything: %s', async (thrown) => {
    const outcome = await outcomeOf(folder, { handler: `throw (${thrown});` });
    expect(outcome).toMatchObject({ end: 'halted', halt: 'handler-threw' });
    expect(outcome.message).not.toBe('');
  });
  it('what is thrown may be a proxy that throws', async () => {
    const traps = '{ get() { throw 1 }, has() { throw 2 }, getPrototypeOf() { throw 3 } }';
    const outcome = await outcomeOf(folder, { handler: `throw new Proxy({}, ${traps});` });
    expect(outcome).toMatchObject({ halt: 'handler-threw' });
  });
  it('boot returns no handler', async () => {
    const outcome = await outcomeOf(folder, { boot: 'if (image) return;' });
    expect(outcome).toMatchObject({ halt: 'boot-failed' });
    expect(outcome.message).toMatch(/boot must return the trap handler, a function/);
  });
});

describe('printing', () => {
  it('is kept, with objects and typed arrays in short', async () => {
    const boot =
      "console.log('free:', image.freeFrames.length, { a: [1] }, new Uint32Array(3)); console.error(1n);";
    const { output } = await outcomeOf(folder, { boot });
    expect(output).toBe('free: 28 {"a":[1]} Uint32Array [0, 0, 0]\n1\n'.repeat(1));
  });
  it('a megabyte of it is cut, and the run goes on', async () => {
    const boot = "for (let i = 0; i < 1000; i++) console.log('x'.repeat(1047));";
    const { output, end } = await outcomeOf(folder, { boot });
    expect(end).toBe('quiescent');
    expect(output.length).toBeLessThan(4200);
    expect(output).toMatch(/\n… \(cut: 1048000 characters in all\)$/);
  });
  it('does not act on the terminal', async () => {
    const { output } = await outcomeOf(folder, {
      boot: "console.log('\\u001b[2J\\u202Eall passed\\r');",
    });
    expect(output).toBe('�[2J�all passed�\n');
  });
  it('before a hang is not lost', async () => {
    const handler = "console.log('here'); for (;;);";
    expect((await outcomeOf(folder, { handler }, tight)).output).toBe('here\n');
  });
});

describe('the other runs of a check', () => {
  it('still have their logs, in order, after one has been stopped', async () => {
    const handler = 'if (image.start.length === 2) for (;;);';
    const lethal = { ...workload, start: [0, 0] };
    await withExecutor(folder.kernel({ handler }), tight, async (executor) => {
      const halts: (string | undefined)[] = [];
      const workloads = Array.from({ length: 150 }, (_, i) => (i === 70 ? lethal : workload));
      await executor.runAll(workloads, (log, index) => {
        halts[index] = endingOf(log).halt;
      });
      expect(halts).toHaveLength(150);
      expect(halts.flatMap((halt, index) => (halt ? [index] : []))).toEqual([70]);
    });
  });

  it('of a workload that was stopped are not run again: their log is kept', async () => {
    const handler = 'if (image.start.length === 2) for (;;);';
    const lethal = { ...workload, start: [0, 0] };
    await withExecutor(folder.kernel({ handler }), tight, async (executor) => {
      const once = await executor.run(lethal);
      const before = performance.now();
      for (let i = 0; i < 9; i++) expect(await executor.run(lethal)).toEqual(once);
      expect(performance.now() - before).toBeLessThan(tight.timeLimit);
      expect(endingOf(await executor.run(workload)).end).toBe('quiescent');
    });
  });

  it('are refused at once after three stops, with the same halt', async () => {
    await withExecutor(folder.kernel({ handler: 'for (;;);' }), tight, async (executor) => {
      const before = performance.now();
      const messages = new Set<string>();
      let halted = 0;
      await executor.runAll(Array(500).fill(workload), (log) => {
        const { end, halt, message } = endingOf(log);
        if (end === 'halted' && halt === 'out-of-fuel') halted += 1;
        messages.add(message);
      });
      expect(halted).toBe(500);
      expect(messages.size).toBe(1);
      expect(endingOf(await executor.run(workload)).halt).toBe('out-of-fuel');
      expect(endingOf(await executor.trace(workload)).halt).toBe('out-of-fuel');
      expect(performance.now() - before).toBeLessThan(10_000);
    });
  });

  it('go on when the one who asked has thrown', async () => {
    await withExecutor(folder.kernel(), patient, async (executor) => {
      const many = Array(200).fill(workload);
      const thrown = executor.runAll(many, () => {
        throw new Error('enough');
      });
      await expect(thrown).rejects.toThrow('enough');
      expect(endingOf(await executor.run(workload)).end).toBe('quiescent');
    });
  });
});
