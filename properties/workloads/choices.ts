/**
 * Turns a list of small natural numbers into decisions: what is generated and shrunk is the numbers, what they mean is
 * decided where they are read. Reading never fails; when the numbers are used up every decision is the first one.
 */

/** The first alternatives are the simplest: a number that shrinks towards 0 makes the workload simpler. */
export class Choices {
  readonly #numbers: readonly number[];
  #at = 0;
  #rest = 0;
  #left = 1;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** True once all numbers have been read. */
  get done(): boolean {
    return this.#at >= this.#numbers.length;
  }

  /** A decision among `alternatives`: 0 to alternatives − 1. Several small ones share a number. */
  next(alternatives: number): number {
    if (this.#left < alternatives) {
      this.#rest = this.#numbers[this.#at] ?? 0;
      this.#left = 2 ** 30;
      this.#at += 1;
    }
    const choice = this.#rest % alternatives;
    this.#rest = Math.floor(this.#rest / alternatives);
    this.#left = Math.floor(this.#left / alternatives);
    return choice;
  }

  /** The rest of the present number is dropped: what follows begins with a fresh one. */
  fresh(): void {
    this.#left = 1;
  }

  /** True in `percent` of the cases, never for 0. */
  chance(percent: number): boolean {
    return this.next(100) >= 100 - percent;
  }

  /** One of the alternatives; there is at least one. */
  pick<T>(alternatives: readonly [T, ...T[]]): T {
    return alternatives[this.next(alternatives.length)] ?? alternatives[0];
  }

  /** One of the alternatives by weight: [weight, value]. */
  weighted<T>(alternatives: readonly [readonly [number, T], ...(readonly [number, T])[]]): T {
    let total = 0;
    for (const [weight] of alternatives) total += weight;
    let choice = this.next(total);
    for (const [weight, value] of alternatives) {
      if (choice < weight) return value;
      choice -= weight;
    }
    return alternatives[0][1];
  }
}
