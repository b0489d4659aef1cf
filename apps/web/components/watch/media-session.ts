import type { MediaPlayerInstance } from '@vidstack/react';

/** Sizes in which stills are served, in pixels of a picture of 16:9. */
const ARTWORK_PX = [480, 960] as const;

/** A film's still for the system's own controls: lock screens, headphones, the media keys' panel. */
export function artworkOf(still: string | null): { src: string; sizes: string; type: string }[] {
  if (still === null) return [];
  return ARTWORK_PX.map((widthPx) => ({
    src: new URL(`${still}/${widthPx}`, location.href).href,
    sizes: `${widthPx}x${(widthPx * 9) / 16}`,
    type: 'image/webp',
  }));
}

/** Tells the system's controls where the film is; they reckon on from there. What plays and pauses, the player tells. */
export function tellPosition(player: MediaPlayerInstance | null): void {
  if (!player || !('mediaSession' in navigator)) return;
  const { duration, currentTime, playbackRate } = player.state;
  if (!Number.isFinite(duration) || duration <= 0 || !(playbackRate > 0)) return;
  navigator.mediaSession.setPositionState({
    duration,
    playbackRate,
    position: Math.min(duration, Math.max(0, currentTime)),
  });
}

/** Gives the system's "previous" and "next" to chapters. @returns what takes them back */
export function offerChapters(step: (to: 'next' | 'previous') => void): () => void {
  if (!('mediaSession' in navigator)) return () => {};
  const actions = { previoustrack: () => step('previous'), nexttrack: () => step('next') };
  const all = Object.entries(actions) as [MediaSessionAction, () => void][];
  for (const [action, handler] of all) navigator.mediaSession.setActionHandler(action, handler);
  return () => {
    for (const [action] of all) navigator.mediaSession.setActionHandler(action, null);
  };
}
