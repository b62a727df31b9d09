/**
 * The loadable modules of a workload: a few small files that import from each other, what the kernel insists on, and what
 * goes wrong. A module imports from those before it, so most loads succeed in some order.
 */
import fc from 'fast-check';
import { Errno } from '../../../spec/errno.ts';
import type { ModuleFacts, ModuleFault, ModuleSetup } from '../../../spec/modules.ts';

const VERMAGIC = '6.1';
const NAMES = ['a', 'b', 'c', 'd'] as const;

const often = <T>(usual: T, times: number, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.constantFrom(...new Array<T>(times).fill(usual), ...others);

/**
 * Nobody imports from one that sleeps, and in user space from two: there others may be served between two calls, and the
 * model has what a request does happen at one moment.
 */
const moduleArbitrary = (
  name: string,
  before: readonly string[],
  outside: boolean,
): fc.Arbitrary<ModuleFacts> =>
  fc
    .record({
      sleeps: fc.nat(2),
      imports: fc.array(fc.constantFrom(...(before.length > 0 ? before : ['nobody'])), {
        maxLength: before.length > 0 ? (outside ? 1 : 2) : 0,
      }),
      stranger: often(false, 30, true),
      licence: often('GPL', 3, 'Proprietary'),
      gplOnly: often(false, 2, true),
      vermagic: often(VERMAGIC, 20, '5.10'),
      crc: often<number | undefined>(undefined, 4, 1, 2),
      wanted: often<number | undefined>(undefined, 4, 1, 2),
      writableText: often(false, 20, true),
      exit: often(true, 8, false),
      init: often(0, 10, -Errno.EIO),
      initPages: fc.nat(1),
      signature: often<ModuleFacts['signature']>('valid', 8, 'missing', 'unknown'),
    })
    .map(({ sleeps, imports, stranger, crc, wanted, gplOnly, initPages, ...rest }): ModuleFacts => {
      const program = sleeps === 0 ? 'sleeper' : 'counter';
      const owners = program === 'sleeper' ? [] : [...new Set(imports)];
      return {
        ...rest,
        name,
        program,
        exports: program === 'sleeper' ? [] : [{ name: `${name}_do`, gplOnly, ...withCrc(crc) }],
        imports: [...owners, ...(stranger ? ['nobody'] : [])].map((owner) => ({
          name: `${owner}_do`,
          ...withCrc(wanted),
        })),
        pages: { text: 1, rodata: 1, data: 1, init: initPages },
      };
    });

const withCrc = (crc: number | undefined) => (crc === undefined ? {} : { crc });

const faultArbitrary: fc.Arbitrary<ModuleFault> = fc.record({
  module: fc.constantFrom('a', 'a', 'b', 'c'),
  routine: fc.constantFrom('use', 'use', 'use', 'init', 'exit'),
  call: fc.constantFrom(0, 0, 1),
  kind: fc.constantFrom('null dereference', 'wild store', 'endless loop'),
});

/** @param outside modules run in user space, so they may go wrong */
export const moduleSetupArbitrary = (outside: boolean): fc.Arbitrary<ModuleSetup> =>
  fc.record(
    {
      policy: fc.constantFrom('linux', 'linux', 'kld'),
      vermagic: fc.constant(VERMAGIC),
      enforceSignatures: often(false, 4, true),
      disabled: often(false, 20, true),
      blacklist: often<readonly string[]>([], 8, ['b']),
      kernelExports: fc.constant([]),
      files: fc
        .integer({ min: 2, max: NAMES.length })
        .chain((count) =>
          fc.tuple(
            ...NAMES.slice(0, count).map((name, index) =>
              moduleArbitrary(name, NAMES.slice(0, index), outside),
            ),
          ),
        ),
      pages: often(24, 4, 7),
      ...(outside && { faults: fc.array(faultArbitrary, { maxLength: 2 }) }),
    },
    {
      requiredKeys: [
        'policy',
        'vermagic',
        'enforceSignatures',
        'disabled',
        'blacklist',
        'kernelExports',
        'files',
        'pages',
      ],
    },
  );
