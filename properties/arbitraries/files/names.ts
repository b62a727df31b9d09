/**
 * What a program may believe about the tree of files, in program order: which names there are, and what they stand for.
 * Others that use the same names make this a belief.
 */
import type { Dice } from '../dice.ts';

/** A file or directory. Names made by `link` stand for the same one. */
export interface Node {
  readonly kind: 'file' | 'directory';
  links: number;
  /** In bytes; of a directory 0. */
  size: number;
  /** It has bytes that nobody wrote, before others. */
  hole: boolean;
}

/** From the root, with one '/' before each name; the root itself is ''. */
export type Path = string;

/** The few names that all programs use, so that they meet. */
const NAMES = ['a', 'b', 'd', 'e', 'f'] as const;
/** Names of a path, at most. */
const DEEPEST = 4;

const parentOf = (path: Path): Path => path.slice(0, path.lastIndexOf('/'));

const newNode = (kind: Node['kind']): Node => ({ kind, links: 1, size: 0, hole: false });

export class Names {
  readonly #nodes: Map<Path, Node>;

  constructor(nodes: ReadonlyMap<Path, Node> = new Map([['', newNode('directory')]])) {
    this.#nodes = new Map(nodes);
  }

  copy(): Names {
    return new Names(this.#nodes);
  }
  at(path: Path): Node | undefined {
    return this.#nodes.get(path);
  }
  make(path: Path, kind: Node['kind']): Node {
    const node = newNode(kind);
    this.#nodes.set(path, node);
    return node;
  }
  link(path: Path, node: Node): void {
    node.links += 1;
    this.#nodes.set(path, node);
  }
  remove(path: Path): void {
    const node = this.#nodes.get(path);
    if (node) node.links -= 1;
    this.#nodes.delete(path);
  }
  /** What was called `from`, with all that is in it, is called `to`; what was called so is gone. */
  move(from: Path, to: Path): void {
    if (this.#nodes.get(to) === this.#nodes.get(from)) return;
    this.remove(to);
    for (const [path, node] of [...this.#nodes]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.#nodes.delete(path);
      this.#nodes.set(to + path.slice(from.length), node);
    }
  }

  /** The path of something of this kind, the root never; `undefined`: there is none. */
  some(dice: Dice, kind: Node['kind']): Path | undefined {
    const paths = [...this.#nodes].filter(([path, node]) => path !== '' && node.kind === kind);
    return paths[dice.roll(paths.length || 1)]?.[0];
  }
  /** An empty directory, or one that holds something. */
  directory(dice: Dice, holding: boolean): Path | undefined {
    const paths = [...this.#nodes.keys()].filter(
      (path) => path !== '' && this.at(path)?.kind === 'directory' && this.holds(path) === holding,
    );
    return paths[dice.roll(paths.length || 1)];
  }
  holds(directory: Path): boolean {
    return [...this.#nodes.keys()].some((path) => path !== '' && parentOf(path) === directory);
  }
  /** A path at which nothing is, in a directory that is there, deep ones preferred; `undefined`: all are taken. */
  free(dice: Dice): Path | undefined {
    const directories = [...this.#nodes]
      .filter(([path, { kind }]) => kind === 'directory' && path.split('/').length <= DEEPEST)
      .map(([path]) => path);
    const deep = directories.length - 1 - dice.roll(Math.min(2, directories.length));
    const from = dice.roll(NAMES.length);
    const order = dice.percent(60) ? [deep] : [dice.roll(directories.length)];
    for (const index of [...order, ...directories.keys()]) {
      for (let i = 0; i < NAMES.length; i++) {
        const path = `${directories[index] ?? ''}/${NAMES[(from + i) % NAMES.length]}`;
        if (!this.#nodes.has(path)) return path;
      }
    }
    return undefined;
  }
  /** A path in a directory that is not there. */
  nowhere(dice: Dice): Path {
    return `${this.free(dice) ?? '/x'}/${dice.pick(NAMES)}`;
  }
}
