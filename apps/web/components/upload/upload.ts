import { partCount, partRange } from '../../view/upload-limits.ts';
import { forgetUpload, type KeptUpload, keepUpload } from './kept-uploads.ts';
import { completeUpload, dropUpload, sendPart, signParts, standingParts, UploadError } from './upload-api.ts';

/**
 * `queued` until its turn, `sending`, `paused` by a person, `waiting` for the network or the server, `choose` until
 * the same file is given again, `joining` on the server, `done`, `failed` with a sentence.
 */
export type UploadState = 'queued' | 'sending' | 'paused' | 'waiting' | 'choose' | 'joining' | 'done' | 'failed';

const PARALLEL_PARTS = 3;
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 30_000;
/** Addresses are asked for in groups. */
const SIGN_AHEAD = 12;
/** The speed is that of the last so many milliseconds. */
const SPEED_WINDOW_MS = 8000;
/** Files up to this size are kept in the browser, so that a reload needs nobody. */
const KEEP_FILE_BYTES = 512 * 1024 ** 2;

/** One film on its way to storage: sends missing parts, several at once, until all stand, whatever happens to the line. */
export class Upload {
  state: UploadState = 'queued';
  sentence = '';
  jobId: string | null = null;
  readonly kept: KeptUpload;
  private file: File | null;
  private readonly standing = new Set<number>();
  private readonly underWay = new Map<number, number>();
  private readonly urls = new Map<number, string>();
  private readonly samples: { atMs: number; bytes: number }[] = [];
  private stop = new AbortController();
  private readonly changed: () => void;

  constructor(kept: KeptUpload, file: File | null, changed: () => void) {
    this.kept = kept;
    this.file = file;
    this.changed = changed;
    if (kept.paused) this.state = 'paused';
  }

  /** Bytes that stand or have left, in `[0, sizeBytes]`. */
  get sentBytes(): number {
    let bytes = 0;
    for (const part of this.standing) bytes += this.sizeOf(part);
    for (const [part, sent] of this.underWay) bytes += Math.min(sent, this.sizeOf(part));
    return bytes;
  }

  /** Bytes per second lately, or null while too little is known. */
  get speedBps(): number | null {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (this.state !== 'sending' || !first || !last || last.atMs - first.atMs < 1000) return null;
    return Math.max(0, ((last.bytes - first.bytes) * 1000) / (last.atMs - first.atMs));
  }

  get title(): string {
    return this.kept.title;
  }

  set title(title: string) {
    this.kept.title = title;
    void this.keep();
    this.changed();
  }

  /** Keeps what is needed to go on after a reload; the file too where it is small. */
  async keep(): Promise<void> {
    const file = this.file && this.file.size <= KEEP_FILE_BYTES ? this.file : this.kept.file;
    try {
      await keepUpload({ ...this.kept, file });
    } catch {
      // No room for the file: keep the facts, and ask for the file when it comes to that.
      await keepUpload({ ...this.kept, file: null }).catch(() => {});
    }
  }

  /** Gives the file back after a reload. @returns false if it is another file */
  give(file: File): boolean {
    const { fileName, sizeBytes, lastModifiedMs } = this.kept;
    if (file.name !== fileName || file.size !== sizeBytes || file.lastModified !== lastModifiedMs) return false;
    this.file = file;
    void this.keep();
    this.become('queued');
    return true;
  }

  /** Learns how much of a paused upload stands, so that its line tells the truth. */
  async look(): Promise<void> {
    const { parts } = await standingParts(this.kept.uploadId, this.kept.token);
    if (this.state !== 'paused') return;
    for (const part of parts) this.standing.add(part);
    this.changed();
  }

  /** Says why the file that was given is not the one. */
  refuse(sentence: string): void {
    this.become('choose', sentence);
  }

  pause(): void {
    this.kept.paused = true;
    void this.keep();
    this.stop.abort();
    this.become('paused');
  }

  resume(): void {
    this.kept.paused = false;
    void this.keep();
    this.become(this.file ? 'queued' : 'choose');
  }

  /** Stops, and throws away what was sent. */
  async drop(): Promise<void> {
    this.stop.abort();
    await forgetUpload(this.kept.uploadId);
    await dropUpload(this.kept.uploadId, this.kept.token).catch(() => {
      // Storage clears away what nobody finished.
    });
  }

