import { rungOfSize, type ViewingError, type ViewingReport } from '@marquee/core/viewings';
import { QualityMeter } from './quality-meter.ts';

/** How often the site is told while a film plays, in milliseconds. */
const TELL_MS = 30_000;

/**
 * Watches a video element and tells the site how the film came to the screen: at the first picture, while it plays, at
 * an error and when the page is left. The session is drawn anew for each opening of the page and leads to nobody.
 */
export class ViewingReporter {
  private readonly meter = new QualityMeter();
  private readonly session = drawn();
  private readonly url: string;
  private engine: ViewingReport['engine'] = 'native';
  private reports = 0;
  private toldAtMs = 0;
  private told = '';

  constructor(movieId: string) {
    this.url = `/api/watch/${movieId}/viewing`;
  }

  /** Somebody wants to see the film, which the element may not know yet. */
  wish(): void {
    this.meter.wish(performance.now());
  }

  /**
   * @param isCaughtUp says whether the film has no more to show yet because it is still being made: a wait for that is
   *   no stall
   * @returns what ends it
   */
  watch(video: HTMLVideoElement, engine: ViewingReport['engine'], isCaughtUp: () => boolean): () => void {
    this.engine = engine;
    const { meter } = this;
    const move = () => {
      if (video.paused) return;
      meter.move(performance.now());
      this.show(video);
    };
    const begin = () => {
      if (meter.hasPicture) return move();
      const seen = () => {
        move();
        if (meter.hasPicture) this.tell();
      };
      // A page that nobody sees shows no pictures.
      if (document.hidden || !('requestVideoFrameCallback' in video)) seen();
      else video.requestVideoFrameCallback(seen);
    };
    const rest = () => meter.rest(performance.now());
    // Before the first picture the wish alone counts, which only a pause takes back.
    const halt = () => meter.hasPicture && rest();
    const handlers: Partial<Record<keyof HTMLVideoElementEventMap, () => void>> = {
      play: () => this.wish(),
      playing: begin,
      seeked: () => meter.hasPicture && move(),
      waiting: () => {
        if (video.seeking || isCaughtUp()) halt();
        else meter.stall(performance.now());
      },
      seeking: halt,
      pause: rest,
      ended: halt,
      resize: () => this.show(video),
      timeupdate: () => performance.now() - this.toldAtMs > TELL_MS && meter.hasPicture && this.tell(),
    };
    const all = Object.entries(handlers);
    for (const [name, handler] of all) video.addEventListener(name, handler);
    return () => {
      for (const [name, handler] of all) video.removeEventListener(name, handler);
      halt();
    };
  }

  fail(error: ViewingError): void {
    this.meter.fail(error, performance.now());
    this.tell();
  }

  /** Tells what there is to tell, if that is news. Goes out even if the page is left at this moment. */
  tell(): void {
    if (!this.meter.isWished) return;
    const measured = this.meter.measured(performance.now());
    const news = JSON.stringify(measured);
    if (news === this.told) return;
    this.told = news;
    this.toldAtMs = performance.now();
    this.reports++;
    const report: ViewingReport = { session: this.session, report: this.reports, engine: this.engine, ...measured };
    const body = new Blob([JSON.stringify(report)], { type: 'application/json' });
    if (navigator.sendBeacon?.(this.url, body)) return;
    void fetch(this.url, { method: 'POST', body, keepalive: true }).catch(() => {
      // The network is away; a later word says the same and more.
    });
  }

  private show(video: HTMLVideoElement): void {
    this.meter.show(rungOfSize(video.videoWidth, video.videoHeight), performance.now());
  }
}

/** 128 random bits, also where the page is not served over HTTPS. */
function drawn(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
