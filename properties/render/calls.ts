/** The call table for students: number, arguments, effect, every error and when. As text and as Markdown. */
import { CALLS, Call, type CallDescription } from '../../spec/abi.ts';
import { EMPTY, indent, justify, type Line, line, print, sideBySide, span } from './line.ts';
import type { TerminalOptions } from './story.ts';
import { wrap } from './text.ts';

/** What holds for every call. */
const CALL_CONVENTION =
  'A task puts the number of the call into a7, the arguments into a0, a1 and a2, and executes ecall. The result comes ' +
  'back in a0; an error is the negative errno. Every other register survives, and pc goes on behind the ecall. Where ' +
  'several errors apply, any of them may be returned. A call that fails changes nothing. A number that is not in the ' +
  'table gives ENOSYS. A group is implemented as a whole or not at all.';

export const renderCalls = ({ width, color }: TerminalOptions): string => {
  const columns = Math.min(width, 100);
  const convention = wrap(CALL_CONVENTION, columns).map((text) => line(text));
  return print(
    [...convention, ...CALLS.flatMap((call) => [EMPTY, ...callLines(call, columns)])],
    color,
  );
};

const callLines = (call: CallDescription, columns: number): readonly Line[] => {
  const { group, effect, errors } = call;
  const left: Line = [
    span(String(Call[call.name]).padStart(2), 'dim'),
    span('  '),
    span(signature(call), 'cyan'),
  ];
  const right = line(group, 'dim');
  const errno = Math.max(6, ...Object.keys(errors).map((name) => name.length));
  return [
    justify(left, right, columns) ?? left,
    ...indent(
      wrap(effect, columns - 4).map((text) => line(text)),
      4,
    ),
    ...Object.entries(errors).flatMap(([name, when]) =>
      indent(
        sideBySide(
          [[line(name, 'yellow')], wrap(when, columns - errno - 6).map((text) => line(text))],
          [errno],
        ),
        4,
      ),
    ),
  ];
};

const signature = ({ name, args }: CallDescription): string => `${name}(${args.join(', ')})`;

export const callsMarkdown = (): string => {
  const rows = CALLS.map((call) => {
    const errors = Object.entries(call.errors).map(([name, when]) => `\`${name}\`: ${when}`);
    return `| ${Call[call.name]} | \`${signature(call)}\` | ${call.group} | ${cell(call.effect)} | ${cell(errors.join('; '))} |`;
  });
  return [
    '| a7 | call | group | effect | errors |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
};

const cell = (text: string): string => text.replaceAll('|', '\\|');
