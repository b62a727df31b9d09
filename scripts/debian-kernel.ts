/**
 * The modules of a real kernel and the tools that know them, from Debian’s packages: unpacked in a temporary folder,
 * nothing is installed. The kernel whose facts ship, or, once Debian has dropped it, the newest.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMBEDDED_KERNEL } from '../trees/embedded/index.ts';

export interface DebianKernel {
  readonly version: string;
  /** Holds `lib/modules/<version>`; what depmod and modprobe take with -b and -d. */
  readonly base: string;
  /** The folder of the tree. */
  readonly modules: string;
  /** Runs kmod under one of its names. @returns what it printed */
  readonly kmod: (tool: 'depmod' | 'modprobe', args: readonly string[]) => Promise<string>;
  readonly remove: () => void;
}

/** Debian’s packages cannot be had here. */
export class NoPackages extends Error {}

export const debianKernel = (): DebianKernel => {
  const folder = mkdtempSync(join(tmpdir(), 'kernelcheck-debian-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    return unpacked(folder, remove);
  } catch (error) {
    remove();
    throw error;
  }
};

const unpacked = (folder: string, remove: () => void): DebianKernel => {
  const image = downloaded(folder, [`linux-image-${EMBEDDED_KERNEL}`, newestImage]);
  unpack(folder, image, 'kernel');
  for (const name of ['kmod', 'libkmod2']) unpack(folder, downloaded(folder, [name]), 'tools');
  const base = join(folder, 'kernel');
  const [version] = readdirSync(join(base, 'lib/modules'));
  if (version === undefined) throw new NoPackages(`${image} holds no modules`);
  const libraries = readdirSync(join(folder, 'tools/lib')).map((name) =>
    join(folder, 'tools/lib', name),
  );
  const env = { ...process.env, LD_LIBRARY_PATH: libraries.join(':') };
  const path = join(folder, 'tools/bin/kmod');
  const kmod: DebianKernel['kmod'] = (tool, args) =>
    new Promise((resolve, reject) => {
      const child = spawn(path, args, { argv0: tool, env });
      const [out, err] = [[] as Buffer[], [] as Buffer[]];
      child.stdout.on('data', (piece) => out.push(piece));
      child.stderr.on('data', (piece) => err.push(piece));
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0) resolve(Buffer.concat(out).toString());
        else reject(new Error(`${tool} ${args.join(' ')}: ${Buffer.concat(err)}`));
      });
    });
  return { version, base, modules: join(base, 'lib/modules', version), kmod, remove };
};

type Candidate = string | (() => string | undefined);

/** @returns the file of the first package that there is; lists are fetched if none is known */
const downloaded = (folder: string, candidates: readonly Candidate[]): string => {
  for (const fresh of [false, true]) {
    if (fresh) apt('apt-get', folder, ['update']);
    for (const candidate of candidates) {
      const name = typeof candidate === 'string' ? candidate : candidate();
      if (name === undefined) continue;
      if (apt('apt-get', folder, ['download', name]).status !== 0) continue;
      const file = readdirSync(folder).find((one) => one.startsWith(`${name}_`));
      if (file !== undefined) return file;
    }
  }
  const names = candidates.filter((one) => typeof one === 'string');
  throw new NoPackages(`apt-get finds no package ${names.join(', ')} of Debian here`);
};

const newestImage = (): string | undefined => {
  const { stdout } = apt('apt-cache', '.', ['depends', 'linux-image-amd64']);
  return /Depends: (linux-image-[\w.-]+)/.exec(stdout)?.[1];
};

const apt = (tool: string, cwd: string, args: readonly string[]) =>
  spawnSync(tool, args, { cwd, encoding: 'utf8', timeout: 240_000 });

const unpack = (folder: string, file: string, into: string): void => {
  const { status, stderr, error } = spawnSync('dpkg', ['-x', file, into], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new NoPackages(`${file}: ${error?.message ?? stderr}`);
};
