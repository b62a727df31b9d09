/** Names of modules: `snd-hda-intel.ko.xz`, `snd-hda-intel` and `snd_hda_intel` are one and the same. */

const SUFFIX = /\.ko(\.gz|\.xz|\.zst)?$/;

export const isModuleFile = (path: string): boolean => SUFFIX.test(path);

/** @param text a name, a path or a file's name */
export const moduleName = (text: string): string =>
  underscored(text.slice(text.lastIndexOf('/') + 1).replace(SUFFIX, ''));

/** As kmod compares names and aliases; what stands in brackets is a pattern's and stays. */
export const underscored = (text: string): string =>
  text.includes('[')
    ? text.replace(/\[[^\]]*\]|-/g, (found) => (found === '-' ? '_' : found))
    : text.replaceAll('-', '_');

/** Without compression's ending: as `modules.order` has it. */
export const plainPath = (path: string): string => path.replace(/\.ko\.(gz|xz|zst)$/, '.ko');
