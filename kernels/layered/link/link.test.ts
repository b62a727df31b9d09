import { describe, expect, test } from 'vitest';
import { type Run, runWorkload } from '../../../hardware/run.ts';
import { haltOf, workloadOf } from '../../../hardware/testing.ts';
import type { OperationShape } from '../../../spec/layering.ts';
import { serviceSegment } from '../../../spec/layout.ts';
import { call } from '../../core/testing.ts';
import {
  defineLayer,
  type Handler,
  type Hardware,
  type Layer,
  type Self,
  type Steps,
} from './contract.ts';
import { LayerError, type Layering, linkLayers } from './index.ts';

type Door = (...args: number[]) => number;
type Start = (below: Record<string, Door>, self: Self) => Record<string, Handler>;

const layerCalled = (
  name: string,
  offers: Readonly<Record<string, OperationShape>> = {},
  start: Start = () => ({}),
  more: Partial<Layer> = {},
): Layer =>
  defineLayer({ name, offers, uses: [], pages: 1, start: start as Layer['start'], ...more });

const link = (layers: readonly Layer[], over: Partial<Layering> = {}) =>
  linkLayers({ name: 'linked', implements: [], layers, ...over });

const problemOf = (layers: readonly Layer[], over: Partial<Layering> = {}): LayerError => {
  try {
    link(layers, over);
  } catch (error) {
    if (error instanceof LayerError) return error;
  }
  throw new Error('they can be linked');
};

const passes = (...args: OperationShape['args']): OperationShape => ({ args });
const looks = passes('value');

describe('layers cannot be linked', () => {
  const one = layerCalled('one', { look: looks });
  const named = (count: number): Layer[] =>
    Array.from({ length: count }, (_, i) => layerCalled(`l${i}`));

  test.each([
    ['none', []],
    ['too many', named(11)],
  ])('%s of them', (_, layers) => {
    const { problems, message } = problemOf(layers);
    expect(problems).toEqual([{ kind: 'count', layers: layers.length + 2 }]);
    expect(message).toContain('3 to 12 layers');
  });

  test('of one name', () => {
    const { problems, message } = problemOf([one, one, one]);
    expect(problems).toEqual([{ kind: 'sameName', name: 'one' }]);
    expect(message).toContain('two layers are called one');
  });

  test.each([-1, 65, 1.5])('with %d pages', (pages) => {
    const { problems, message } = problemOf([layerCalled('large', {}, () => ({}), { pages })]);
    expect(problems).toEqual([{ kind: 'badSize', name: 'large', pages }]);
    expect(message).toContain('0 to 64');
  });

  test('with operations of more arguments than registers pass', () => {
    const wide = passes('value', 'value', 'value', 'value', 'value');
    const { problems, message } = problemOf([layerCalled('one', { wide })]);
    expect(problems).toEqual([{ kind: 'tooManyArguments', name: 'one', operation: 'wide' }]);
    expect(message).toContain('more than 4');
  });

  test('that use what is not in reach: strict layers what two below offer, relaxed ones what nobody does', () => {
    const two = layerCalled('two');
    const three = layerCalled('three', {}, () => ({}), { uses: ['look'] });
    const { problems, message } = problemOf([one, two, three]);
    expect(problems).toMatchObject([
      { kind: 'notOffered', layer: 3, use: 'look', offeredBy: ['layer 1 (one)'] },
    ]);
    expect(message).toContain('uses look, which the layer below does not offer');
    expect(() => link([one, two, three], { discipline: 'relaxed' })).not.toThrow();
    const other = problemOf([two, { ...three, uses: ['see'] }], { discipline: 'relaxed' });
    expect(other.message).toContain('no layer below offers: no layer does');
  });
});

test('a kernel says of its layers what they offer and own', () => {
  const kernel = link([layerCalled('one', { look: looks }), layerCalled('two')], { fairness: 9 });
  expect(kernel).toMatchObject({
    architecture: 'layered',
    discipline: 'strict',
    fairness: 9,
    serviceFrames: 6,
    layers: [
      { name: 'one', offers: [{ name: 'look', args: ['value'] }], pages: 1 },
      { name: 'two', offers: [], pages: 1 },
    ],
  });
});

/** Layer 1 that puts nobody on a hart, so that the kernel only boots. */
const idleProcessor = (offers = {}, start: Start = () => ({})): Layer =>
  layerCalled('processor', offers, (below, self) => ({
    interrupt: () => 0,
    dispatch: () => {
      (below as unknown as Hardware).hart().idle();
      return 0;
    },
    ...start(below, self),
  }));

/** The topmost layer with gates that do nothing, where it has none. */
const withGates = (layers: readonly Layer[]): readonly Layer[] =>
  layers.map((layer, index) =>
    index < layers.length - 1
      ? layer
      : {
          ...layer,
          start: (below, self) => ({
            ecall: () => 0,
            exception: () => 0,
            ...layer.start(below, self),
          }),
        },
  );

const boot = (layers: readonly Layer[], over: Partial<Layering> = {}): Run =>
  runWorkload(link(withGates(layers), over), workloadOf([[call('yield')]]));

