import type { Place } from '@marquee/core/library';

/** Ends of a film at which it counts as not begun, or as seen, in seconds. */
const BEGUN_SEC = 10;
const SEEN_SEC = 20;

/**
 * Remembers on this device where a film was left; forgets it at the end.
 *
 * @param viewerId of whoever is signed in, null for nobody: people who share a device do not share their places
 */
export function keepPosition(movieId: string, viewerId: string | null, at: Place, durationSec: number): void {
  const key = keyOf(movieId, viewerId);
  try {
    if (at.positionSec < BEGUN_SEC || at.positionSec > durationSec - SEEN_SEC) localStorage.removeItem(key);
    else localStorage.setItem(key, `${Math.floor(at.positionSec)} ${at.atMs}`);
  } catch {
    // Storage may be forbidden or full; then films start at their beginning.
  }
}

/** @returns where this device left a film, or null. */
export function keptPosition(movieId: string, viewerId: string | null): Place | null {
  try {
    const [positionSec, atMs = 0] = (localStorage.getItem(keyOf(movieId, viewerId)) ?? '').split(' ').map(Number);
    return positionSec && Number.isFinite(positionSec) && positionSec > 0 ? { positionSec, atMs } : null;
  } catch {
    return null;
  }
}

function keyOf(movieId: string, viewerId: string | null): string {
  return viewerId === null ? `marquee.position.${movieId}` : `marquee.position.${viewerId}.${movieId}`;
}
