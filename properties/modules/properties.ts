/** What must hold of a loader, and what a run must have done for it to mean something. */
export interface ModuleProperty {
  readonly id: ModulePropertyId;
  readonly statement: string;
  readonly source: string;
  /** Answers that the run must have had, of these operations: see `Tally`. */
  readonly exercise: readonly string[];
  /** It has a judge of its own, which runs the loader on its own account: trust.ts, order.ts. */
  readonly apart?: true;
}

export type ModulePropertyId =
  | 'modules/answers'
  | 'modules/list'
  | 'modules/calls'
  | 'modules/registrations'
  | 'modules/restored'
  | 'modules/nothing-outlives'
  | 'modules/write-xor-execute'
  | 'modules/no-device-activity-outlives'
  | 'modules/files-are-files'
  | 'modules/union-as-overlayfs'
  | 'modules/union-merges'
  | 'modules/lower-never-changes'
  | 'modules/copy-up-complete'
  | 'modules/both-must-allow'
  | 'modules/setuid-untrusted'
  | 'modules/mounted-stays'
  | 'modules/first-verdict'
  | 'modules/table-replaced-atomically'
  | 'modules/match-stays'
  | 'modules/only-what-was-given'
  | 'modules/first-refusal-wins'
  | 'modules/every-request-guarded'
  | 'modules/order-tells-only-the-errno'
  | 'modules/counts-never-wrap'
  | 'modules/only-trusted-code'
  | 'modules/order-independence'
  | 'modules/kernel-stays-up';

const linux = 'Linux, kernel/module/main.c';

/** Of worlds with devices: properties/modules/devices. */
export const DEVICE_PROPERTIES: readonly ModuleProperty[] = [
  {
    id: 'modules/no-device-activity-outlives',
    statement:
      'A device moves only data of the module that drives it and has given the command; once that is gone, nothing is moved, and its interrupt routine is not called.',
    source:
      'Linux, Documentation/PCI/pci.rst, “Device driver shutdown steps”: stop the device and its DMA, then free what it uses',
    exercise: [
      'exit while the disk is at work',
      'exit while the network is at work',
      'exit while the framebuffer is at work',
      'disk into RAM',
      'disk out of RAM',
      'network into RAM',
      'network out of RAM',
      'framebuffer out of RAM',
      'interrupt routine called',
    ],
  },
  {
    id: 'modules/calls',
    statement:
      'A driver does what it is asked by those who may ask it: what was written is read back, what was sent arrives, what was drawn is shown.',
    source: 'Linux, Documentation/driver-api; CVE-2021-21551: who may ask is the driver’s to check',
    exercise: [
      'ask result',
      'use result',
      'ask ENODEV',
      'ask EBADF',
      'ask EACCES',
      'ask EAGAIN',
      'ask EINVAL',
      'ask ENOTTY',
      'ask EMFILE',
    ],
  },
  {
    id: 'modules/answers',
    statement: 'A device has one driver: a second one is refused when it is initialised.',
    source: 'Linux, request_irq: EBUSY unless both share the line',
    exercise: ['init 0', 'init failed', 'unload 0', 'exit 0'],
  },
];

export const LOADER_PROPERTIES: readonly ModuleProperty[] = [
  {
    id: 'modules/answers',
    statement:
      'Every operation on modules is answered as the policy says, by the first refusal that applies.',
    source: linux,
    exercise: [
      'load 0',
      'load EEXIST',
      'load ENOENT',
      'load EBUSY',
      'prepare 0',
      'form 0',
      'form ENOENT',
      'init EINVAL',
      'unload 0',
      'unload EAGAIN',
    ],
  },
  {
    id: 'modules/list',
    statement:
      'Which modules are there, in which state, with how many references, and what the kernel has warned of, is what was done and not undone.',
    source: `${linux}: one edge and one reference for each pair`,
    exercise: ['load 0', 'get 0', 'put 0', 'exit 0'],
  },
  {
    id: 'modules/calls',
    statement: 'A call of a module runs that module, with data that was fresh when it was loaded.',
    source: linux,
    exercise: ['use result', 'load again'],
  },
  {
    id: 'modules/registrations',
    statement:
      'Hooks, timers and interrupts are those of modules that are there, in their order: none outlives its module.',
    source:
      'Linux, include/linux/netfilter.h, kernel/time/timer.c: del_timer_sync before a module goes',
    exercise: ['init 0', 'exit 0', 'ask result', 'tick result'],
  },
  {
    id: 'modules/restored',
    statement: 'When all that was loaded is unloaded, the very same frames are free as before.',
    source: `${linux}: free_module`,
    exercise: ['exit 0', 'init failed', 'nothing left'],
  },
  {
    id: 'modules/nothing-outlives',
    statement:
      'Exactly the pages of the modules that are there are mapped, those of init only until it has run, and none of them is free.',
    source: `${linux}: do_free_init`,
    exercise: ['exit 0', 'init 0'],
  },
  {
    id: 'modules/write-xor-execute',
    statement:
      'No translation of any live table or TLB makes a frame executable while another makes it writable, the kernel’s own direct map aside so long as nothing in it can be executed.',
    source: 'Linux, kernel/module/strict_rwx.c; RISC-V Privileged, 4.3.2',
    exercise: ['load 0', 'init 0'],
  },
  {
    id: 'modules/counts-never-wrap',
    statement:
      'A count of references that has come to its limit stays there, so that however often a module is held, it does not go under its users.',
    source: 'Linux, include/linux/refcount.h: REFCOUNT_SATURATED',
    exercise: ['count saturated', 'count below zero'],
  },
  {
    id: 'modules/only-trusted-code',
    statement:
      'Where signatures are enforced, no code runs whose file none of the kernel’s keys has signed as it is.',
    source: 'Linux, kernel/module/signing.c: module_sig_check',
    exercise: ['load EKEYREJECTED', 'init 0'],
    apart: true,
  },
  {
    id: 'modules/order-independence',
    statement:
      'The same loads in any order that respects dependencies lead to the same abstract state, addresses and the documented order of hooks aside.',
    source: `${linux}: load_module`,
    exercise: ['load 0', 'init 0'],
    apart: true,
  },
  {
    id: 'modules/kernel-stays-up',
    statement: 'No operation on modules stops the kernel.',
    source: linux,
    exercise: ['use result', 'unload 0'],
  },
];

/** Those that a run has judged and put to the test. */
export const testedBy = (tally: ReadonlyMap<string, number>): readonly ModuleProperty[] =>
  LOADER_PROPERTIES.filter(
    ({ apart, exercise }) => !apart && exercise.every((what) => (tally.get(what) ?? 0) > 0),
  );
