/** The files of a tree's folder. */
import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BadTree } from '../bad-tree.ts';
import { isModuleFile } from '../names.ts';

/** Links to the kernel's sources, which hold other modules: depmod passes them over too. */
const PASSED_OVER = new Set(['build', 'source']);

/** Paths of modules from the root, in a fixed order. Links are followed, each folder once. */
export const moduleFiles = (root: string): string[] => {
  const [files, seen] = [[] as string[], new Set<string>()];
  const visit = (folder: string): void => {
    const path = join(root, folder);
    const entries = orBadTree(path, () => readdirSync(path, { withFileTypes: true }));
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const inside = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const kind = kindOf(join(root, inside), entry);
      if (kind === 'file' && isModuleFile(entry.name)) files.push(inside);
      if (kind !== 'folder' || PASSED_OVER.has(entry.name)) continue;
      if (entry.isSymbolicLink() && !isNew(join(root, inside), seen)) continue;
      visit(inside);
    }
  };
  isNew(root, seen);
  visit('');
  return files;
};

const isNew = (path: string, seen: Set<string>): boolean => {
  const real = orBadTree(path, () => realpathSync(path));
  const before = seen.size;
  return seen.add(real).size > before;
};

const kindOf = (path: string, entry: Dirent): 'file' | 'folder' | 'other' => {
  const kind = entry.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : entry;
  if (kind?.isFile()) return 'file';
  return kind?.isDirectory() ? 'folder' : 'other';
};

/** The text of a table beside the modules; nothing if there is none. */
export const tableText = (root: string, name: string): string | undefined => {
  const path = join(root, name);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  return orBadTree(path, () => readFileSync(path, 'utf8'));
};

export const orBadTree = <Value>(path: string, work: () => Value): Value => {
  try {
    return work();
  } catch (error) {
    if (error instanceof BadTree) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new BadTree(`${path}: it cannot be read (${REASONS[code] ?? code}).`);
  }
};

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'it is a file; the folder of a tree is wanted, such as /lib/modules/6.1.0-56-amd64',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ELOOP: 'its links go round in a circle',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
  ERR_STRING_TOO_LONG: 'it is larger than any table of modules',
};
