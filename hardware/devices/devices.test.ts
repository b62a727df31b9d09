import { describe, expect, test } from 'vitest';
import {
  ConsoleRegister,
  DEVICE_FRAME,
  DEVICE_WINDOW,
  Device,
  type DeviceName,
  DeviceStatus,
  DISK_SECTORS,
  DiskCommand,
  DiskRegister,
  IommuRegister,
  MAX_NETWORK_FRAME,
  NETWORK_QUEUE,
  NetworkCommand,
  NetworkRegister,
  SECTOR_SIZE,
  type Typed,
} from '../../spec/devices.ts';
import { STUCK_DISK } from '../../spec/records.ts';
import { Cause, Pte, pte } from '../../spec/riscv.ts';
import type { Operation, Workload } from '../../spec/workload.ts';
import type { Hart, Machine } from '../contract.ts';
import { assemble, boot } from '../run.ts';
import { haltOf, mapUser, rowsOfKind, runBoot, runHandler, start, workloadOf } from '../testing.ts';

const at = (device: DeviceName, register: number): number =>
  DEVICE_WINDOW + Device[device] * 4096 + register;

const { V, R, W, X, U } = Pte;

/** Frames of RAM that the tests use as they like; there are 16. */
const BUFFER = 10;
const ROOT = 12;

type Task = (hart: Hart, machine: Machine) => Generator<unknown, void, void>;

/** A driver on hart 0: goes on whenever a device interrupts. Answers with the log. */
const drive = (task: Task, over: Partial<Workload> = {}) => {
  let steps: Generator<unknown, void, void> | undefined;
  return runHandler((hart, machine) => {
    if (hart.scause === Cause.externalInterrupt) machine.claim();
    steps ??= task(hart, machine);
    steps.next();
    hart.idle();
  }, over);
};

const command = (hart: Hart, sector: number, address: number, code: number): void => {
  hart.store(at('disk', DiskRegister.sector), sector);
  hart.store(at('disk', DiskRegister.address), address);
  hart.store(at('disk', DiskRegister.command), code);
};
const status = (hart: Hart): number => hart.load(at('disk', DiskRegister.status));

