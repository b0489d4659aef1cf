import { isMarqueeError } from '@marquee/core/errors';
import type { Embedder } from '@marquee/core/meaning';
import type { Logger, Store } from '@marquee/core/ports';
import { repeat } from '../runtime/repeat.ts';

/** How often is looked for tracks without meanings, in milliseconds. */
const LOOK_MS = 5000;
/** After something was away; the model may be for good. */
const AWAY_MS = 10 * 60_000;
/** Tracks of which one is drawn: several workers seldom take the same, and it does no harm if they do. */
const DRAWN_FROM = 20;
/** Lines that are asked about at once: between them there is a chance to stop. */
const ASKED_AT_ONCE = 16;

/**
 * Gives the lines of films their meanings, as tracks come to stand, one after another and behind everything else: until
 * then they are found by their words. What broke off is done again.
 *
 * @returns stops it, and resolves when it has stopped
 */
export function tendMeanings(ports: { store: Store; embedder: Embedder; log: Logger }): () => Promise<void> {
  const { store, embedder, log } = ports;
  const stopping = new AbortController();
  const { signal } = stopping;

  async function lookOnce(): Promise<boolean> {
    const tracks = await store.moments.meaningless({ languages: embedder.languages, limit: DRAWN_FROM });
    const track = tracks[Math.floor(Math.random() * tracks.length)];
    if (!track) return false;
    const lines = await store.moments.lines(track);
    const meanings: Float32Array[] = [];
    for (let at = 0; at < lines.length; at += ASKED_AT_ONCE) {
      const texts = lines.slice(at, at + ASKED_AT_ONCE).map(({ text }) => text);
      meanings.push(...(await embedder.embed(texts, signal)));
    }
    if (await store.moments.putMeanings(track, meanings))
      log.debug('lines have their meanings', { movieId: track.movieId, trackId: track.trackId, lines: lines.length });
    return true;
  }

  let awayUntilMs = 0;
  const looks = repeat(LOOK_MS, async () => {
    if (Date.now() < awayUntilMs) return;
    try {
      while (!signal.aborted && (await lookOnce()));
    } catch (error) {
      if (signal.aborted) return;
      awayUntilMs = Date.now() + AWAY_MS;
      const sentence = isMarqueeError(error) ? error.message : 'The meanings of lines could not be written.';
      log.warn(`${sentence} Lines are found by their words alone until then.`, { err: error });
    }
  });
  return () => {
    stopping.abort(new Error('The worker stops.'));
    return looks.stop();
  };
}
