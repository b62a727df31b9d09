/**
 * The driver of the disk: a buffer of one sector, which the disk reads and writes by DMA. A command cannot be given up:
 * exit waits for it, so a disk that is stuck keeps its driver GOING.
 */
import { DeviceStatus, DiskCommand, DiskRegister, SECTOR_SIZE } from '../../../spec/devices.ts';
import { Access, DEVICE_FACTS, DiskRequest, MAX_VALUE } from '../../../spec/drivers.ts';
import { Errno } from '../../../spec/errno.ts';
import type { Place } from '../program.ts';
import {
  allows,
  close,
  type Driver,
  DriverWord,
  driverProgram,
  isUnderWay,
  open,
  register,
  setRegister,
  setWord,
  wordOf,
} from './driver.ts';

const SECTOR_WORDS = SECTOR_SIZE / 4;

const start = (place: Place, command: number, sector: number): number => {
  if (sector >= register(place, DiskRegister.sectors)) return -Errno.EINVAL;
  setRegister(place, DiskRegister.sector, sector);
  setRegister(place, DiskRegister.address, wordOf(place, DriverWord.dma));
  setWord(place, DriverWord.underWay, 1);
  setRegister(place, DiskRegister.command, command);
  return 0;
};

export const diskDriver: Driver = {
  device: 'disk',
  buffer: 2048,
  needs: {
    [DiskRequest.get]: Access.read,
    [DiskRequest.set]: Access.write,
    [DiskRequest.read]: Access.read,
    [DiskRequest.write]: Access.write,
  },
  fact: (place, which) => {
    if (which >= DEVICE_FACTS.disk.length) return -Errno.EINVAL;
    return which === 0 ? register(place, DiskRegister.sectors) : SECTOR_WORDS;
  },
  allows,
  open,
  close,
  begin: () => {},
  *end(_, place) {
    while (register(place, DiskRegister.status) === DeviceStatus.busy) yield undefined;
    return 0;
  },
  completed: (place) => {
    const status = register(place, DiskRegister.status);
    if (status === DeviceStatus.busy) return;
    setWord(place, DriverWord.underWay, 0);
    setWord(place, DriverWord.failed, status === DeviceStatus.error ? 1 : 0);
  },
  isUnderWay,
  waits: (driver, place) => driver.isUnderWay(driver, place),
  carryOut: (driver, place, what, operand, argument) => {
    if (driver.isUnderWay(driver, place)) return -Errno.EAGAIN;
    if (what === DiskRequest.read) return start(place, DiskCommand.read, operand);
    if (what === DiskRequest.write) return start(place, DiskCommand.write, operand);
    if (operand >= SECTOR_WORDS) return -Errno.EINVAL;
    const at = driver.buffer + 4 * operand;
    if (what === DiskRequest.get) return wordOf(place, at);
    if (argument > MAX_VALUE) return -Errno.EINVAL;
    setWord(place, at, argument);
    return 0;
  },
};

export const diskDriverProgram = driverProgram(diskDriver);
