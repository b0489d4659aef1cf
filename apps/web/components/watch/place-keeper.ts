import { type Place, resumeSec } from '@marquee/core/library';
import { keepPosition, keptPosition } from './position.ts';

/** How often a place is kept while a film plays: on this device, and on the site, in milliseconds. */
const HERE_MS = 5000;
const SITE_MS = 10_000;
/** Clocks that differ by less are taken to be right. */
const CLOCK_MS = 30_000;
/** Places less apart are one. */
const SAME_SEC = 0.05;

/** Keeps where somebody is in a film: on this device, and for whoever is signed in on the site, for all their devices. */
export class PlaceKeeper {
  private readonly movieId: string;
  private readonly viewerId: string | null;
  private readonly elsewhere: Place | null;
  private readonly askedSec: number | null;
  private last: Place | null = null;
  private hereAtMs = 0;
  private siteAtMs = 0;
  /** The time of the place that the site was told of last. */
  private toldAtMs = 0;
  /** What the site's clock is ahead of this device's, in milliseconds. */
  private aheadMs = 0;

  /**
   * @param elsewhere what the site knew when the page was made
   * @param askedSec where the page's address says to begin
   */
  constructor(movieId: string, viewerId: string | null, elsewhere: Place | null, askedSec: number | null) {
    this.askedSec = askedSec;
    this.movieId = movieId;
    this.viewerId = viewerId;
    this.elsewhere = elsewhere;
  }

  /** @returns where to go on, in seconds; 0 for the beginning */
  resumeSec(): number {
    return (
      this.last?.positionSec ?? this.askedSec ?? resumeSec(keptPosition(this.movieId, this.viewerId), this.elsewhere)
    );
  }

  /**
   * Where somebody stays is kept with the time at which they came there: a page that stood paused since yesterday must
   * not, when it is closed, take the place of what was watched elsewhere meanwhile.
   *
   * @param isLast when there may be no more to come: kept at once
   */
  keep(positionSec: number, durationSec: number, isLast: boolean): void {
    const nowMs = Date.now();
    const isThere = this.last !== null && Math.abs(positionSec - this.last.positionSec) < SAME_SEC;
    const at = isThere && this.last ? this.last : { positionSec, atMs: nowMs };
    this.last = at;
    if (isLast || Math.abs(nowMs - this.hereAtMs) >= HERE_MS) {
      this.hereAtMs = nowMs;
      keepPosition(this.movieId, this.viewerId, { positionSec, atMs: at.atMs + this.aheadMs }, durationSec);
    }
    const isDue = isLast || Math.abs(nowMs - this.siteAtMs) >= SITE_MS;
    if (this.viewerId === null || !isDue || at.atMs === this.toldAtMs) return;
    this.siteAtMs = nowMs;
    this.toldAtMs = at.atMs;
    void this.send(at, Number.isFinite(durationSec) && durationSec > 0 ? durationSec : null);
  }

  private async send({ positionSec, atMs }: Place, durationSec: number | null): Promise<void> {
    const sentAtMs = Date.now();
    try {
      const answer = await fetch('/api/library/place', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ movieId: this.movieId, positionSec, durationSec, atMs: atMs + this.aheadMs }),
        // Goes out even if the page is left at this moment.
        keepalive: true,
      });
      if (!answer.ok) return;
      const { nowMs } = (await answer.json()) as { nowMs: number };
      const aheadMs = nowMs - sentAtMs;
      if (Math.abs(aheadMs - this.aheadMs) < CLOCK_MS) return;
      // This device's clock is wrong: what was just sent is told again by the right one.
      this.aheadMs = aheadMs;
      this.siteAtMs = 0;
      this.toldAtMs = 0;
    } catch {
      // The network is away; the next one is soon.
      this.toldAtMs = 0;
    }
  }
}
