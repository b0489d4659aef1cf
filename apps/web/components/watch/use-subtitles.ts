import './subtitles.css';
import { type MediaPlayerInstance, TextTrack } from '@vidstack/react';
import { type RefObject, useEffect, useRef } from 'react';
import type { SubtitleFacts } from '../../server/subtitle-facts.ts';

/** Tries to load one track, each under a fresh signature, and how much longer each pause before one is. */
const TRIES = 4;
const PAUSE_MS = 500;

/**
 * Gives the player the film's subtitles as they come to stand, without opening the film anew. A track is fetched when
 * it is first chosen, under the newest signature. The player remembers on this device which language was chosen, and
 * whether any.
 *
 * @param renew asks for new signatures; `tracks` then come with them
 */
export function useSubtitles(
  player: RefObject<MediaPlayerInstance | null>,
  tracks: readonly SubtitleFacts[],
  renew: () => Promise<unknown>,
): void {
  const shown = useRef(new Map<string, { track: TextTrack; label: string; tries: number }>());
  const newest = useRef(tracks);
  newest.current = tracks;

  useEffect(() => {
    const list = player.current?.textTracks;
    if (!list) return;
    const known = shown.current;
    for (const [id, { track, label }] of known) {
      const facts = tracks.find((each) => each.id === id);
      if (facts?.label === label) {
        // What has not been fetched yet is fetched under the newest signature; the library reads the address then.
        Object.assign(track, { src: address(facts) });
        continue;
      }
      list.remove(track);
      known.delete(id);
    }
    for (const facts of tracks) if (!known.has(facts.id)) add(facts, 1);

    function add(facts: SubtitleFacts, tries: number): void {
      const track = new TextTrack({
        id: facts.id,
        src: address(facts),
        type: 'vtt',
        kind: facts.kind,
        label: facts.label,
        language: facts.language,
        default: facts.isDefault,
      });
      known.set(facts.id, { track, label: facts.label, tries });
      // A track that could not be read is never tried again by itself: another takes its place. The library takes a
      // refusal for a file without cues, of which there are none.
      const onFailure = () => {
        if (tries < TRIES) void replace(facts, track, tries);
      };
      track.addEventListener('error', onFailure);
      track.addEventListener('load', () => {
        if (track.cues.length === 0) onFailure();
      });
      list?.add(track);
    }

    async function replace(former: SubtitleFacts, track: TextTrack, tries: number): Promise<void> {
      await renew().catch(() => {});
      // By then the newest addresses have come, and perhaps the network.
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tries));
      const facts = newest.current.find((each) => each.id === former.id);
      if (!facts || known.get(former.id)?.track !== track) return;
      const wasShown = track.mode === 'showing';
      list?.remove(track);
      add(facts, tries + 1);
      const next = known.get(facts.id)?.track;
      if (next && wasShown) next.mode = 'showing';
    }
  }, [player, tracks, renew]);
}

function address(facts: SubtitleFacts): string {
  return new URL(facts.url, location.href).href;
}
