import { isMarqueeError } from '@marquee/core/errors';
import { expect } from 'vitest';

/** What a contract is given for each test: an engine with no data, and more clients of the same data. */
export interface Engine<P> {
  port: P;
  /** Opens another client on the same data, as a second process would; closed by `close`. */
  another(): Promise<P>;
  /** Closes every client and removes the data. */
  close(): Promise<void>;
}

/** Waits until `check` gives something other than false, null or undefined. */
export async function eventually<T>(check: () => T | Promise<T>, timeoutMs = 5000): Promise<NonNullable<T>> {
  const giveUpAtMs = Date.now() + timeoutMs;
  for (;;) {
    const value = await check();
    if (value !== false && value !== null && value !== undefined) return value;
    if (Date.now() > giveUpAtMs) throw new Error(`Waited ${timeoutMs} ms in vain for: ${check}`);
    await pause(10);
  }
}

export function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/** Expects a rejection with a MarqueeError of this code, and a sentence. */
export async function expectCode(work: Promise<unknown> | (() => Promise<unknown>), code: string): Promise<void> {
  const thrown = await (typeof work === 'function' ? work() : work).then(
    (value) => ({ value }),
    (error: unknown) => error,
  );
  if (!isMarqueeError(thrown))
    expect.fail(`expected ${code}, got ${thrown instanceof Error ? thrown.stack : JSON.stringify(thrown)}`);
  expect(thrown.code).toBe(code);
  expect(thrown.message).toMatch(/^[A-Z].*\.$/s);
}
