/** Reads a kernel's tree of modules, from whatever stands in its folder. */
import { basename, resolve } from 'node:path';
import { BadTree } from '../bad-tree.ts';
import type { ModuleTree } from '../tree.ts';
import { moduleFiles } from './folder.ts';
import { treeFromElf } from './from-elf.ts';
import { treeFromTables } from './from-tables.ts';

/** @param folder such as `/lib/modules/6.1.0-56-amd64` @throws BadTree with a sentence for whoever gave it */
export const readModuleTree = async (folder: string): Promise<ModuleTree> => {
  const label = basename(resolve(folder));
  const files = moduleFiles(folder);
  if (files.length > 0) return treeFromElf(folder, label, files);
  const tree = treeFromTables(folder, label);
  if (tree !== undefined && tree.modules.length > 0) return tree;
  throw new BadTree(
    `${folder}: no modules in it: expected files that end in .ko, .ko.gz, .ko.xz or .ko.zst, or a modules.dep; give the folder of a kernel, such as /lib/modules/6.1.0-56-amd64.`,
  );
};
