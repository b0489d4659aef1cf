import type { SpokenLine } from '@marquee/core/moments';
import { spokenLines } from '@marquee/core/spoken-lines';
import { useEffect, useRef, useState } from 'react';
import type { SubtitleFacts } from '../../server/subtitle-facts.ts';

/** What a track says; `failed` until it is asked for again. */
export type TranscriptState = { lines: SpokenLine[] } | 'reading' | 'failed';

/**
 * Reads one track whole. Its address may have expired: then it is read once more, under a new signature.
 *
 * @param renew asks for new signatures; `track` then comes with one
 */
export function useTranscript(
  track: SubtitleFacts,
  renew: () => Promise<unknown>,
): { state: TranscriptState; again: () => void } {
  const [state, setState] = useState<TranscriptState>('reading');
  const [tries, setTries] = useState(0);
  const newest = useRef({ track, renew });
  newest.current = { track, renew };

  // biome-ignore lint/correctness/useExhaustiveDependencies: another track, or another try; a new signature alone is neither.
  useEffect(() => {
    const gone = new AbortController();
    const read = async () => {
      const response = await fetch(newest.current.track.url, { signal: gone.signal });
      if (!response.ok) throw new Error(`status ${response.status}`);
      return spokenLines(await response.text());
    };
    setState('reading');
    read()
      .catch(async () => {
        await newest.current.renew();
        // The new addresses come with the next picture of the page.
        await new Promise((resolve) => setTimeout(resolve));
        return read();
      })
      .then(
        (lines) => setState({ lines }),
        () => !gone.signal.aborted && setState('failed'),
      );
    return () => gone.abort();
  }, [track.id, tries]);
  return { state, again: () => setTries((n) => n + 1) };
}
