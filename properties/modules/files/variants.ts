/** File systems that are right, and make other choices than the reference. */
import { entriesOf } from '../../../kernels/modules/programs/ramfs/directories.ts';
import { ramfsRoutines, ramfsWith } from '../../../kernels/modules/programs/ramfs/index.ts';
import { InEntry, placeAt, read, write } from '../../../kernels/modules/programs/ramfs/layout.ts';
import { unionfsWith, unionRoutines } from '../../../kernels/modules/programs/unionfs/index.ts';
import { askUpper } from '../../../kernels/modules/programs/unionfs/layers.ts';
import {
  BUFFER,
  placeAt as bufferAt,
  read as readBuffer,
} from '../../../kernels/modules/programs/unionfs/layout.ts';
import { openFileHow } from '../../../spec/module-files.ts';
import type { ModuleVariant } from '../variants.ts';

export const FILE_VARIANTS: readonly ModuleVariant[] = [
  {
    id: 'highest-inode-first',
    description: 'Of inodes and entries that are free the last one is taken.',
    programs: {
      ramfs: ramfsWith({
        freePlace: (disk, table) => {
          for (let index = table.places - 1; index >= 0; index--) {
            const at = placeAt(disk, table, index);
            if (read(disk, at) === 0) return at;
          }
          return 0;
        },
      }),
    },
  },
  {
    id: 'directories-sorted',
    description: 'Entries of a directory lie in the order of their names.',
    programs: {
      ramfs: ramfsWith({
        chain: (disk, directory, entry) => {
          const name = read(disk, entry, InEntry.name);
          const before = [...entriesOf(disk, directory)]
            .filter((one) => read(disk, one, InEntry.name) < name)
            .at(-1);
          if (before === undefined) return ramfsRoutines.chain(disk, directory, entry);
          write(disk, entry, InEntry.next, read(disk, before, InEntry.next));
          write(disk, before, InEntry.next, entry);
        },
      }),
    },
  },
  {
    id: 'words-copied-backwards',
    description: 'A file is copied up from its last word to its first.',
    programs: {
      unionfs: unionfsWith({
        *copyWords(union, mounted, number, words) {
          for (let word = words - 1; word >= 0; word--) {
            const value = readBuffer(union, bufferAt(union, BUFFER, word));
            if (value === 0) continue;
            const how = openFileHow(number, word);
            const written = yield* askUpper(union, mounted, 'write', how, value);
            if (written < 0) return written;
          }
          return 0;
        },
      }),
    },
  },
  {
    id: 'mode-before-words',
    description: 'Where the mounter is the superuser a copy has its mode before it has its words.',
    programs: {
      unionfs: unionfsWith({
        *copyOwner(union, mounted, path, stat) {
          const given = yield* unionRoutines.copyOwner(union, mounted, path, stat);
          if (given < 0 || mounted.mounter !== 0) return given;
          const mode = union.routines.copiedMode(mounted, stat);
          return yield* askUpper(union, mounted, 'chmod', mode, path);
        },
      }),
    },
  },
  {
    id: 'owner-always-set',
    description: 'A copy is given to its owner also where it is his already.',
    programs: {
      unionfs: unionfsWith({
        copyOwner: (union, mounted, path, { owner }) =>
          askUpper(union, mounted, 'chown', owner, path),
      }),
    },
  },
];
