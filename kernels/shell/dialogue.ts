/**
 * Who types into a session: lines come from somewhere, one by one, and everything that there is to read goes out. The
 * prompt and what is typed are told as they stand on a terminal, so that a script gives a transcript that reads well.
 */
import { pictureOf } from './picture.ts';
import type { Session, SessionState } from './session.ts';
import { PROMPT } from './shell.ts';

export interface Dialogue {
  /** The next line, without its end; `undefined`: there is none yet; `null`: there will be none. */
  readonly nextLine: () => string | undefined | null;
  readonly out: (text: string) => void;
  /** The terminal shows what is typed by itself. */
  readonly echoes: boolean;
  /** Shows after each command how far down its system calls went. */
  readonly trace: boolean;
  /** Columns. */
  readonly width: number;
}

/** Machine steps between two looks at what is typed. */
const SLICE = 1000;
/** Slices in a row in which the shell does not come back to its prompt, before a script is given up. */
const PATIENCE = 2000;

/** What comes next: more at once, or when somebody has typed, or nothing any more. */
export type Next = 'go on' | 'wait for a line' | 'end';

export class Conversation {
  readonly #session: Session;
  readonly #dialogue: Dialogue;
  /** The end of what was told. */
  #told = '';
  #slices = 0;
  /** A command was typed, and how far its calls went was not shown. */
  #open = false;

  constructor(session: Session, dialogue: Dialogue) {
    this.#session = session;
    this.#dialogue = dialogue;
  }

  /** Lets the machine go on for a while. To be called again until it answers `end`. */
  step(): Next {
    const text = this.#session.proceed(SLICE);
    const { state } = this.#session;
    this.#tell(this.#isBackAtPrompt(state) ? this.#withPicture(text) : text);
    switch (state) {
      case 'over':
        return 'end';
      case 'halted':
        return this.#endWith(`the kernel has stopped: ${this.#session.reason}`);
      case 'stuck':
        return this.#endWith('the shell waits for something that never comes');
      case 'running':
        return this.#goOn();
      case 'waiting':
      case 'resting':
        return this.#type(state === 'resting');
    }
  }

  /** A person can wait, and end the session when that is enough; a script cannot. */
  #goOn(): Next {
    this.#slices += 1;
    return this.#dialogue.echoes || this.#slices < PATIENCE
      ? 'go on'
      : this.#endWith('the shell still waits for the program: it was given up');
  }

  #type(nothingMoves: boolean): Next {
    const line = this.#dialogue.nextLine();
    if (line === undefined) return nothingMoves ? 'wait for a line' : 'go on';
    if (line === null) {
      this.#tell('\n');
      return 'end';
    }
    if (!this.#dialogue.echoes) this.#tell(`${this.#told.endsWith(PROMPT) ? '' : PROMPT}${line}\n`);
    this.#slices = 0;
    this.#open = true;
    this.#session.type(line);
    return 'go on';
  }

  #endWith(sentence: string): Next {
    this.#tell(`${this.#told.endsWith('\n') ? '' : '\n'}(${sentence})\n`);
    return 'end';
  }

  #isBackAtPrompt(state: SessionState): boolean {
    return state === 'waiting' || state === 'resting';
  }

  /** Before the prompt, how far down the calls of the command went that is over. */
  #withPicture(text: string): string {
    const at = text.startsWith(PROMPT) ? 0 : text.lastIndexOf(`\n${PROMPT}`) + 1;
    if (!text.startsWith(PROMPT, at)) return text;
    const trace = this.#session.trace();
    if (!this.#dialogue.trace || !this.#open) return text;
    this.#open = false;
    const picture = pictureOf(trace, this.#dialogue.width);
    return `${text.slice(0, at)}${picture}${text.slice(at)}`;
  }

  #tell(text: string): void {
    if (text === '') return;
    this.#told = `${this.#told}${text}`.slice(-PROMPT.length);
    this.#dialogue.out(text);
  }
}

/** A whole session that types these lines, as it stands on the terminal. */
export const transcriptOf = (
  session: Session,
  lines: readonly string[],
  { trace, width }: Pick<Dialogue, 'trace' | 'width'>,
): string => {
  let text = '';
  let at = 0;
  const conversation = new Conversation(session, {
    nextLine: () => lines[at++] ?? null,
    out: (more) => {
      text += more;
    },
    echoes: false,
    trace,
    width,
  });
  while (conversation.step() !== 'end');
  return text;
};