describe('the disk', () => {
  test('keeps what was written to a sector, and interrupts when it is done', () => {
    const seen: unknown[] = [];
    const run = drive(function* (hart, machine) {
      seen.push(status(hart), hart.load(at('disk', DiskRegister.sectors)));
      machine.frame(BUFFER)[127] = 77;
      command(hart, 3, BUFFER * 4096, DiskCommand.write);
      seen.push(status(hart));
      yield;
      seen.push(status(hart));
      command(hart, 3, BUFFER * 4096 + SECTOR_SIZE, DiskCommand.read);
      yield;
      seen.push(machine.frame(BUFFER)[255]);
    });
    expect(seen).toEqual([
      DeviceStatus.idle,
      DISK_SECTORS,
      DeviceStatus.busy,
      DeviceStatus.done,
      77,
    ]);
    expect(rowsOfKind(run, 'dma').map(({ payload }) => payload)).toEqual([
      [Device.disk, BUFFER * 4096, SECTOR_SIZE, 0, 0],
      [Device.disk, BUFFER * 4096 + SECTOR_SIZE, SECTOR_SIZE, 1, 0],
    ]);
    expect(rowsOfKind(run, 'interrupt').map(({ payload }) => payload[0])).toEqual([1, 1]);
  });

  test.each([
    ['a sector that it does not have', DISK_SECTORS, BUFFER * 4096, DiskCommand.read],
    ['a command that it does not know', 0, BUFFER * 4096, 9],
    ['an address beyond RAM', 0, 16 * 4096, DiskCommand.read],
  ])('refuses %s', (_, sector, address, code) => {
    const seen: number[] = [];
    drive(function* (hart) {
      command(hart, sector, address, code);
      yield;
      seen.push(status(hart));
    });
    expect(seen).toEqual([DeviceStatus.error]);
  });

  test('loses a command that comes while it is busy, and says so', () => {
    const seen: number[] = [];
    const run = drive(function* (hart) {
      command(hart, 0, BUFFER * 4096, DiskCommand.read);
      command(hart, 1, BUFFER * 4096, DiskCommand.write);
      yield;
      seen.push(status(hart));
      command(hart, 1, BUFFER * 4096, DiskCommand.read);
      yield;
      seen.push(status(hart));
    });
    expect(seen).toEqual([DeviceStatus.error, DeviceStatus.done]);
    expect(rowsOfKind(run, 'interrupt')).toHaveLength(2);
  });

  test('is stuck after as many commands as the workload says', () => {
    const seen: number[] = [];
    const run = drive(
      function* (hart) {
        command(hart, 0, BUFFER * 4096, DiskCommand.read);
        yield;
        command(hart, 0, BUFFER * 4096, DiskCommand.read);
        seen.push(status(hart));
        yield;
        seen.push(-1);
      },
      { devices: { diskLatency: 2, networkLatency: 1, diskStuckAfter: 1 } },
    );
    expect(seen).toEqual([DeviceStatus.busy]);
    expect(rowsOfKind(run, 'strike').map(({ payload }) => payload[0])).toEqual([STUCK_DISK]);
  });

  test('does not let its status or its size be written', () => {
    const seen: number[] = [];
    runHandler((hart) => {
      hart.store(at('disk', DiskRegister.status), 9);
      hart.store(at('disk', DiskRegister.sectors), 9);
      seen.push(status(hart), hart.load(at('disk', DiskRegister.sectors)));
      hart.idle();
    });
    expect(seen).toEqual([DeviceStatus.idle, DISK_SECTORS]);
  });

  test('takes the time that the workload says, in steps of programs', () => {
    const loads: Operation[] = Array.from({ length: 20 }, () => ({
      op: 'set',
      rd: 'a3',
      value: 1,
    }));
    const run = runBoot(
      (machine, image) => {
        const space = mapUser(machine, image, ROOT);
        let begun = false;
        return (hart) => {
          if (begun) {
            machine.claim();
            hart.idle();
            return;
          }
          begun = true;
          command(hart, 0, BUFFER * 4096, DiskCommand.read);
          start(hart, space);
        };
      },
      workloadOf([loads], { devices: { diskLatency: 7, networkLatency: 1 } }),
    );
    expect(rowsOfKind(run, 'retire')).toHaveLength(7);
  });
});

const transmit = (hart: Hart, address: number, length: number): void => {
  hart.store(at('network', NetworkRegister.transmitAddress), address);
  hart.store(at('network', NetworkRegister.transmitLength), length);
  hart.store(at('network', NetworkRegister.command), NetworkCommand.transmit);
};
const post = (hart: Hart, address: number, capacity: number): void => {
  hart.store(at('network', NetworkRegister.receiveAddress), address);
  hart.store(at('network', NetworkRegister.receiveCapacity), capacity);
  hart.store(at('network', NetworkRegister.command), NetworkCommand.receive);
};
const network = (hart: Hart, register: keyof typeof NetworkRegister): number =>
  hart.load(at('network', NetworkRegister[register]));

