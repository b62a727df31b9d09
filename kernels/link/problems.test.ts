import { describe, expect, test } from 'vitest';
import type { Service, ServiceName } from '../services/contract.ts';
import { LinkError, linkKernel, type Placement } from './index.ts';
import { serviceCalled } from './testing.ts';

const link = (services: readonly Service[], placement: Placement) => () =>
  linkKernel({ name: 'linked', services, placement });

const inKernel = (...names: readonly ServiceName[]): Placement =>
  Object.fromEntries(names.map((name) => [name, 'kernel'] as const));

describe('services that cannot be linked are refused in one sentence', () => {
  test('two with one name', () => {
    const files = serviceCalled('files');
    expect(link([files, files], inKernel('files'))).toThrow(
      'two services are called files: a name belongs to one',
    );
  });

  test('one that uses what is not there', () => {
    expect(link([serviceCalled('files', { uses: ['disk'] })], inKernel('files'))).toThrow(
      'the service files uses disk, and there is no such service',
    );
  });

  test('a circle of uses', () => {
    const circle = [
      serviceCalled('console', { uses: ['files'] }),
      serviceCalled('files', { uses: ['disk'] }),
      serviceCalled('disk', { uses: ['network'] }),
      serviceCalled('network', { uses: ['files'] }),
    ];
    expect(link(circle, inKernel('console', 'files', 'disk', 'network'))).toThrow(
      'in a circle, so that each would wait for the other: files → disk → network → files',
    );
  });

  test('a placement of what is no service', () => {
    const placement = { files: 'kernel', clock: 'kernel' } as Placement;
    expect(link([serviceCalled('files')], placement)).toThrow(
      'the placement names clock, which is no service: there are files',
    );
  });

  test('a service without a place', () => {
    expect(link([serviceCalled('files')], {})).toThrow(
      'the placement does not say where the service files is: kernel or user',
    );
  });

  test('a place that does not exist', () => {
    const placement = { files: 'ring 1' } as unknown as Placement;
    expect(link([serviceCalled('files')], placement)).toThrow(
      'the service files is placed in "ring 1": the places are kernel and user',
    );
  });

  test('a segment of no page or of too many, and two drivers of a device', () => {
    const services = [
      serviceCalled('files', { pages: 0, devices: ['disk'] }),
      serviceCalled('disk', { pages: 65, devices: ['disk'] }),
    ];
    expect(link(services, inKernel('files', 'disk'))).toThrow(
      'the segment of the service files has 0 pages: 1 to 64 are possible; ' +
        'the segment of the service disk has 65 pages: 1 to 64 are possible; ' +
        'files and disk both drive the device disk: a device has one driver',
    );
  });

  test.each([
    [5, {}, 'services must be a list of services'],
    [[null], {}, 'services[0] is no service: it must be an object'],
    [[{ ...serviceCalled('files'), name: 'clock' }], {}, 'its name must be one of files, disk'],
    [[{ ...serviceCalled('files'), uses: 'disk' }], {}, 'its uses must be a list of names'],
    [[{ ...serviceCalled('files'), devices: ['clock'] }], {}, 'must be a list of devices (console'],
    [[{ ...serviceCalled('files'), start: 1 }], {}, 'its start must be a generator function'],
    [[], undefined, 'the placement must be an object that says kernel or user for each service'],
  ])('what is no list of services, or no placement: %j, %j', (services, placement, sentence) => {
    expect(link(services as readonly Service[], placement as Placement)).toThrow(sentence);
  });

  test('as data, too', () => {
    try {
      link([serviceCalled('files')], {})();
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(LinkError);
      expect((error as LinkError).problems).toEqual([{ kind: 'noPlace', service: 'files' }]);
    }
  });
});

test('services that use each other without a circle are linked', () => {
  const services = [
    serviceCalled('files', { uses: ['disk', 'memory'] }),
    serviceCalled('disk', { uses: ['memory'] }),
    serviceCalled('memory'),
  ];
  const kernel = linkKernel({
    name: 'linked',
    services,
    placement: inKernel('files', 'disk', 'memory'),
    fairness: false,
  });
  expect(kernel).toMatchObject({ architecture: 'monolithic', serviceFrames: 9 });
  expect(kernel.implements).toContain('files');
  expect(kernel.implements).not.toContain('datagrams');
  expect(kernel.services).toHaveLength(3);
  expect(kernel).not.toHaveProperty('fairness');
});

test('without a list the five of this project are linked', () => {
  const kernel = linkKernel({
    name: 'linked',
    placement: inKernel('files', 'disk', 'console', 'network', 'memory'),
  });
  expect(kernel.services?.map(({ name }) => name)).toEqual([
    'files',
    'disk',
    'console',
    'network',
    'memory',
  ]);
  expect(kernel.implements).toEqual(expect.arrayContaining(['files', 'datagrams', 'console']));
  expect(kernel.fairness).toBeGreaterThan(0);
});