describe('a call of a layer', () => {
  test('goes through the door of the one below, with integers, and comes back with its result', () => {
    const answers: number[] = [];
    const lower = idleProcessor({ look: looks }, () => ({ look: (value = 0) => value * 2 }));
    const upper = layerCalled('upper', {}, ({ look }) => {
      answers.push(look?.(21) ?? 0);
      return {};
    });
    const run = boot([lower, upper]);
    expect(haltOf(run)).toBeUndefined();
    expect(answers).toEqual([42]);
  });

  test('reaches no layer but the one below, or in relaxed layers all', () => {
    const reach: string[][] = [];
    const note = (name: string, offers: Readonly<Record<string, OperationShape>>): Layer =>
      layerCalled(name, offers, (below) => {
        reach.push(Object.keys(below).sort());
        return { [`of-${name}`]: () => 0 };
      });
    const layers = [
      idleProcessor({ look: looks }, () => ({ look: () => 0 })),
      note('b', { 'of-b': looks }),
      note('c', {}),
    ];
    boot(layers);
    boot(layers, { discipline: 'relaxed' });
    expect(reach).toEqual([['look'], ['of-b'], ['look'], ['look', 'of-b']]);
  });

  test('of an operation that it offers and does not have stops the boot', () => {
    const run = boot([idleProcessor({ look: looks })]);
    expect(haltOf(run)?.message).toContain('layer 1 (processor) offers look and does not have it');
  });

  test('of a number that it does not have stops the kernel', () => {
    const lower = idleProcessor();
    const upper = layerCalled('upper', {}, (_, { memory, door }) => {
      memory.call(door, 77);
      return {};
    });
    expect(haltOf(boot([lower, upper]))?.message).toContain('layer 2 (upper) has no operation 77');
  });
});

describe('a layer’s own pages', () => {
  const booted = (use: (self: Self) => void, pages = 2): Run =>
    boot([
      idleProcessor(),
      layerCalled(
        'upper',
        {},
        (_, self) => {
          use(self);
          return {};
        },
        { pages },
      ),
    ]);

  test('are the same memory as at their address', () => {
    const seen: number[] = [];
    booted(({ own, memory, address, bytes, layer }) => {
      own.set(1030, 0x0403_0201);
      memory.copy(address + 1030 * 4, address, 4);
      memory.storeByte(address + 4, 9);
      memory.store(address + 8, memory.loadByte(address + 1));
      seen.push(own.get(0), own.get(1), own.get(2), bytes, address - serviceSegment(layer));
    });
    expect(seen).toEqual([0x0403_0201, 9, 2, 8192, 0]);
  });

  test.each([
    ['read', ({ own }: Self) => own.get(1024)],
    ['written', ({ own }: Self) => own.set(-1, 1)],
    ['there, where there are none,', ({ own }: Self) => own.get(0)],
  ])('end where they end: nothing beyond is %s', (what, use) => {
    const run = booted(use, what.startsWith('there') ? 0 : 1);
    expect(haltOf(run)?.message).toMatch(/word -?\d+ is not its own/);
  });
});

describe('the vector', () => {
  /** Layer 1 that lets task 1 run from boot on, and has these gates. */
  const running = (gates: (self: Self) => Record<string, Handler>): Run => {
    const lower = layerCalled('processor', {}, (below, self) => {
      const { image, memory, own, layers } = self;
      const hardware = below as unknown as Hardware;
      return {
        interrupt: () => 0,
        dispatch: () => {
          own.set(0, own.get(0) + 1);
          hardware.assign(image.freeFrames[0] ?? 0, layers - 1);
          memory.load(serviceSegment(1));
          hardware.hart().sepc = image.programs[0]?.entry ?? 0;
          hardware.hart().spp = 0;
          return 1;
        },
        ...gates(self),
      };
    });
    return boot([lower]);
  };

  test('asks layer 1 for every interrupt, and the topmost for every exception', () => {
    const causes: number[] = [];
    const run = running(() => ({
      interrupt: (cause = 0) => {
        causes.push(cause);
        return 0;
      },
      exception: (cause = 0) => {
        causes.push(cause);
        throw new Error('enough');
      },
    }));
    expect(causes).toHaveLength(2);
    expect(causes.map((cause) => cause >= 0x8000_0000)).toEqual([true, false]);
    expect(haltOf(run)?.message).toContain('enough');
  });

  const waits = (value: number) =>
    function* (): Steps {
      yield value;
      return 0;
    };

  test.each([
    ['dispatch waits', () => ({ dispatch: waits(1) }), 'dispatch never waits'],
    [
      'the topmost layer has no gate',
      () => ({ exception: undefined as never }),
      'has no exception',
    ],
    ['a layer waits by itself', () => ({ exception: waits(7) }), 'only layer 1 waits'],
    [
      'a layer faults',
      ({ memory }: Self) => ({ exception: () => memory.load(0x7000_0000) }),
      'a layer faulted: cause 13 at 1879048192',
    ],
  ] as const)('stops the kernel where %s', (_, gates, message) => {
    expect(haltOf(running(gates))?.message).toContain(message);
  });
});
