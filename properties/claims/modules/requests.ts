/**
 * What a task asks of a module, by its program: something that a person understands, and words that are generated behind
 * it. Whether the answers are right is the model's to say.
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
import { guardRequest } from '../../../spec/extensions.ts';
import {
  FilterRequest,
  filterRequest,
  LimitRequest,
  PortSetRequest,
  Target,
} from '../../../spec/filter.ts';
import {
  FILE_SYSTEM_KEY,
  type FileOperation,
  layersWord,
  OpenFor,
  openFileHow,
  pathWord,
  requestWord,
} from '../../../spec/module-files.ts';
import type { UsedProgram, UsedProgramName } from '../../../spec/module-uses.ts';
import {
  DATAGRAM,
  DatagramRequest,
  packetArgument,
  packetRequest,
  THIS_HOST,
} from '../../../spec/packets.ts';
import type { Word } from '../../../spec/riscv.ts';
import {
  EnforcementRequest,
  enforcementRequest,
  PathRequest,
  pathRequest,
} from '../../../spec/security.ts';
import { MAGIC_CLOSE, WatchdogRequest, watchdogRequest } from '../../../spec/softdog.ts';

/** Asked at the point of its use, or of the module itself. */
export interface Request {
  readonly by: 'ask' | 'useModule';
  readonly request: Word;
  readonly argument: Word;
  /** What it means, where that is known. */
  readonly text?: string;
}

const ask = (text: string, request: Word, argument: Word = 0): Request => ({
  by: 'ask',
  request,
  argument,
  text,
});
const use = (text: string, request: Word, argument: Word = 0): Request => ({
  by: 'useModule',
  request,
  argument,
  text,
});

// ---- devices

const to =
  (device: DrivenDevice) =>
  (text: string, what: number, operand = 0, argument = 0): Request => {
    const handle = what === DriverRequest.open ? 0 : 1;
    return ask(text, driverRequest(device, what, handle, operand), argument);
  };
const disk = to('disk');
const network = to('network');
const screen = to('framebuffer');
const BOTH = Access.read | Access.write;

// ---- file systems

interface FileOptions {
  readonly mount?: number;
  readonly how?: number;
  readonly argument?: Word;
}
const on =
  (key: number) =>
  (
    text: string,
    operation: FileOperation,
    { mount = 0, how = 0, argument = 0 }: FileOptions = {},
  ): Request =>
    ask(text, requestWord(key, { operation, caller: 0, mount, how }), argument);
const ramfs = on(FILE_SYSTEM_KEY.ramfs);
const unionfs = on(FILE_SYSTEM_KEY.unionfs);
const FILE = pathWord([1]);
const MODE = 0o644;
const LAYERS = layersWord({ upper: 1, lower: 0, lowerIsUnion: false });

// ---- packets

const PORT = 7;
const PACKET = packetRequest(0, DATAGRAM, 2, THIS_HOST);
const datagram = (text: string, operation: number, byte = 0): Request =>
  use(
    text,
    ((operation << 28) | packetRequest(0, DATAGRAM, THIS_HOST, THIS_HOST)) >>> 0,
    packetArgument(PORT, byte, 0),
  );

// ---- security

/** Whoever asks there is told what he would be told before a request to another point. */
const GUARDED = ask('is it allowed?', 0);
/** The task that asks. */
const TASK = 1;

interface Known {
  /** The one of them that is also asked when nobody is there. */
  readonly probe: Request;
  readonly requests: readonly Request[];
}
const known = (requests: readonly [Request, ...Request[]], probe = requests[0]): Known => ({
  probe,
  requests,
});

const UNION = unionfs('mount a union', 'mount', { argument: LAYERS });

