/**
 * What a task asks of a module, by its program: something that a person understands where it is known here, else words
 * that are generated, of which most mean something. Whether the answers are right is the model's to say.
 */
import fc from 'fast-check';
import {
  Access,
  DiskRequest,
  type DrivenDevice,
  DriverRequest,
  driverRequest,
  FramebufferRequest,
  NetworkRequest,
} from '../../../spec/drivers.ts';
import type { ModuleProgramName } from '../../../spec/extensions.ts';
import type { UsedProgram } from '../../../spec/module-uses.ts';
import type { Word } from '../../../spec/riscv.ts';

/** Asked at the point of its use, or of the module itself. */
export interface Request {
  readonly by: 'ask' | 'useModule';
  readonly request: Word;
  readonly argument: Word;
  /** What it means, where that is known. */
  readonly text?: string;
}

const ask = (request: Word, argument: Word = 0): Request => ({ by: 'ask', request, argument });

const to =
  (device: DrivenDevice) =>
  (text: string, what: number, operand = 0, argument = 0): Request => {
    const handle = what === DriverRequest.open ? 0 : 1;
    return { ...ask(driverRequest(device, what, handle, operand), argument), text };
  };

const disk = to('disk');
const network = to('network');
const screen = to('framebuffer');
const BOTH = Access.read | Access.write;

/** The first one is also asked when nobody is there. */
const KNOWN: Partial<Readonly<Record<ModuleProgramName, readonly Request[]>>> = {
  'disk-driver': [
    disk('open the disk', DriverRequest.open, BOTH),
    disk('set word 5 to 77', DiskRequest.set, 5, 77),
    disk('write sector 9', DiskRequest.write, 9),
    disk('wait', DriverRequest.wait),
    disk('set word 5 to 0', DiskRequest.set, 5, 0),
    disk('read sector 9', DiskRequest.read, 9),
    disk('wait', DriverRequest.wait),
    disk('get word 5', DiskRequest.get, 5),
  ],
  'network-driver': [
    network('open the network card', DriverRequest.open, BOTH),
    network('set word 0 to 42', NetworkRequest.set, 0, 42),
    network('send one word', NetworkRequest.send, 1),
    network('wait', DriverRequest.wait),
    network('receive', NetworkRequest.receive),
    network('get word 0', NetworkRequest.get, 0),
  ],
  'framebuffer-driver': [
    screen('open the screen', DriverRequest.open, BOTH),
    screen('fill it with colour 7', FramebufferRequest.fill, 0, 7),
    screen('present', FramebufferRequest.present),
    screen('wait', DriverRequest.wait),
    screen('digest of what is shown', FramebufferRequest.shown),
  ],
};

const small = fc.constantFrom(0, 0, 0, 1, 2, 3, 4, 5);

/** By fields of four bits, as most requests have them. */
const word = fc
  .tuple(small, small, small, small)
  .map(([a, b, c, d]) => (a << 20) | (b << 16) | (c << 12) | d);

/** What the numbers are that requests to it begin with. */
const requestTo = ({ key }: UsedProgram): fc.Arbitrary<Request> =>
  fc.oneof(
    fc
      .tuple(word, small)
      .map(([rest, argument]): Request => ask(((key << 24) | rest) >>> 0, argument)),
    fc.tuple(small, word, small).map(
      ([operation, rest, argument]): Request => ({
        by: 'useModule',
        request: ((operation << 28) | rest) >>> 0,
        argument,
      }),
    ),
  );

/** Something that it does, and behind it whatever comes to mind. */
export const requestsArbitrary = (used: UsedProgram): fc.Arbitrary<readonly Request[]> =>
  fc
    .tuple(
      fc.array(requestTo(used), { minLength: 1, maxLength: 4 }),
      fc.nat({ max: KNOWN[used.program]?.length ?? 0 }),
    )
    .map(([further, known]) => [...(KNOWN[used.program] ?? []).slice(0, known), ...further]);

/** The same for everybody who compares: what is known, or the first generated ones. */
export const usualRequests = (used: UsedProgram): readonly Request[] =>
  KNOWN[used.program] ??
  fc.sample(fc.array(requestTo(used), { minLength: 8, maxLength: 8 }), {
    seed: 1,
    numRuns: 1,
  })[0] ??
  [];

/** What is asked at a point, in words. */
export const textOfRequest = (request: Word, argument: Word): string | undefined =>
  Object.values(KNOWN)
    .flat()
    .find((one) => one.request === request && one.argument === argument)?.text;
