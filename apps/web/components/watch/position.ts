/** Ends of a film at which it counts as not begun, or as seen, in seconds. */
const BEGUN_SEC = 10;
const SEEN_SEC = 20;

/** Remembers, on this device alone, where a film was left; forgets it at the end. */
export function keepPosition(movieId: string, atSec: number, durationSec: number): void {
  try {
    if (atSec < BEGUN_SEC || atSec > durationSec - SEEN_SEC) localStorage.removeItem(keyOf(movieId));
    else localStorage.setItem(keyOf(movieId), String(Math.floor(atSec)));
  } catch {
    // Storage may be forbidden or full; then films start at their beginning.
  }
}

/** @returns where a film was left, in seconds, or 0. */
export function keptPosition(movieId: string): number {
  try {
    const sec = Number(localStorage.getItem(keyOf(movieId)));
    return Number.isFinite(sec) && sec > 0 ? sec : 0;
  } catch {
    return 0;
  }
}

function keyOf(movieId: string): string {
  return `marquee.position.${movieId}`;
}