describe('the network card', () => {
  test('brings back what was sent, into the buffer that was posted', () => {
    const seen: unknown[] = [];
    drive(function* (hart, machine) {
      machine.frame(BUFFER)[0] = 0x0403_0201;
      post(hart, BUFFER * 4096 + 100, 64);
      seen.push(network(hart, 'receiveStatus'));
      transmit(hart, BUFFER * 4096, 6);
      yield;
      seen.push(network(hart, 'transmitStatus'), network(hart, 'receiveStatus'));
      seen.push(network(hart, 'receivedLength'), machine.frame(BUFFER)[25]);
    });
    const { busy, done } = DeviceStatus;
    expect(seen).toEqual([busy, done, done, 6, 0x0403_0201]);
  });

  test('keeps frames until a buffer is posted, and says how long they are', () => {
    const seen: unknown[] = [];
    drive(function* (hart, machine) {
      machine.bytes(BUFFER)[0] = 5;
      transmit(hart, BUFFER * 4096, 1);
      yield;
      machine.bytes(BUFFER)[0] = 6;
      transmit(hart, BUFFER * 4096, 40);
      yield;
      for (let frame = 0; frame < 2; frame++) {
        post(hart, BUFFER * 4096 + 8, 2);
        yield;
        seen.push(network(hart, 'receivedLength'), machine.bytes(BUFFER)[8]);
      }
    });
    expect(seen).toEqual([1, 5, 40, 6]);
  });

  test('loses what its queue does not hold', () => {
    let received = 0;
    drive(
      function* (hart) {
        for (let frame = 0; frame <= NETWORK_QUEUE; frame++) {
          transmit(hart, BUFFER * 4096, 1);
          yield;
        }
        for (;;) {
          post(hart, BUFFER * 4096, 4);
          yield;
          received += 1;
        }
      },
      { steps: 400 },
    );
    expect(received).toBe(NETWORK_QUEUE);
  });

  test.each([
    ['a frame that is too long', MAX_NETWORK_FRAME + 1, BUFFER * 4096],
    ['a frame beyond RAM', 4, 16 * 4096],
  ])('refuses %s', (_, length, address) => {
    const seen: number[] = [];
    drive(function* (hart) {
      transmit(hart, address, length);
      yield;
      seen.push(network(hart, 'transmitStatus'));
    });
    expect(seen).toEqual([DeviceStatus.error]);
  });

  test('refuses a buffer beyond RAM, and keeps what it has to say', () => {
    const seen: number[] = [];
    drive(function* (hart) {
      hart.store(at('network', NetworkRegister.receiveStatus), 9);
      post(hart, 16 * 4096, 4);
      transmit(hart, BUFFER * 4096, 4);
      yield;
      seen.push(network(hart, 'receiveStatus'), network(hart, 'transmitStatus'));
    });
    expect(seen).toEqual([DeviceStatus.error, DeviceStatus.done]);
  });
});

describe('a network card that is reset', () => {
  test('gives up what it was sending, the buffer it was given, and frames that it has', () => {
    const seen: unknown[] = [];
    const reset = (hart: Hart): void =>
      hart.store(at('network', NetworkRegister.command), NetworkCommand.reset);
    const run = drive(function* (hart) {
      transmit(hart, BUFFER * 4096, 1);
      yield;
      transmit(hart, BUFFER * 4096, 2);
      post(hart, BUFFER * 4096, 64);
      reset(hart);
      seen.push(network(hart, 'transmitStatus'), network(hart, 'receiveStatus'));
      post(hart, BUFFER * 4096, 64);
      transmit(hart, BUFFER * 4096, 3);
      yield;
      seen.push(network(hart, 'receivedLength'));
    });
    expect(seen).toEqual([DeviceStatus.idle, DeviceStatus.idle, 3]);
    expect(rowsOfKind(run, 'interrupt')).toHaveLength(2);
  });
});

