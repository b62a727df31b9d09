/**
 * A service as a process: a task with its own address space, that runs in user mode and reaches its segment, its text
 * and the registers of its devices, nothing else. Its driver's device is confined to the same pages by the IOMMU.
 *
 * Its records are made at boot; its tables when it is asked for the first time, and again after a crash.
 */
import { DEVICE_WINDOW, Device, deviceFrame, IommuRegister } from '../../../spec/devices.ts';
import { SERVICE_TID, serviceSegment, serviceText } from '../../../spec/layout.ts';
import { PAGE_SIZE, Pte, pte, rootOf, satp, WORDS_PER_FRAME, wordIn } from '../../../spec/riscv.ts';
import { allHarts } from '../../core/fences.ts';
import { Control, SPACES, SpaceWord, TASKS, TaskWord } from '../../core/layout.ts';
import { allocateRecord, get, set } from '../../core/tables.ts';
import type { Link, Linked, Process } from '../linkage.ts';
import { poolOf } from '../pool.ts';
import { DEVICE_PAGE } from './layout.ts';
import { routineOf } from './program.ts';

const { V, R, W, X, U } = Pte;

/** Its records, at boot: the first frames of the tables have room for them. */
export const createProcess = ({ k }: Link, linked: Linked, process: Process): void => {
  const space = allocateRecord(k, SPACES);
  const task = allocateRecord(k, TASKS);
  process.task = task;
  set(k, space, SpaceWord.satp, satp(process.root, k.routines.allocateAsid(k)));
  set(k, space, SpaceWord.leaf, process.userLeaf);
  set(k, space, SpaceWord.tasks, 1);
  set(k, space, SpaceWord.id, wordIn(k.control, Control.nextSpace));
  k.control[Control.nextSpace] = wordIn(k.control, Control.nextSpace) + 1;
  set(k, task, TaskWord.tid, SERVICE_TID + linked.index);
  set(k, task, TaskWord.space, space);
  set(k, task, TaskWord.blocked, 1);
};

/** The service of a task; nothing: it is a task of a program. */
export const serviceOf = ({ k, services }: Link, task: number): Linked | undefined => {
  const tid = get(k, task, TaskWord.tid);
  return tid >= SERVICE_TID ? services[tid - SERVICE_TID] : undefined;
};

/** It begins at its first instruction with its segment full of zeros; what it did before is forgotten. */
export const startProcess = (link: Link, linked: Linked, process: Process): void => {
  const { k } = link;
  const { task } = process;
  if (linked.entry === 0) linked.entry = install(link, linked);
  for (const frame of linked.segment) k.routines.zeroFrame(k, frame);
  link.processes.layOut(link, linked, process);
  link.processes.confineDevices(link, linked, process);
  for (let word = 0; word < 32; word++) set(k, task, TaskWord.context + word, 0);
  set(k, task, TaskWord.context, linked.entry);
  set(k, task, TaskWord.thread, 0);
  process.alive = true;
  makeReady(link, process);
};

const install = (link: Link, linked: Linked): number => {
  const routine = routineOf(linked, poolOf(link));
  const { service, text, index } = linked;
  return serviceText(index) + link.k.machine.installUser(service.name, routine, text, linked.index);
};

/** Its tables. No TLB holds anything of it that would not be the same now, but to be sure all forget. */
export const layOut = ({ k }: Link, linked: Linked, process: Process): void => {
  const root = k.machine.frame(process.root);
  root.set(k.machine.frame(wordIn(k.control, Control.kernelRoot)));
  root[0] = pte(process.userLeaf, V);
  root[serviceSegment(linked.index) >>> 22] = pte(linked.leaf, V);
  const table = k.machine.frame(linked.leaf);
  for (const [page, frame] of linked.segment.entries()) table[page] = pte(frame, V | R | W | U);
  for (const name of linked.service.devices) {
    table[DEVICE_PAGE + Device[name]] = pte(deviceFrame(Device[name]), V | R | W | U);
  }
  table[WORDS_PER_FRAME - 1] = pte(linked.text, V | R | X | U);
  const space = get(k, process.task, TaskWord.space);
  set(k, space, SpaceWord.stale, allHarts(k));
};

const IOMMU = DEVICE_WINDOW + Device.iommu * PAGE_SIZE;

/** Its devices reach what the process reaches, by the same addresses. */
export const confineDevices = ({ k, hart }: Link, { service }: Linked, process: Process): void => {
  const root = rootOf(get(k, get(k, process.task, TaskWord.space), SpaceWord.satp));
  for (const name of service.devices) {
    const device = Device[name];
    hart.store(IOMMU + IommuRegister.root + 4 * device, root);
    const control = hart.load(IOMMU + IommuRegister.control);
    hart.store(IOMMU + IommuRegister.control, control | (1 << device));
    hart.store(IOMMU + IommuRegister.invalidate, 1);
  }
};

const makeReady = ({ k }: Link, { task }: Process): void => {
  set(k, task, TaskWord.blocked, 0);
  k.routines.enqueue(k, task);
};
