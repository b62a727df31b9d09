/** The drivers, the network and the pager, each in a little world of its own. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_DATAGRAM } from '../../spec/calls/datagrams.ts';
import { DeviceStatus, DiskRegister, SECTOR_SIZE } from '../../spec/devices.ts';
import { Errno } from '../../spec/errno.ts';
import { PAGE_SIZE } from '../../spec/riscv.ts';
import { consoleService } from './console.ts';
import { SERVICE_NAMES } from './contract.ts';
import { diskService } from './disk.ts';
import { SERVICES } from './index.ts';
import { memoryService } from './memory.ts';
import { networkService } from './network.ts';
import { Loopback, RamDisk, type Started, start, TestClient, type TestDevice } from './testing.ts';

const { BASE } = TestClient;

test('every service is in the list under its name, and has one page or more', () => {
  for (const name of SERVICE_NAMES) {
    const { name: own, pages, operations } = SERVICES[name];
    expect(own).toBe(name);
    expect(pages).toBeGreaterThanOrEqual(1);
    expect(pages).toBeLessThanOrEqual(64);
    expect(new Set(operations).size).toBe(operations.length);
  }
});

test('a service that is linked without what it declares says so', () => {
  const client = new TestClient(1);
  const lonely = { ...diskService, devices: [] };
  expect(() => start(lonely).ask(client, 'sectors')).toThrow('its device: disk');
  expect(() => start(SERVICES.files)).toThrow('that it uses: disk');
});

test('an operation that a service does not have is refused', () => {
  const surroundings = { device: new RamDisk(), frames: [7] };
  for (const service of [diskService, consoleService, memoryService]) {
    expect(start(service, surroundings).ask(new TestClient(1), 'none')).toBe(-Errno.ENOSYS);
  }
  const network = start(networkService, { device: new Loopback() });
  expect(network.ask(new TestClient(1), 'none', 1)).toBe(-Errno.ENOSYS);
});

describe('disk', () => {
  const setup = (disk = new RamDisk()): { client: TestClient; driver: Started; disk: RamDisk } => ({
    client: new TestClient(1),
    driver: start(diskService, { device: disk }),
    disk,
  });

  test('what was written is read, any number of sectors', () => {
    const { client, driver, disk } = setup();
    client.bytes.fill(7, 0, 10 * SECTOR_SIZE);
    expect(driver.ask(client, 'write', 5, BASE, 10)).toBe(0);
    expect(disk.bytes[5 * SECTOR_SIZE - 1]).toBe(0);
    expect(disk.bytes[15 * SECTOR_SIZE - 1]).toBe(7);
    expect(disk.bytes[15 * SECTOR_SIZE]).toBe(0);
    client.bytes.fill(0);
    expect(driver.ask(client, 'read', 5, BASE, 10)).toBe(0);
    expect(client.bytes.indexOf(0)).toBe(10 * SECTOR_SIZE);
    expect(driver.ask(client, 'sectors')).toBe(256);
  });

  test('what the device refuses is EIO, what the client may not touch EFAULT, what no disk has EINVAL', () => {
    const { client, driver } = setup();
    expect(driver.ask(client, 'read', 256, BASE, 1)).toBe(-Errno.EIO);
    expect(driver.ask(client, 'read', 255, BASE, 2)).toBe(-Errno.EIO);
    expect(driver.ask(client, 'read', 0, 0, 1)).toBe(-Errno.EFAULT);
    expect(driver.ask(client, 'write', 0, 0, 1)).toBe(-Errno.EFAULT);
    expect(driver.ask(client, 'read', 0, BASE, 0xffff_ffff)).toBe(-Errno.EINVAL);
  });

  test('a command that was under way when it was started again is waited for', () => {
    const { client, driver, disk } = setup();
    disk.store(DiskRegister.command, 1);
    disk.store(DiskRegister.address, 0x9000_0000);
    expect(driver.ask(client, 'read', 3, BASE, 1)).toBe(0);
    expect(disk.commands).toBe(2);
  });

  test('a device that interrupts and is never ready is given up', () => {
    const stuck: TestDevice = { load: () => DeviceStatus.busy, store: () => {}, wait: () => {} };
    const driver = start(diskService, { device: stuck });
    expect(driver.ask(new TestClient(1), 'read', 3, BASE, 1)).toBe(-Errno.EIO);
  });
});

describe('console', () => {
  const setup = (): { client: TestClient; driver: Started; sent: () => string } => {
    let sent = '';
    const device: TestDevice = {
      load: () => 0,
      store: (_, byte) => {
        sent += String.fromCharCode(byte);
      },
      wait: () => {},
    };
    const driver = start(consoleService, { device });
    return { client: new TestClient(1), driver, sent: () => sent };
  };

  test('sends the bytes in order, at most a page', () => {
    const { client, driver, sent } = setup();
    client.text(BASE, 'hello');
    expect(driver.ask(client, 'write', BASE + 1, 3)).toBe(3);
    expect(sent()).toBe('ell');
    expect(driver.ask(client, 'write', BASE, 0)).toBe(0);
    expect(driver.ask(client, 'write', BASE, 3 * PAGE_SIZE)).toBe(PAGE_SIZE);
  });

  test('stops at the first byte that cannot be read', () => {
    const { client, driver, sent } = setup();
    client.text(BASE + PAGE_SIZE - 2, 'ab');
    client.missing.add(1);
    expect(driver.ask(client, 'write', BASE + PAGE_SIZE - 2, 10)).toBe(2);
    expect(sent()).toBe('ab');
    expect(driver.ask(client, 'write', BASE + PAGE_SIZE, 10)).toBe(-Errno.EFAULT);
    expect(driver.ask(client, 'write', 0, 1)).toBe(-Errno.EFAULT);
    expect(driver.ask(client, 'write', 0, 0)).toBe(0);
  });
});

describe('network', () => {
  interface Net {
    readonly device: Loopback;
    readonly service: Started;
    readonly alice: TestClient;
    readonly bob: TestClient;
    send(port: number, text: string): number;
    receive(client: TestClient, port: number, capacity?: number): string | number;
  }
  const setup = (): Net => {
    const device = new Loopback();
    const service = start(networkService, { device });
    return {
      device,
      service,
      alice: new TestClient(1),
      bob: new TestClient(2),
      send(port, text) {
        return service.ask(this.alice, 'sendTo', port, this.alice.text(BASE, text), text.length);
      },
      receive(client, port, capacity = MAX_DATAGRAM) {
        device.arrive();
        const bytes = service.ask(client, 'receiveFrom', port, BASE, capacity);
        return bytes < 0 ? bytes : Buffer.from(client.bytes.subarray(0, bytes)).toString();
      },
    };
  };

  test('what is sent to a bound port is received there, in order, once', () => {
    const net = setup();
    expect(net.service.ask(net.bob, 'bind', 80)).toBe(0);
    expect(net.service.ask(net.bob, 'bind', 80)).toBe(0);
    expect(net.service.ask(net.alice, 'bind', 80)).toBe(-Errno.EADDRINUSE);
    expect([net.send(80, 'one'), net.send(80, ''), net.send(80, 'three')]).toEqual([3, 0, 5]);
    expect(net.receive(net.bob, 80)).toBe('one');
    expect(net.receive(net.bob, 80)).toBe('');
    expect(net.receive(net.bob, 80, 2)).toBe('th');
    expect(net.receive(net.bob, 80)).toBe(-Errno.EAGAIN);
  });

  test('bad ports, lengths and buffers', () => {
    const net = setup();
    const { service, alice, bob } = net;
    for (const port of [0, 65_536]) {
      expect(service.ask(alice, 'bind', port)).toBe(-Errno.EINVAL);
      expect(service.ask(alice, 'sendTo', port, BASE, 1)).toBe(-Errno.EINVAL);
      expect(service.ask(alice, 'receiveFrom', port, BASE, 1)).toBe(-Errno.EINVAL);
    }
    expect(service.ask(alice, 'sendTo', 80, BASE, MAX_DATAGRAM + 1)).toBe(-Errno.EMSGSIZE);
    expect(service.ask(alice, 'sendTo', 80, 0, 1)).toBe(-Errno.EFAULT);
    expect(service.ask(alice, 'sendTo', 80, 0, 0)).toBe(0);
    expect(service.ask(alice, 'receiveFrom', 80, BASE, 1)).toBe(-Errno.EINVAL);
    service.ask(bob, 'bind', 80);
    expect(service.ask(alice, 'receiveFrom', 80, BASE, 1)).toBe(-Errno.EINVAL);
    expect(net.receive(bob, 80)).toBe('');
    net.send(80, 'stays');
    net.device.arrive();
    expect(service.ask(bob, 'receiveFrom', 80, 0, 9)).toBe(-Errno.EFAULT);
    expect(service.ask(bob, 'receiveFrom', 80, 0, 0)).toBe(0);
    expect(net.receive(bob, 80)).toBe(-Errno.EAGAIN);
  });

  test('ports of a client that is gone are free again, and what was kept for them is dropped', () => {
    const net = setup();
    net.service.ask(net.bob, 'bind', 80);
    net.send(80, 'late');
    net.device.arrive();
    net.service.ask(net.alice, 'bind', 81);
    net.service.forget(2);
    expect(net.service.ask(net.alice, 'bind', 80)).toBe(0);
    expect(net.receive(net.alice, 80)).toBe(-Errno.EAGAIN);
    expect(net.service.ask(net.alice, 'bind', 81)).toBe(0);
  });

  test('8 datagrams on their way, 16 with those that have arrived, 16 ports; nothing is ever lost', () => {
    const net = setup();
    for (let port = 1; port <= 16; port++) expect(net.service.ask(net.bob, 'bind', port)).toBe(0);
    expect(net.service.ask(net.bob, 'bind', 17)).toBe(-Errno.ENOBUFS);
    for (let i = 0; i < 8; i++) expect(net.send(1 + (i % 2), String(i))).toBe(1);
    expect(net.send(1, 'x')).toBe(-Errno.ENOBUFS);
    for (let i = 8; i < 16; i++) {
      net.device.arrive();
      expect(net.send(1 + (i % 2), String(i))).toBe(String(i).length);
    }
    for (let i = 0; i < 4; i++) {
      net.device.arrive();
      expect(net.send(3, 'x')).toBe(-Errno.ENOBUFS);
    }
    const received = Array.from({ length: 16 }, (_, i) => net.receive(net.bob, 1 + (i % 2)));
    expect(received).toEqual(Array.from({ length: 16 }, (_, i) => String(i)));
    expect(net.device.lost).toBe(0);
  });

  test('started again it takes the buffer that was posted before for its own', () => {
    const net = setup();
    net.service.ask(net.bob, 'bind', 80);
    const again = start(networkService, { device: net.device });
    again.ask(net.bob, 'bind', 80);
    again.ask(net.alice, 'sendTo', 80, net.alice.text(BASE, 'again'), 5);
    net.device.arrive();
    expect(again.ask(net.bob, 'receiveFrom', 80, BASE, 9)).toBe(5);
  });

  test('a wild store that hides which buffer was posted: the datagrams behind it still arrive', () => {
    const net = setup();
    net.service.ask(net.bob, 'bind', 80);
    net.send(80, 'hidden');
    net.service.memory.bytes.fill(0xff, 8, 12);
    net.receive(net.bob, 80);
    net.send(80, 'found');
    expect(net.receive(net.bob, 80)).toBe('found');
  });

  test('a device that fails is EIO', () => {
    const net = setup();
    net.device.broken = true;
    expect(net.send(80, 'x')).toBe(-Errno.EIO);
    const stuck: TestDevice = { load: () => DeviceStatus.busy, store: () => {}, wait: () => {} };
    const service = start(networkService, { device: stuck });
    expect(service.ask(net.alice, 'sendTo', 80, BASE, 1)).toBe(-Errno.EIO);
  });

  test('a frame that is none of its own is dropped', () => {
    const net = setup();
    net.service.ask(net.bob, 'bind', 80);
    net.send(80, 'good');
    net.device.arrive();
    const slots = 4096;
    net.service.memory.bytes.fill(0xff, slots + 4, slots + 8);
    expect(net.receive(net.bob, 80)).toBe(-Errno.EAGAIN);
  });
});

describe('memory', () => {
  const frames = [40, 41, 50, 51];
  const client = new TestClient(1);

  test('hands out each frame of its pool once, until it is given back', () => {
    const pager = start(memoryService, { frames });
    const taken = [1, 2, 3, 4].map(() => pager.ask(client, 'take'));
    expect(taken).toEqual(frames);
    expect(pager.ask(client, 'take')).toBe(0);
    expect(pager.ask(client, 'give', 50)).toBe(0);
    expect(pager.ask(client, 'take')).toBe(50);
  });

  test('takes back only what is out', () => {
    const pager = start(memoryService, { frames });
    pager.ask(client, 'take');
    expect(pager.ask(client, 'give', 41)).toBe(-Errno.EINVAL);
    expect(pager.ask(client, 'give', 45)).toBe(-Errno.EINVAL);
    expect(pager.ask(client, 'give', 40)).toBe(0);
    expect(pager.ask(client, 'give', 40)).toBe(-Errno.EINVAL);
  });

  test('never has a frame out twice, whatever is asked', () => {
    const step = fc.option(fc.nat(60), { nil: undefined });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const pager = start(memoryService, { frames });
        const out = new Set<number>();
        for (const frame of steps) {
          if (frame === undefined) {
            const taken = pager.ask(client, 'take');
            expect(out.has(taken)).toBe(false);
            expect(taken === 0).toBe(out.size === frames.length);
            if (taken !== 0) out.add(taken);
          } else expect(pager.ask(client, 'give', frame) === 0).toBe(out.delete(frame));
        }
      }),
    );
  });

  test('a larger pool than it can keep track of: the rest stays unused', () => {
    const pager = start(memoryService, { frames: Array.from({ length: 9000 }, (_, i) => i + 1) });
    expect(pager.ask(client, 'give', 9000)).toBe(-Errno.EINVAL);
  });

  test('without frames there is none', () => {
    expect(start(memoryService).ask(client, 'take')).toBe(0);
  });
});
