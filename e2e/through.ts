import { setTimeout as sleep } from 'node:timers/promises';

const AGAIN_MS = 500;

/** An answer that asking again does not change. */
export class Refused extends Error {}

/**
 * Tries a step again until it is through: what it asks may come and go.
 *
 * @param what the step is, for the error
 * @throws Error with the last answer when it is not through in time, or at once when it is refused for good
 */
export async function through<T>(what: string, giveUpAtMs: number, step: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await step();
    } catch (error) {
      if (error instanceof Refused || Date.now() > giveUpAtMs) {
        throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
      await sleep(AGAIN_MS);
    }
  }
}