describe('the IOMMU', () => {
  /** Turns it on with a domain for the disk: one page at 0x5000, which is BUFFER. */
  const confine = (hart: Hart, machine: Machine, rights: number): void => {
    machine.frame(ROOT)[0] = pte(ROOT + 1, V);
    machine.frame(ROOT + 1)[5] = pte(BUFFER, V | U | rights);
    hart.store(at('iommu', IommuRegister.control), 1 << Device.disk);
    hart.store(at('iommu', IommuRegister.root + 4 * Device.disk), ROOT);
  };

  test('translates the addresses of a device through the tables of its domain', () => {
    const run = drive(function* (hart, machine) {
      confine(hart, machine, R | W);
      command(hart, 0, 0x5200, DiskCommand.read);
      yield;
    });
    expect(rowsOfKind(run, 'dma').map(({ payload }) => payload)).toEqual([
      [Device.disk, BUFFER * 4096 + 0x200, SECTOR_SIZE, 1, ROOT],
    ]);
  });

  test.each([
    ['a page that its domain does not have', R | W | U | V, 0x6000],
    ['a page that it may not write', R | U | V, 0x5000],
    ['an entry without U', R | W | V, 0x5000],
    ['a table that is not there', R | W | U | V, 0x40_5000],
  ])('refuses %s', (_, bits, address) => {
    const seen: number[] = [];
    const run = drive(function* (hart, machine) {
      confine(hart, machine, 0);
      machine.frame(ROOT + 1)[5] = pte(BUFFER, bits);
      command(hart, 0, address, DiskCommand.read);
      yield;
      seen.push(status(hart), hart.load(at('iommu', IommuRegister.fault)));
    });
    expect(seen).toEqual([DeviceStatus.error, address]);
    expect(rowsOfKind(run, 'refused').map(({ payload }) => payload)).toEqual([
      [Device.disk, address, 1, ROOT, 0],
    ]);
    expect(rowsOfKind(run, 'dma')).toEqual([]);
  });

  test('gives a device without a domain nothing', () => {
    const seen: number[] = [];
    drive(function* (hart) {
      hart.store(at('iommu', IommuRegister.control), 1 << Device.network);
      transmit(hart, BUFFER * 4096, 4);
      yield;
      seen.push(network(hart, 'transmitStatus'));
    });
    expect(seen).toEqual([DeviceStatus.error]);
  });

  test('keeps a translation that it has used until it is told to forget', () => {
    const seen: number[] = [];
    drive(function* (hart, machine) {
      confine(hart, machine, R | W);
      const attempt = () => command(hart, 0, 0x5000, DiskCommand.read);
      attempt();
      yield;
      machine.frame(ROOT + 1)[5] = 0;
      attempt();
      yield;
      seen.push(status(hart));
      hart.store(at('iommu', IommuRegister.invalidate), 1);
      attempt();
      yield;
      seen.push(status(hart));
    });
    expect(seen).toEqual([DeviceStatus.done, DeviceStatus.error]);
  });

  test('moves what lies before the page that it refuses', () => {
    const run = drive(function* (hart, machine) {
      confine(hart, machine, R | W);
      command(hart, 0, 0x5f00, DiskCommand.read);
      yield;
    });
    expect(rowsOfKind(run, 'dma').map(({ payload }) => payload[2])).toEqual([0x100]);
    expect(rowsOfKind(run, 'refused').map(({ payload }) => payload[1])).toEqual([0x6000]);
  });
});

