/** Acts on datagrams: ports that are bound, what is sent to them and received, and what is refused. */
import { MAX_DATAGRAM, MAX_PORT } from '../../../spec/calls/datagrams.ts';
import type { Word } from '../../../spec/riscv.ts';
import type { Act } from '../acts/act.ts';
import type { Dice } from '../dice.ts';
import type { Script } from '../script.ts';
import { badBuffer, bufferFor, sourceFor } from './buffers.ts';

/** Ports that all programs use; the first is the most likely one. */
const PORTS = [1, 1, 1, 2, 7, MAX_PORT] as const;
const BAD_PORTS = [0, MAX_PORT + 1, 0xffff_ffff] as const;
const LENGTHS = [1, 4, 4, 5, 8, 16, 24, 100, MAX_DATAGRAM, 0] as const;

/** A port that this program has bound, or another one. */
const portOf = (script: Script, dice: Dice): Word => {
  const { ports } = script.filing;
  return ports[dice.roll(ports.length || 1)] ?? dice.pick(PORTS);
};

export const bind: Act = (script, dice) => {
  const port = dice.pick(PORTS);
  script.call('bind', port);
  if (!script.filing.ports.includes(port)) script.filing.ports.push(port);
};

export const send: Act = (script, dice) => {
  const port = portOf(script, dice);
  const { va, room } = sourceFor(script, dice);
  script.call('sendTo', port, va, Math.min(room, dice.pick(LENGTHS)));
};

export const receive: Act = (script, dice) => {
  const buffer = bufferFor(script, dice);
  if (!buffer) return;
  const { va, room } = buffer;
  script.call('receiveFrom', portOf(script, dice), va, Math.min(room, dice.pick(LENGTHS)));
  if (dice.percent(50)) script.push({ op: 'load', va: va & ~3, rd: script.dataRegister(dice) });
};

/** The port that one program holds while another asks for it. */
const CONTENDED = PORTS[0];

export const holdPort: Act = (script) => {
  script.call('bind', CONTENDED);
  script.filing.ports.push(CONTENDED);
};

/** Lets the holder begin first, mostly; then tries to bind the port too, or to receive what is the other's. */
export const askForPort: Act = (script, dice) => {
  for (let turns = dice.roll(4); turns > 0; turns--) script.call('yield');
  const buffer = dice.percent(50) ? bufferFor(script, dice) : undefined;
  if (buffer) script.call('receiveFrom', CONTENDED, buffer.va, 8);
  else script.call('bind', CONTENDED);
};

/** Binds, sends, and asks until it should have come. */
export const exchange: Act = (script, dice) => {
  if (script.filing.ports.length === 0) bind(script, dice);
  send(script, dice);
  if (dice.percent(35)) send(script, dice);
  const asks = 1 + dice.roll(3);
  const early = dice.percent(35) ? dice.roll(asks) : -1;
  for (let i = 0; i < asks; i++) {
    if (dice.percent(40)) script.call('sync');
    else script.call('yield');
    if (i === early) script.call('receiveFrom', portOf(script, dice), badBuffer(script, dice), 8);
    receive(script, dice);
  }
};

export const datagramRefused: Act = (script, dice) => {
  const { va } = sourceFor(script, dice);
  const port = portOf(script, dice);
  switch (dice.roll(8)) {
    case 0:
    case 1:
    case 2:
      return script.call('bind', dice.pick(BAD_PORTS));
    case 3:
      return script.call('sendTo', dice.pick(BAD_PORTS), va, 4);
    case 4:
      return script.call('sendTo', port, va, dice.pick([MAX_DATAGRAM + 1, 0xffff_ffff]));
    case 5:
      return script.call('sendTo', port, badBuffer(script, dice), 4);
    case 6:
      return script.call('receiveFrom', dice.pick([...BAD_PORTS, 9]), va, 4);
    default:
      return script.call('receiveFrom', port, badBuffer(script, dice), 8);
  }
};
