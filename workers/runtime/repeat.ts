/** Something that goes on until it is stopped. */
export interface Repetition {
  /** No further round begins; resolves when the one in hand has ended. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Does `round` again and again, `everyMs` after the end of the one before: never two at once, however slow
 * they are. The first comes after `everyMs`, which is asked for before each. A round must not throw.
 */
export function repeat(everyMs: number | (() => number), round: () => Promise<void>): Repetition {
  let stopped = false;
  let inHand: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const schedule = () => {
    if (stopped) return;
    timer = setTimeout(
      () => {
        inHand = round().then(schedule);
      },
      typeof everyMs === 'number' ? everyMs : everyMs(),
    );
  };
  schedule();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      return inHand;
    },
  };
}
