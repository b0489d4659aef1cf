/** Numbers that look random and follow from the seed alone: the invented world is the same in every run. */
export class Dice {
  #state: number;

  constructor(seed: string) {
    // FNV-1a, then mulberry32.
    this.#state = 0x811c9dc5;
    for (const char of seed) this.#state = Math.imul(this.#state ^ (char.codePointAt(0) ?? 0), 0x01000193);
  }

  /** In `[0, 1)`. */
  share(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Whole, in `[from, to]`. */
  between(from: number, to: number): number {
    return from + Math.floor(this.share() * (to - from + 1));
  }

  /** True once in so many. */
  once(inSoMany: number): boolean {
    return this.share() * inSoMany < 1;
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.share() * list.length)] as T;
  }

  /** Different ones, in some order. */
  some<T>(list: readonly T[], howMany: number): T[] {
    const left = [...list];
    return Array.from({ length: Math.min(howMany, left.length) }, () =>
      left.splice(Math.floor(this.share() * left.length), 1),
    ).flat();
  }

  /** Letters and digits, as in addresses of clips and pictures. */
  code(length: number): string {
    return Array.from({ length }, () => this.between(0, 35).toString(36)).join('');
  }
}
