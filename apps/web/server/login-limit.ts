/** Wrong secrets allowed in a row before an address has to wait, and how long that is at first and at most. */
const FREE_TRIES = 5;
const FIRST_WAIT_MS = 30_000;
const MAX_WAIT_MS = 15 * 60_000;
/** Addresses remembered at once: the oldest is dropped, so that a flood cannot fill the memory. */
const MAX_ADDRESSES = 10_000;

interface Tries {
  wrong: number;
  blockedUntilMs: number;
}

/** Slows down guessing: after five wrong secrets an address waits, twice as long after every further one. */
export class LoginLimit {
  private readonly tries = new Map<string, Tries>();

  /** @returns how long this address has to wait before its next try, in milliseconds; 0 for not at all. */
  waitMs(address: string, nowMs: number): number {
    return Math.max(0, (this.tries.get(address)?.blockedUntilMs ?? 0) - nowMs);
  }

  /** Counts a wrong secret. */
  wrong(address: string, nowMs: number): void {
    const wrong = (this.tries.get(address)?.wrong ?? 0) + 1;
    const over = wrong - FREE_TRIES;
    const waitMs = over < 0 ? 0 : Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** over);
    this.tries.delete(address);
    this.tries.set(address, { wrong, blockedUntilMs: nowMs + waitMs });
    if (this.tries.size > MAX_ADDRESSES) this.tries.delete(this.tries.keys().next().value as string);
  }

  /** Forgets an address that knew the secret. */
  right(address: string): void {
    this.tries.delete(address);
  }
}
