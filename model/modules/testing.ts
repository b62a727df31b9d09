/** Small modules for tests. */
import { LINUX_POLICY, type ModuleFacts, type ModuleSettings } from '../../spec/modules.ts';

export const moduleNamed = (name: string, over: Partial<ModuleFacts> = {}): ModuleFacts => ({
  name,
  licence: 'GPL',
  vermagic: '6.1',
  exports: [{ name: `${name}_do`, gplOnly: false }],
  imports: [],
  pages: { text: 1, rodata: 1, data: 1, init: 1 },
  writableText: false,
  exit: true,
  init: 0,
  signature: 'valid',
  ...over,
});

/** It imports what these export. */
export const importing = (...owners: readonly string[]): Pick<ModuleFacts, 'imports'> => ({
  imports: owners.map((owner) => ({ name: `${owner}_do` })),
});

export const settingsWith = (over: Partial<ModuleSettings> = {}): ModuleSettings => ({
  policy: LINUX_POLICY,
  vermagic: '6.1',
  enforceSignatures: false,
  disabled: false,
  blacklist: [],
  kernelExports: [],
  ...over,
});
