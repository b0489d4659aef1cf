import { MarqueeError } from '@marquee/core/errors';
import type { Logger } from '@marquee/core/ports';

/** Asked at the same time; what comes beyond waits for a free place. */
const PLACES = 20;
/** More than this waiting means that the catalogue is slower than the site is busy. */
const LONGEST_QUEUE = 400;
/** Pauses after failures double from the first to the last. */
const FIRST_PAUSE_MS = 1000;
const LAST_PAUSE_MS = 30_000;
/** After a 429 that does not say how long; and the longest that one is believed. */
const LIMITED_PAUSE_MS = 10_000;
const LONGEST_LIMITED_PAUSE_MS = 10 * 60_000;
/** A key that is refused is tried again this often: it may have been a fault of theirs. */
const REFUSED_PAUSE_MS = 60_000;

/** How one request ended, as far as the next ones are concerned. */
export type Ending =
  | { kind: 'answered' }
  | { kind: 'limited'; retryAfterMs: number | null }
  | { kind: 'refused' }
  /** @param why a status or a code, for the log */
  | { kind: 'failed'; why: string | number };

/**
 * Decides whether the catalogue is asked at all: so many at once, and nobody while it is limited, down or refuses the
 * key. One pause counts for everything in this process. A change for the worse is logged once, and the end of it.
 */
export class TmdbGate {
  readonly #log: Logger;
  #busy = 0;
  readonly #waiting: (() => void)[] = [];
  #failures = 0;
  #pause: { untilMs: number; why: MarqueeError } | null = null;
  /** What the log was last told. */
  #state: Ending['kind'] = 'answered';

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @throws MarqueeError RATE_LIMITED, CONFIG_INVALID or CATALOGUE_DOWN in a pause, or if too many wait */
  async pass<T>(ask: () => Promise<{ ending: Ending; value: T }>): Promise<T> {
    this.#refuseInPause();
    if (this.#busy >= PLACES) {
      if (this.#waiting.length >= LONGEST_QUEUE) throw down();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#busy += 1;
    }
    try {
      this.#refuseInPause();
      const { ending, value } = await ask();
      this.#note(ending);
      if (ending.kind === 'answered') return value;
      throw this.#pause?.why ?? down();
    } finally {
      const next = this.#waiting.shift();
      // The place is handed on as it is.
      if (next) next();
      else this.#busy -= 1;
    }
  }

  #refuseInPause(): void {
    if (this.#pause && performance.now() < this.#pause.untilMs) throw this.#pause.why;
  }

  #note(ending: Ending): void {
    const nowMs = performance.now();
    const inPause = this.#pause !== null && nowMs < this.#pause.untilMs;
    switch (ending.kind) {
      case 'answered':
        // One that was under way when the others failed says nothing of those to come.
        if (inPause) return;
        this.#failures = 0;
        if (this.#state !== 'answered') this.#log.info('catalogue is back');
        break;
      case 'limited': {
        const pauseMs = Math.min(ending.retryAfterMs ?? LIMITED_PAUSE_MS, LONGEST_LIMITED_PAUSE_MS);
        const why = new MarqueeError('RATE_LIMITED', 'TMDB limits how often it is asked. It is asked again by itself.');
        this.#stop(nowMs + pauseMs, why);
        if (this.#state !== 'limited') this.#log.warn('catalogue limits requests; pausing', { pauseMs });
        break;
      }
      case 'refused': {
        const sentence = 'TMDB refuses the key in TMDB_API_KEY. Correct it, or leave it out to do without a catalogue.';
        this.#stop(nowMs + REFUSED_PAUSE_MS, new MarqueeError('CONFIG_INVALID', sentence));
        if (this.#state !== 'refused') this.#log.error(sentence);
        break;
      }
      case 'failed':
        // Those that were asked together fail together, and count once.
        if (inPause) return;
        this.#stop(nowMs + Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LAST_PAUSE_MS), down());
        this.#failures += 1;
        if (this.#state !== 'failed') {
          this.#log.warn('catalogue is away; doing with what is kept', { why: ending.why });
        }
    }
    this.#state = ending.kind;
  }

  #stop(untilMs: number, why: MarqueeError): void {
    this.#pause = { untilMs: Math.max(untilMs, this.#pause?.untilMs ?? 0), why };
  }
}

function down(): MarqueeError {
  return new MarqueeError('CATALOGUE_DOWN', 'TMDB does not answer. It is asked again by itself.');
}
