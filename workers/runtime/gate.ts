/** Work of an order below this makes a film's opening: somebody waits for it in front of a screen. */
export const OPENING_ORDER = 20;

/** A slot, to be left exactly once. */
export interface Pass {
  leave(): void;
}

/** Lets heavy work through, the earliest in its film first. */
export interface Gate {
  /** @returns null if there was no slot within `waitMs`, or `signal` was aborted */
  enter(order: number, waitMs: number, signal: AbortSignal): Promise<Pass | null>;
}

interface Waiter {
  order: number;
  admit(): void;
}

/**
 * One gate for all heavy queues of a process. Each queue knows only its own messages, but chunks, sound and
 * thumbnails share the cores: without a gate a machine of two cores would run six tools at once, all of them
 * slowly, and the chunk that a viewer waits for would be one of the six.
 *
 * Openings do not wait for a slot: up to `slots + 1` of them run beside the rest (so that even on one core
 * the first chunk and its sound run together), and the rest gets the slots that they leave.
 */
export function createGate(slots: number): Gate {
  const waiters: Waiter[] = [];
  let openings = 0;
  let others = 0;

  const mayEnter = (order: number) => (order < OPENING_ORDER ? openings < slots + 1 : openings + others < slots);

  const take = (order: number): Pass => {
    const isOpening = order < OPENING_ORDER;
    if (isOpening) openings++;
    else others++;
    let left = false;
    return {
      leave() {
        if (left) return;
        left = true;
        if (isOpening) openings--;
        else others--;
        let next = waiters[0];
        while (next && mayEnter(next.order)) {
          waiters.shift();
          next.admit();
          next = waiters[0];
        }
      },
    };
  };

  return {
    enter(order, waitMs, signal) {
      if (signal.aborted) return Promise.resolve(null);
      // Nobody waits who could go before this one, or the same slot would have let it in.
      if (mayEnter(order)) return Promise.resolve(take(order));
      return new Promise((resolve) => {
        const settle = (pass: Pass | null) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', giveUp);
          resolve(pass);
        };
        const waiter: Waiter = { order, admit: () => settle(take(order)) };
        const giveUp = () => {
          waiters.splice(waiters.indexOf(waiter), 1);
          settle(null);
        };
        const timer = setTimeout(giveUp, waitMs);
        signal.addEventListener('abort', giveUp, { once: true });
        const at = waiters.findIndex((other) => other.order > order);
        waiters.splice(at < 0 ? waiters.length : at, 0, waiter);
      });
    },
  };
}
