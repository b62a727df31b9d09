/**
 * The textbook's sentences on loadable kernel modules. What it says of its example systems is checked on the tree of a
 * real Linux where that can tell; of systems that are not here it is said that it was not judged.
 */
import type { Claim } from './claim.ts';
import { TEXTBOOK } from './textbook.ts';

const {
  definition: [piece = '', extend = '', easier = ''],
  use: [drivers = '', filesystems = '', protocols = '', security = ''],
  example: [graphics = '', overlays = '', tables = '', zfs = '', windows = ''],
} = TEXTBOOK.modules;

/** What can make a run come out the other way in which a module is to extend a kernel. */
const REVERSED =
  'a hook that init forgets, or exit leaves behind; a device that somebody else drives; code that is mapped too late, or stays';
/** The same of a fact of a tree. */
const BUILT_OTHERWISE = 'another configuration, in which it is a part of the kernel, or left out';

const runs = (what: string): string =>
  `For each ${what} that there is, in one run: nobody answers, it is loaded, it does what its code says, it is unloaded, nobody answers; in the kernel and in a process.`;

export const MODULE_CLAIMS: readonly Claim[] = [
  {
    id: 'modules/loaded-at-runtime',
    about: 'modules',
    side: 'definition',
    quote: piece,
    tag: 'by definition',
    checked: 'A module is a file of sections that the boot of the kernel does not touch.',
    check: {
      kind: 'definition',
      says: 'At boot no text of a module is mapped: its sections get frames when it is loaded, and are executable when they are filled.',
    },
    counter: {
      wanted:
        'Not always into the kernel: a microkernel loads it into a process. Whatever goes wrong there, tasks that do not use the module end as they would have, and who does is told an error.',
      check: { kind: 'contained', architecture: 'microkernel', of: 'modules' },
    },
  },
  {
    id: 'modules/without-rebooting',
    about: 'modules',
    side: 'definition',
    quote: extend,
    tag: 'empirical',
    checked:
      'In one run, without a boot, what is asked of a module is answered by nobody before it is loaded, as its code says while it is there, and by nobody when it is unloaded.',
    check: { kind: 'extends', architectures: ['monolithic', 'microkernel'] },
    reversedBy: REVERSED,
    counter: {
      wanted:
        'Where modules run in the kernel, a fault of one in its init, in its exit or in its service ends the whole system: then it has to be rebooted.',
      check: { kind: 'fatal', architecture: 'monolithic', of: 'modules' },
    },
  },
  {
    id: 'modules/easier-to-add',
    about: 'modules',
    side: 'definition',
    quote: easier,
    tag: 'by definition',
    checked:
      'A driver that is a module makes fewer lines link and boot again than one that is linked into the monolithic kernel.',
    check: { kind: 'rebuilt', architecture: 'monolithic' },
    counter: {
      wanted: 'The kernel itself grows: it has a loader, which is needed before anything is added.',
      check: {
        kind: 'definition',
        says: 'The loader runs in supervisor mode in every kernel that has the calls on modules; its lines count as trusted. Whether that is easier for a person is not measured.',
      },
    },
  },
  {
    id: 'modules/device-drivers',
    about: 'modules',
    side: 'use',
    quote: drivers,
    tag: 'empirical',
    checked: runs('driver'),
    check: { kind: 'use', use: 'device drivers' },
    reversedBy: REVERSED,
  },
  {
    id: 'modules/filesystems',
    about: 'modules',
    side: 'use',
    quote: filesystems,
    tag: 'empirical',
    checked: runs('file system'),
    check: { kind: 'use', use: 'file systems' },
    reversedBy: REVERSED,
    counter: {
      wanted:
        'Of its three examples Debian’s Linux 6.1 has ext4 and XFS as modules, and none for NTFS.',
      check: {
        kind: 'tree',
        modules: ['ntfs', 'ntfs3'],
        trait: 'lacks',
        though: ['ext4', 'xfs'],
      },
    },
  },
  {
    id: 'modules/network-protocols',
    about: 'modules',
    side: 'use',
    quote: protocols,
    tag: 'empirical',
    checked: runs('protocol or filter'),
    check: { kind: 'use', use: 'network protocols' },
    reversedBy: REVERSED,
  },
  {
    id: 'modules/security-modules',
    about: 'modules',
    side: 'use',
    quote: security,
    tag: 'empirical',
    checked: runs('security module'),
    check: { kind: 'use', use: 'security modules' },
    reversedBy: REVERSED,
    counter: {
      wanted:
        'Not on Linux: SELinux and AppArmor are parts of the kernel itself, and cannot be loaded. Debian’s Linux 6.1 has neither among its modules.',
      check: { kind: 'tree', modules: ['selinux', 'apparmor'], trait: 'lacks' },
    },
  },
  {
    id: 'modules/graphics-drivers',
    about: 'modules',
    side: 'example',
    quote: graphics,
    tag: 'empirical',
    checked:
      'Debian’s Linux 6.1 has the drivers of AMD and NVIDIA cards that Linux itself brings as modules, which the loader here loads and unloads.',
    check: { kind: 'tree', modules: ['amdgpu', 'radeon', 'nouveau'], trait: 'comes and goes' },
    reversedBy: BUILT_OTHERWISE,
    counter: {
      wanted: 'The one that NVIDIA distributes is not in it: it comes on its own, for each kernel.',
      check: { kind: 'tree', modules: ['nvidia', 'nvidia_drm'], trait: 'lacks' },
    },
  },
  {
    id: 'modules/overlayfs',
    about: 'modules',
    side: 'example',
    quote: overlays,
    tag: 'empirical',
    checked:
      'Debian’s Linux 6.1 has overlayfs as a module, which the loader here loads and unloads.',
    check: { kind: 'tree', modules: ['overlay'], trait: 'comes and goes' },
    reversedBy: BUILT_OTHERWISE,
    counter: {
      wanted: 'Of aufs it does not hold there: Linux never took it in.',
      check: { kind: 'tree', modules: ['aufs'], trait: 'lacks' },
    },
  },
  {
    id: 'modules/ip-tables',
    about: 'modules',
    side: 'example',
    quote: tables,
    tag: 'empirical',
    checked:
      'Debian’s Linux 6.1 has ip_tables as a module, which the loader here loads and unloads with what it needs.',
    check: { kind: 'tree', modules: ['ip_tables'], trait: 'comes and goes' },
    reversedBy: BUILT_OTHERWISE,
    counter: {
      wanted: 'Not while a table is there: iptable_filter imports from it, and keeps it.',
      check: { kind: 'tree', modules: ['ip_tables', 'iptable_filter'], trait: 'stays while used' },
    },
  },
  {
    id: 'modules/zfs',
    about: 'modules',
    side: 'example',
    quote: zfs,
    tag: 'by definition',
    checked: 'A fact about FreeBSD: there is nothing of it here to look at.',
    check: {
      kind: 'definition',
      says: 'Not judged. FreeBSD’s rules for modules (kld) are data here, and judged with them: what is loaded twice is counted.',
    },
  },
  {
    id: 'modules/windows-drivers',
    about: 'modules',
    side: 'example',
    quote: windows,
    tag: 'by definition',
    checked: 'A fact about Windows: there is nothing of it here to look at.',
    check: { kind: 'definition', says: 'Not judged.' },
  },
];