  /** Sends what is missing and hands the film over. Resolves when it is done, paused, failed or needs the file. */
  async run(): Promise<void> {
    const stop = new AbortController();
    this.stop = stop;
    const { uploadId, token } = this.kept;
    try {
      const before = await this.patiently(() => standingParts(uploadId, token), stop.signal);
      this.standing.clear();
      for (const part of before.parts) this.standing.add(part);
      if (before.job) return await this.finish(before.job);
      for (;;) {
        if (this.missing().length > 0) {
          if (!this.file) return this.become('choose');
          this.become('sending');
          await this.sendMissing(stop);
        }
        this.become('joining');
        const done = await this.patiently(() => completeUpload(uploadId, token, this.kept.title), stop.signal);
        if ('jobId' in done) return await this.finish(done.jobId);
        for (const part of done.missing) this.standing.delete(part);
      }
    } catch (error) {
      if (stop.signal.aborted) return;
      stop.abort();
      this.become('failed', error instanceof Error ? error.message : 'The upload failed.');
    } finally {
      this.underWay.clear();
    }
  }

  private async sendMissing(stop: AbortController): Promise<void> {
    const queue = this.missing();
    const work = async () => {
      for (;;) {
        const part = queue.shift();
        if (part === undefined) return;
        await this.patiently(() => this.sendOne(part, queue, stop.signal), stop.signal);
      }
    };
    const sample = setInterval(() => this.sample(), 500);
    try {
      await Promise.all(Array.from({ length: PARALLEL_PARTS }, work));
    } finally {
      clearInterval(sample);
    }
  }

  private async sendOne(part: number, next: number[], signal: AbortSignal): Promise<void> {
    if (!this.urls.has(part)) {
      const wanted = [part, ...next.slice(0, SIGN_AHEAD - 1)];
      const urls = await signParts(this.kept.uploadId, this.kept.token, wanted);
      for (const [number, url] of Object.entries(urls)) this.urls.set(Number(number), url);
    }
    const { start, end } = partRange(part, this.kept.sizeBytes, this.kept.partBytes);
    try {
      const bytes = (this.file as File).slice(start, end);
      const onSent = (sent: number) => {
        this.underWay.set(part, sent);
        this.changed();
      };
      await sendPart(this.urls.get(part) as string, bytes, onSent, signal);
      this.standing.add(part);
      if (this.state === 'waiting') this.become('sending');
    } catch (error) {
      if (error instanceof UploadError && error.next === 'renew') this.urls.delete(part);
      throw error;
    } finally {
      this.underWay.delete(part);
    }
  }

  /** Repeats what failed for a passing reason: longer and longer pauses, or until the network is back. */
  private async patiently<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let tries = 0; ; tries++) {
      signal.throwIfAborted();
      try {
        return await act();
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof UploadError) || error.next === 'end') throw error;
        if (error.next === 'renew' && tries === 0) continue;
        if (!(await this.isReadable())) throw new UploadError('The file was moved or changed on disk.', 'end');
        const offline = !navigator.onLine;
        this.become(
          'waiting',
          offline ? 'Offline. It goes on by itself when the network is back.' : `${error.message} Trying again.`,
        );
        await pauseFor(Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries) * (0.5 + Math.random() / 2), signal);
      }
    }
  }

  private async isReadable(): Promise<boolean> {
    try {
      await this.file?.slice(0, 1).arrayBuffer();
      return true;
    } catch {
      return false;
    }
  }

  private async finish(jobId: string): Promise<void> {
    this.jobId = jobId;
    await forgetUpload(this.kept.uploadId).catch(() => {});
    this.become('done');
  }

  private missing(): number[] {
    const { sizeBytes, partBytes } = this.kept;
    return Array.from({ length: partCount(sizeBytes, partBytes) }, (_, i) => i + 1).filter(
      (part) => !this.standing.has(part),
    );
  }

  private sizeOf(part: number): number {
    const { start, end } = partRange(part, this.kept.sizeBytes, this.kept.partBytes);
    return end - start;
  }

  private sample(): void {
    const atMs = performance.now();
    this.samples.push({ atMs, bytes: this.sentBytes });
    while ((this.samples[0]?.atMs ?? atMs) < atMs - SPEED_WINDOW_MS) this.samples.shift();
    this.changed();
  }

  private become(state: UploadState, sentence = ''): void {
    if (state !== 'sending') this.samples.length = 0;
    this.state = state;
    this.sentence = sentence;
    this.changed();
  }
}

/** Waits, but no longer than until the network comes back. */
function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(end, ms);
    addEventListener('online', end);
    signal.addEventListener('abort', end);
    function end() {
      clearTimeout(timer);
      removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    }
  });
}