const KNOWN: Readonly<Record<UsedProgramName, Known>> = {
  'disk-driver': known([
    disk('open the disk', DriverRequest.open, BOTH),
    disk('set word 5 to 77', DiskRequest.set, 5, 77),
    disk('write sector 9', DiskRequest.write, 9),
    disk('wait', DriverRequest.wait),
    disk('set word 5 to 0', DiskRequest.set, 5, 0),
    disk('read sector 9', DiskRequest.read, 9),
    disk('wait', DriverRequest.wait),
    disk('get word 5', DiskRequest.get, 5),
  ]),
  'network-driver': known([
    network('open the network card', DriverRequest.open, BOTH),
    network('set word 0 to 42', NetworkRequest.set, 0, 42),
    network('send one word', NetworkRequest.send, 1),
    network('wait', DriverRequest.wait),
    network('receive', NetworkRequest.receive),
    network('get word 0', NetworkRequest.get, 0),
  ]),
  'framebuffer-driver': known([
    screen('open the screen', DriverRequest.open, BOTH),
    screen('fill it with colour 7', FramebufferRequest.fill, 0, 7),
    screen('present', FramebufferRequest.present),
    screen('wait', DriverRequest.wait),
    screen('digest of what is shown', FramebufferRequest.shown),
  ]),
  softdog: known([
    ask('start the watchdog', watchdogRequest(WatchdogRequest.start, 5)),
    ask('ping', watchdogRequest(WatchdogRequest.ping)),
    ask('stop', watchdogRequest(WatchdogRequest.stop), MAGIC_CLOSE),
  ]),
  ramfs: known([
    ramfs('mount a tree', 'mount'),
    ramfs('create a file', 'create', { how: MODE, argument: FILE }),
    ramfs('open it', 'open', { how: OpenFor.read | OpenFor.write, argument: FILE }),
    ramfs('write 77', 'write', { how: openFileHow(0), argument: 77 }),
    ramfs('read, with bit 30 set', 'read', { how: openFileHow(0) }),
    ramfs('close', 'close', { how: openFileHow(0) }),
    ramfs('unmount', 'umount'),
  ]),
  unionfs: known(
    [
      ramfs('mount a lower tree', 'mount'),
      ramfs('create a file there', 'create', { how: MODE, argument: FILE }),
      ramfs('mount an upper tree', 'mount', { mount: 1 }),
      UNION,
      unionfs('unlink the file', 'unlink', { argument: FILE }),
      unionfs('stat it', 'stat', { argument: FILE }),
      ramfs('stat it in the lower tree', 'stat', { argument: FILE }),
      unionfs('unmount', 'umount'),
      ramfs('unmount the upper', 'umount', { mount: 1 }),
      ramfs('unmount the lower', 'umount'),
    ],
    UNION,
  ),
  'ip-tables': known([
    ask('a packet comes in', PACKET),
    use('begin a table', filterRequest(FilterRequest.begin)),
    use('input: drop', filterRequest(FilterRequest.policy, 0, Target.drop)),
    use('commit', filterRequest(FilterRequest.commit)),
    ask('a packet comes in', PACKET),
  ]),
  'match-port': known([
    use('size of the set', PortSetRequest.size),
    use('add port 80', PortSetRequest.add, 80),
    use('size of the set', PortSetRequest.size),
  ]),
  'match-limit': known([use('tokens', LimitRequest.tokens), use('refill', LimitRequest.refill)]),
  'datagram-protocol': known([
    datagram('bind a port', DatagramRequest.bind),
    datagram('send 42 there', DatagramRequest.send, 42),
    datagram('receive', DatagramRequest.receive),
    datagram('unbind', DatagramRequest.unbind),
  ]),
  'capability-lsm': known([
    GUARDED,
    use('label this task', enforcementRequest(EnforcementRequest.label, 1, 0, 0, TASK)),
    GUARDED,
    use('how often was it asked?', enforcementRequest(EnforcementRequest.asked)),
  ]),
  'path-lsm': known([
    GUARDED,
    use('refuse it', pathRequest(PathRequest.add, 4), guardRequest('security', 0)),
    GUARDED,
    use('how often has it refused?', pathRequest(PathRequest.refusals)),
  ]),
};

/** The same for everybody who compares. */
export const usualRequests = ({ program }: Pick<UsedProgram, 'program'>): Known => KNOWN[program];

// ---- further ones

const small = fc.constantFrom(0, 0, 0, 1, 2, 3, 4, 5);

/** By fields of four bits, as most requests have them. */
const word = fc
  .tuple(small, small, small, small)
  .map(([a, b, c, d]) => (a << 20) | (b << 16) | (c << 12) | d);

const generated = ({ key }: UsedProgram): fc.Arbitrary<Request> =>
  fc.oneof(
    fc.tuple(word, small).map(([rest, argument]): Request => {
      const request = ((key << 24) | rest) >>> 0;
      return { by: 'ask', request, argument };
    }),
    fc.tuple(small, word, small).map(([operation, rest, argument]): Request => {
      const request = ((operation << 28) | rest) >>> 0;
      return { by: 'useModule', request, argument };
    }),
  );

/** What is known of it, or its beginning, and behind that whatever comes to mind. */
export const requestsArbitrary = (used: UsedProgram): fc.Arbitrary<readonly Request[]> => {
  const { requests } = KNOWN[used.program];
  const all = requests.length;
  return fc
    .tuple(
      fc.oneof(fc.constant(all), fc.integer({ min: 1, max: all })),
      fc.array(generated(used), { maxLength: 4 }),
    )
    .map(([some, further]) => [...requests.slice(0, some), ...further]);
};

/** A request in words, if it is one of these. */
export const textOfRequest = (
  program: UsedProgramName,
  { by, request, argument }: Request,
): string | undefined =>
  KNOWN[program].requests.find(
    (one) => one.by === by && one.request === request && one.argument === argument,
  )?.text;
