/**
 * Reads many small choices out of one number, so that a workload needs few draws. A function of the number alone.
 * The steps are those of SplitMix32, whose outputs are even in all bits.
 * @see https://github.com/bryc/code/blob/master/jshash/PRNGs.md#splitmix32
 */
export class Dice {
  #state: number;

  constructor(number: number) {
    this.#state = number | 0;
  }

  /** 0 to sides − 1. */
  roll(sides: number): number {
    this.#state = (this.#state + 0x9e37_79b9) | 0;
    let mixed = this.#state ^ (this.#state >>> 16);
    mixed = Math.imul(mixed, 0x21f0_aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a_2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % sides;
  }

  /** True in so many of a hundred cases. */
  percent(share: number): boolean {
    return this.roll(100) < share;
  }

  /** One of the items; there is at least one. */
  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.roll(items.length)] ?? items[0];
  }
}
