import Hls, { type HlsConfig, type LoaderConfig, type LoadPolicy } from 'hls.js';

/** Tries for one file of a stream, and the pause before the first and the longest repetition. */
const TRIES = 10;
const FIRST_PAUSE_MS = 700;
const MAX_PAUSE_MS = 8000;

/** The parts of hls.js that would fetch subtitles, left out. */
const WITHOUT_SUBTITLES = { subtitleTrackController: undefined, subtitleStreamController: undefined } as object;

/**
 * The addresses of one stream, which expire. Whatever a player asks for under an old signature is asked for
 * under the newest, so that a film that was paused overnight simply goes on.
 */
export class SignedStream {
  private bases: string[];
  private readonly refresh: () => Promise<string>;
  private refreshing: Promise<void> | null = null;

  /** @param refresh gets the stream's folder under a new signature */
  constructor(baseUrl: string, refresh: () => Promise<string>) {
    this.bases = [absolute(baseUrl)];
    this.refresh = refresh;
  }

  /** From now on this signature is used. */
  use(baseUrl: string): void {
    const base = absolute(baseUrl);
    this.bases = [base, ...this.bases.filter((each) => each !== base)];
  }

  /** @returns `url` under the newest signature; left as it is when it is none of this stream's. */
  current(url: string): string {
    const old = this.bases.find((base) => url.startsWith(base));
    return old === undefined ? url : `${this.bases[0]}${url.slice(old.length)}`;
  }

  /** hls.js settings: start at the beginning also while the film grows, and outlive refused or broken requests. */
  config(): Partial<HlsConfig> {
    const { fragLoadPolicy, playlistLoadPolicy, manifestLoadPolicy } = Hls.DefaultConfig;
    return {
      startPosition: 0,
      // Subtitles come beside the stream: those that people uploaded stand in no playlist (use-subtitles.ts).
      enableWebVTT: false,
      ...WITHOUT_SUBTITLES,
      backBufferLength: 60,
      // A growing playlist is no live broadcast: never skip ahead to its end.
      liveDurationInfinity: false,
      xhrSetup: (xhr, url) => xhr.open('GET', this.current(url), true),
      fragLoadPolicy: this.patient(fragLoadPolicy),
      playlistLoadPolicy: this.patient(playlistLoadPolicy),
      manifestLoadPolicy: this.patient(manifestLoadPolicy),
    };
  }

  private patient(policy: LoadPolicy): LoadPolicy {
    const retry = { maxNumRetry: TRIES, retryDelayMs: FIRST_PAUSE_MS, maxRetryDelayMs: MAX_PAUSE_MS };
    const settings: LoaderConfig = {
      ...policy.default,
      timeoutRetry: { ...policy.default.timeoutRetry, ...retry },
      errorRetry: {
        ...retry,
        backoff: 'exponential',
        shouldRetry: (config, tries, _isTimeout, response, byDefault) => {
          if (response?.code !== 403) return byDefault;
          this.renew();
          return tries < (config?.maxNumRetry ?? 0);
        },
      },
    };
    return { default: settings };
  }

  /** Asks for a new signature, once for all requests that were refused. */
  private renew(): void {
    this.refreshing ??= this.refresh()
      .then((baseUrl) => this.use(baseUrl))
      .catch(() => {
        // The next refused request asks again.
      })
      .finally(() => {
        this.refreshing = null;
      });
  }
}

function absolute(url: string): string {
  return new URL(url, location.href).href;
}
