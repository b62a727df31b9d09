/** A buffer, and sectors that it is read from and written to. The disk keeps what was written, whoever drives it. */
import { DISK_SECTORS, SECTOR_SIZE } from '../../../spec/devices.ts';
import { DiskRequest, MAX_VALUE } from '../../../spec/drivers.ts';
import { Errno } from '../../../spec/errno.ts';
import { type Answers, type DriverModel, driverBehaviour, onceIdle, only } from './driver.ts';

const WORDS = SECTOR_SIZE / 4;
const { get, set, read, write } = DiskRequest;

type Sector = readonly number[];
const ZEROS: Sector = Array.from({ length: WORDS }, () => 0);

interface DiskState {
  readonly buffer: Sector;
  /** Those that were written. */
  readonly sectors: ReadonlyMap<number, Sector>;
  readonly command?: { readonly kind: 'read' | 'write'; readonly sector: number };
}

const completed = ({ buffer, sectors, command }: DiskState): DiskState => {
  if (!command) return { buffer, sectors };
  return command.kind === 'read'
    ? { sectors, buffer: sectors.get(command.sector) ?? ZEROS }
    : { buffer, sectors: new Map(sectors).set(command.sector, buffer) };
};

const idleRequest = (
  own: DiskState,
  what: number,
  operand: number,
  argument: number,
): Answers<DiskState> => {
  if (what === read || what === write) {
    if (operand >= DISK_SECTORS) return only(own, -Errno.EINVAL);
    const kind = what === read ? 'read' : 'write';
    return only({ ...own, command: { kind, sector: operand } }, 0);
  }
  const word = own.buffer[operand];
  if (word === undefined) return only(own, -Errno.EINVAL);
  if (what === get) return only(own, word);
  if (argument > MAX_VALUE) return only(own, -Errno.EINVAL);
  return only({ ...own, buffer: own.buffer.with(operand, argument) }, 0);
};

const model: DriverModel<DiskState> = {
  device: 'disk',
  initial: { buffer: ZEROS, sectors: new Map() },
  facts: [DISK_SECTORS, WORDS],
  reads: [get, read],
  writes: [set, write],
  isUnderWay: ({ command }) => command !== undefined,
  completed,
  waited: completed,
  request: (own, what, operand, argument) =>
    onceIdle(model, own, (idle) => idleRequest(idle, what, operand, argument)),
  /** It cannot be given up: what was under way has been done. */
  leave: (own) => completed(own).sectors,
  find: (own, left) => ({ ...own, sectors: left as DiskState['sectors'] }),
};

export const diskDriver = () => driverBehaviour(model);
