import type { RungName, ViewingError, ViewingReport } from '@marquee/core/viewings';

/** What a meter has measured, without whose and of what it is. */
type Measured = Pick<ViewingReport, 'startupMs' | 'stalls' | 'stalledMs' | 'watchedSec' | 'rungSec' | 'error'>;

/**
 * Measures how a film comes to the screen. Times are milliseconds of any clock that only goes forward.
 *
 * A stall is a picture that stopped by itself: what a viewer brings about (a pause, a seek) is none, nor is the wait
 * before the first picture, which is the startup.
 */
export class QualityMeter {
  private state: 'still' | 'moving' | 'stalled' = 'still';
  private sinceMs = 0;
  private wishedAtMs: number | null = null;
  private startupMs: number | null = null;
  private stallCount = 0;
  private stalledMs = 0;
  private watchedMs = 0;
  private rung: RungName | null = null;
  private readonly rungMs = new Map<RungName, number>();
  private error: ViewingError | null = null;

  /** Somebody wants to see it. */
  wish(nowMs: number): void {
    if (this.startupMs === null) this.wishedAtMs ??= nowMs;
  }

  /** The picture moves. */
  move(nowMs: number): void {
    this.pass(nowMs);
    this.state = 'moving';
    if (this.startupMs !== null) return;
    this.wish(nowMs);
    this.startupMs = Math.round(nowMs - (this.wishedAtMs ?? nowMs));
  }

  /** The picture waits for data. */
  stall(nowMs: number): void {
    if (this.state !== 'moving') return;
    this.pass(nowMs);
    this.state = 'stalled';
    this.stallCount++;
  }

  /** The picture stands because somebody wants it to, or because the film is over. */
  rest(nowMs: number): void {
    this.pass(nowMs);
    this.state = 'still';
    // Whoever changed their mind before the first picture waits for it no more.
    if (this.startupMs === null) this.wishedAtMs = null;
  }

  /** From now on the picture is of this rung. */
  show(rung: RungName | null, nowMs: number): void {
    if (rung === this.rung) return;
    this.pass(nowMs);
    this.rung = rung;
  }

  /** An error stopped the film. */
  fail(error: ViewingError, nowMs: number): void {
    this.pass(nowMs);
    this.state = 'still';
    this.error = error;
  }

  /** Whether anybody ever wanted to see it. */
  get isWished(): boolean {
    return this.wishedAtMs !== null || this.startupMs !== null || this.error !== null;
  }

  get hasPicture(): boolean {
    return this.startupMs !== null;
  }

  measured(nowMs: number): Measured {
    this.pass(nowMs);
    return {
      startupMs: this.startupMs,
      stalls: this.stallCount,
      stalledMs: Math.round(this.stalledMs),
      watchedSec: seconds(this.watchedMs),
      rungSec: Object.fromEntries([...this.rungMs].map(([rung, ms]) => [rung, seconds(ms)])),
      error: this.error,
    };
  }

  /** Counts the time until now as what it was. */
  private pass(nowMs: number): void {
    const passedMs = Math.max(0, nowMs - this.sinceMs);
    this.sinceMs = nowMs;
    if (this.state === 'stalled') this.stalledMs += passedMs;
    if (this.state !== 'moving') return;
    this.watchedMs += passedMs;
    if (this.rung !== null) this.rungMs.set(this.rung, (this.rungMs.get(this.rung) ?? 0) + passedMs);
  }
}

function seconds(ms: number): number {
  return Math.round(ms / 10) / 100;
}
