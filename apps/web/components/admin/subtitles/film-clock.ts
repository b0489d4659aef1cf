type Listener = () => void;

const EVENTS = ['play', 'pause', 'seeking', 'seeked', 'timeupdate', 'loadedmetadata'] as const;
/** Element times are floating point: in the middle of a millisecond they are surely within it. */
const INSIDE_MS = 0.5;

/** Where the film is, exactly while it plays, for whoever shows something that depends on it. */
export class FilmClock {
  private video: HTMLVideoElement | null = null;
  private readonly listeners = new Set<Listener>();
  private stopAtMs: number | null = null;
  private frame = 0;

  /** Takes a film's element. @returns what lets go of it */
  attach(video: HTMLVideoElement): () => void {
    this.video = video;
    const onEvent = (event: Event) => {
      // Whoever stops the film, or goes elsewhere in it, no longer listens to the one cue.
      if (event.type === 'pause') this.stopAtMs = null;
      if (event.type === 'play') this.follow();
      this.tell();
    };
    for (const name of EVENTS) video.addEventListener(name, onEvent);
    return () => {
      for (const name of EVENTS) video.removeEventListener(name, onEvent);
      cancelAnimationFrame(this.frame);
      this.video = null;
    };
  }

  readonly subscribe = (listener: Listener): Listener => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly atMs = (): number => (this.video ? Math.floor(this.video.currentTime * 1000) : 0);

  readonly isPlaying = (): boolean => this.video !== null && !this.video.paused;

  seek(toMs: number): void {
    if (!this.video) return;
    this.stopAtMs = null;
    this.video.currentTime = (Math.max(0, toMs) + INSIDE_MS) / 1000;
  }

  toggle(): void {
    if (this.isPlaying()) this.video?.pause();
    else this.play();
  }

  /** Plays a stretch of the film, and stops at its end. */
  playRange(startMs: number, endMs: number): void {
    this.seek(startMs);
    this.stopAtMs = endMs;
    this.play();
  }

  private play(): void {
    // A browser may refuse before anything was clicked; its own controls are there.
    this.video?.play().catch(() => {});
  }

  private follow(): void {
    cancelAnimationFrame(this.frame);
    const look = () => {
      if (!this.isPlaying()) return;
      if (this.stopAtMs !== null && this.atMs() >= this.stopAtMs) this.video?.pause();
      this.tell();
      this.frame = requestAnimationFrame(look);
    };
    this.frame = requestAnimationFrame(look);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
