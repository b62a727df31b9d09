/** A range of ports in the rule, or the module's own set. */
import { Errno } from '../../../spec/errno.ts';
import { MatchKey, PortSetRequest } from '../../../spec/filter.ts';
import { behaviour, type Outcome } from '../behaviour.ts';

type Ports = ReadonlySet<number>;

const inRange = (port: number, its: number): boolean => port >= its >>> 8 && port <= (its & 0xff);

const use = (ports: Ports, request: number, port: number): Outcome<Ports> => {
  if (request === PortSetRequest.size) return { state: ports, answer: ports.size };
  if (port > 255) return { state: ports, answer: -Errno.EINVAL };
  if (request === PortSetRequest.add) return { state: new Set([...ports, port]), answer: 0 };
  if (request === PortSetRequest.remove)
    return { state: new Set([...ports].filter((one) => one !== port)), answer: 0 };
  return { state: ports, answer: -Errno.EINVAL };
};

export const matchPort = () =>
  behaviour<Ports>({
    initial: new Set(),
    hooks: [{ point: 'match', priority: 0, key: MatchKey.port }],
    use,
    hook: (ports, request) => {
      const [port, its] = [(request >>> 16) & 0xff, request & 0xffff];
      const matches = (its & 0xff) === 0 ? ports.has(port) : inRange(port, its);
      return { state: ports, answer: matches ? 1 : 0 };
    },
  });
