/** More than the people behind one address type, less than what keeps a processor busy. */
const SEARCHES = 600;
const WINDOW_MS = 60_000;
const MOST_NETWORKS = 10_000;

const counts = new Map<string, { count: number; endsAtMs: number }>();

/**
 * Counts a search that somebody's typing asks for. By this process alone: a write to the store for each letter would cost
 * more than it saves.
 *
 * @param network as `limits.ts` names it
 * @returns how long to wait, in milliseconds; null while it is within the limit
 */
export function countSearchMs(network: string, nowMs = Date.now()): number | null {
  let standing = counts.get(network);
  if (!standing || standing.endsAtMs <= nowMs) {
    standing = { count: 0, endsAtMs: nowMs + WINDOW_MS };
    // The oldest windows stand first, and end first.
    counts.delete(network);
    counts.set(network, standing);
    for (const [oldest] of counts) {
      if (counts.size <= MOST_NETWORKS) break;
      counts.delete(oldest);
    }
  }
  return ++standing.count > SEARCHES ? standing.endsAtMs - nowMs : null;
}
