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
}

const ask = (request: Word, argument: Word = 0): Request => ({ by: 'ask', request, argument });

const to =
  (device: DrivenDevice) =>
  (what: number, operand = 0, argument = 0): Request =>
    ask(driverRequest(device, what, what === DriverRequest.open ? 0 : 1, operand), argument);

const disk = to('disk');
const network = to('network');
const screen = to('framebuffer');
const BOTH = Access.read | Access.write;

/** The first one is also asked when nobody is there. */
const KNOWN: Partial<Readonly<Record<ModuleProgramName, readonly Request[]>>> = {
  'disk-driver': [
    disk(DriverRequest.open, BOTH),
    disk(DiskRequest.set, 5, 77),
    disk(DiskRequest.write, 9),
    disk(DriverRequest.wait),
    disk(DiskRequest.set, 5, 0),
    disk(DiskRequest.read, 9),
    disk(DriverRequest.wait),
    disk(DiskRequest.get, 5),
  ],
  'network-driver': [
    network(DriverRequest.open, BOTH),
    network(NetworkRequest.set, 0, 42),
    network(NetworkRequest.send, 1),
    network(DriverRequest.wait),
    network(NetworkRequest.receive),
    network(NetworkRequest.get, 0),
  ],
  'framebuffer-driver': [
    screen(DriverRequest.open, BOTH),
    screen(FramebufferRequest.fill, 0, 7),
    screen(FramebufferRequest.present),
    screen(DriverRequest.wait),
    screen(FramebufferRequest.shown),
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
  fc.sample(fc.array(requestTo(used), { minLength: 8, maxLength: 8 }), { seed: 1, numRuns: 1 })[0] ??
  [];