describe('registers', () => {
  test('send a byte to the console, and the console says nothing', () => {
    let seen = 1;
    const run = runHandler((hart) => {
      hart.store(at('console', 0), 0x141);
      hart.store(at('console', 4), 0x42);
      seen = hart.load(at('console', 0));
      hart.idle();
    });
    expect(rowsOfKind(run, 'console').map(({ payload }) => payload.slice(0, 2))).toEqual([
      [1, 0x41],
    ]);
    expect(seen).toBe(0);
  });

  test('that no device has read 0 and keep nothing', () => {
    let seen = 1;
    runHandler((hart) => {
      hart.store(at('iommu', 0x800), 5);
      seen = hart.load(at('iommu', 0x800));
      hart.idle();
    });
    expect(seen).toBe(0);
  });

  test.each<[string, (hart: Hart) => void]>([
    ['bytes read', (hart) => hart.loadByte(at('disk', 0))],
    ['bytes written', (hart) => hart.storeByte(at('disk', 0), 1)],
    ['a page behind the last device', (hart) => hart.load(DEVICE_WINDOW + 5 * 4096)],
  ])('fault for %s', (_, access) => {
    const run = runHandler((hart) => {
      if (hart.spp === 1 && (hart.scause === Cause.loadAccess || hart.scause === Cause.storeAccess))
        throw new Error(`refused ${hart.scause}`);
      access(hart);
    });
    expect(haltOf(run)?.message).toMatch(/refused [57]/);
  });

  test('are reached by user mode where its tables say so, and only words of them', () => {
    const program: Operation[] = [
      { op: 'store', va: 0x3000, value: 65 },
      { op: 'load', va: 0x4010, rd: 'a3' },
      { op: 'store', va: 0x4000, value: 7 },
      { op: 'load', va: 0x4000, rd: 'a4' },
      { op: 'jump', va: 0x4000 },
    ];
    const traps: number[] = [];
    const run = runBoot(
      (machine, image) => {
        const space = mapUser(machine, image, ROOT, [
          [3, pte(DEVICE_FRAME, V | W | R | U)],
          [4, pte(DEVICE_FRAME + Device.disk, V | R | W | X | U)],
        ]);
        let begun = false;
        return (hart) => {
          if (begun) {
            traps.push(hart.scause);
            hart.idle();
            return;
          }
          begun = true;
          start(hart, space);
        };
      },
      workloadOf([program]),
    );
    expect(traps).toEqual([Cause.instructionAccess]);
    const values = rowsOfKind(run, 'retire').map(({ payload }) => payload[4]);
    expect(values.slice(0, 4)).toEqual([65, DISK_SECTORS, 7, 7]);
    expect(rowsOfKind(run, 'device')).toHaveLength(3);
    expect(rowsOfKind(run, 'console')).toHaveLength(1);
  });
});

describe('the console receives', () => {
  const waiting = (hart: Hart): number => hart.load(at('console', ConsoleRegister.waiting));
  const received = (hart: Hart): number => hart.load(at('console', ConsoleRegister.received));
  const typing = (...input: readonly Typed[]): Partial<Workload> => ({
    devices: { diskLatency: 1, networkLatency: 1, input },
    steps: 1000,
  });

  test('bytes wait in their order, and interrupt when they come', () => {
    const seen: number[] = [];
    const run = drive(
      function* (hart) {
        seen.push(waiting(hart));
        yield;
        seen.push(waiting(hart), received(hart), received(hart), waiting(hart), received(hart));
        yield;
        seen.push(waiting(hart), received(hart));
      },
      typing({ after: 700, text: 'c' }, { after: 300, text: 'ab' }),
    );
    expect(seen).toEqual([0, 2, 0x61, 0x62, 0, 0, 1, 0x63]);
    expect(rowsOfKind(run, 'interrupt').map(({ payload }) => payload[0])).toEqual([0, 0]);
  });

  test('a machine that rests goes on when something is typed, and not before', () => {
    const seen: number[] = [];
    const { core, machine, image } = assemble(workloadOf([[]], { steps: 10_000 }));
    const handler = (hart: Hart): void => {
      while (waiting(hart) > 0) seen.push(received(hart));
      machine.claim();
      hart.idle();
    };
    boot(core, { boot: () => handler }, machine, image);
    expect(core.run()).toBe('quiescent');
    expect(core.run()).toBe('quiescent');
    core.devices.type('ab', core.steps);
    core.devices.type('c', core.steps);
    expect([core.run(1), core.run(), seen]).toEqual(['budget', 'quiescent', [0x61, 0x62, 0x63]]);
  });

  test('a slice ends after so many steps', () => {
    const { core, machine, image } = assemble(workloadOf([[]], { steps: 10_000 }));
    boot(core, { boot: () => (hart: Hart) => hart.idle(10) }, machine, image);
    expect([core.run(100), core.steps >= 100, core.steps < 120]).toEqual(['budget', true, true]);
  });
});
