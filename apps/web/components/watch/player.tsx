'use client';

import '@vidstack/react/player/styles/default/theme.css';
import '@vidstack/react/player/styles/default/layouts/video.css';
import './player.css';
import { type Chapter, chapterStep } from '@marquee/core/chapters';
import type { ViewingError } from '@marquee/core/viewings';
import {
  isHLSProvider,
  MediaPlayer,
  type MediaPlayerInstance,
  MediaProvider,
  Poster,
  Track,
  useMediaState,
} from '@vidstack/react';
import { DefaultVideoLayout, defaultLayoutIcons } from '@vidstack/react/player/layouts/default';
import Hls from 'hls.js';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Kept } from '../../server/library.ts';
import type { EpisodeTitle } from '../../server/series.ts';
import type { Preview } from '../../server/still.ts';
import type { StreamFacts } from '../../server/titles.ts';
import { formatLength } from '../../view/format.ts';
import { stillWidths } from '../still-picture.tsx';
import { audioPreference, keepAudioChoice, nameAudioTracks } from './audio-choice.ts';
import { controlSlots } from './control-slots.tsx';
import { KeysDialog } from './keys-dialog.tsx';
import { artworkOf, offerChapters, tellPosition } from './media-session.ts';
import { NextEpisode } from './next-episode.tsx';
import { PlaceKeeper } from './place-keeper.ts';
import { STAGE_SIZES } from './player-frame.tsx';
import { KEY_MAP, playerKeys } from './player-keys.ts';
import { ResumeNote } from './resume-note.tsx';
import { SignedStream } from './signed-stream.ts';
import { SkipButton, skipNow } from './skip-button.tsx';
import { SUBTITLE_WORDS, useSubtitleMenu } from './subtitle-menu.tsx';
import { timeOf } from './time-of.ts';
import { Transcript, TranscriptButton } from './transcript.tsx';
import { useSubtitles } from './use-subtitles.ts';
import { useViewing } from './use-viewing.ts';
import { ViewingReporter } from './viewing-reporter.ts';

/** How often a film that is still being made is asked about, in milliseconds. */
const ASK_MS = 4000;
/** A start that breaks off while the film is still being opened is tried once more after this, in milliseconds. */
const BEGIN_AGAIN_MS = 400;
/** Nearer to the end of what is made than this, a wait is for the making. */
const CAUGHT_UP_SEC = 1;
/** A new signature is fetched when this share of the old one's time is over. */
const RENEW_SHARE = 0.75;

interface Props {
  id: string;
  title: string;
  stream: StreamFacts;
  still: string | null;
  preview: Preview | null;
  /** Null for somebody who is not signed in: then places are kept on this device alone. */
  kept: Pick<Kept, 'viewerId' | 'place'> | null;
  /** Where the address asks it to begin; goes before where somebody left it. */
  startSec: number | null;
  /** What follows at its end, if it is an episode. */
  next: EpisodeTitle | null;
  isTheatre: boolean;
  toggleTheatre: () => void;
  /** As it was when the player came. */
  startsByItself: boolean;
}

/** The player. A new version of the film takes its place by a fresh player at the same position. */
export function Player(props: Props) {
  const [facts, setFacts] = useState(props.stream);
  const [opened, setOpened] = useState(props.stream);
  const [tries, setTries] = useState(0);
  const isFirst = tries === 0 && opened.jobId === props.stream.jobId;
  const latest = useRef(props.stream);
  const [places] = useState(
    () => new PlaceKeeper(props.id, props.kept?.viewerId ?? null, props.kept?.place ?? null, props.startSec),
  );
  const [viewing] = useState(() => new ViewingReporter(props.id));

  const ask = useMemo(
    () => async (): Promise<string> => {
      const answer = await fetch(`/api/watch/${props.id}`);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const next = (await answer.json()) as StreamFacts;
      latest.current = next;
      setFacts(next);
      if (next.jobId !== opened.jobId) setOpened(next);
      return next.baseUrl;
    },
    [props.id, opened.jobId],
  );

  useEffect(() => {
    const renewMs = (latest.current.expiresAtMs - Date.now()) * RENEW_SHARE;
    const timer = setTimeout(() => void ask().catch(() => {}), Math.max(ASK_MS, facts.complete ? renewMs : ASK_MS));
    return () => clearTimeout(timer);
  }, [facts, ask]);

  const retry = () => {
    setOpened(latest.current);
    setTries((n) => n + 1);
  };
  return (
    <Film
      key={`${opened.jobId} ${tries}`}
      {...props}
      startsByItself={isFirst ? props.startsByItself : (navigator.userActivation?.hasBeenActive ?? false)}
      stream={opened}
      facts={facts}
      places={places}
      viewing={viewing}
      ask={ask}
      retry={retry}
    />
  );
}

function Film(
  props: Props & {
    /** The newest word on the stream that `stream` was when it was opened. */
    facts: StreamFacts;
    places: PlaceKeeper;
    viewing: ViewingReporter;
    ask: () => Promise<string>;
    retry: () => void;
  },
) {
  const { title, stream, facts, places, viewing, ask, isTheatre, toggleTheatre } = props;
  const player = useRef<MediaPlayerInstance>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [madeSec, setMadeSec] = useState(0);
  const [isWaiting, setIsWaiting] = useState(false);
  const begun = useRef(false);
  /** Whoever only opened the page has been nowhere. */
  const hasPlayed = useRef(false);
  const [resumedSec, setResumedSec] = useState(0);
  // Opened once: a new signature must not reload the film.
  const source = useMemo(
    () => ({ src: `${stream.baseUrl}master.m3u8`, type: 'application/vnd.apple.mpegurl' as const }),
    [stream],
  );
  const signed = useMemo(() => new SignedStream(stream.baseUrl, ask), [stream, ask]);
  useEffect(() => {
    if (facts.jobId === stream.jobId) signed.use(facts.baseUrl);
  }, [facts, stream, signed]);

  const subtitles = useSubtitleMenu(player);
  const tracks = facts.jobId === stream.jobId ? facts.subtitles : stream.subtitles;
  useSubtitles(player, tracks, ask);

  // Under the newest signature: sheets are fetched when somebody scrubs, which may be long after the film was opened.
  const storyboard = facts.hasStoryboard
    ? new URL(`${facts.baseUrl}storyboard/storyboard.vtt`, location.href).href
    : null;

  // The storyboard's picture says nothing that the time beside it does not; its element comes without that word.
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const hush = new MutationObserver(() => {
      for (const image of frame.current?.querySelectorAll('img:not([alt])') ?? []) image.setAttribute('alt', '');
    });
    if (frame.current) hush.observe(frame.current, { subtree: true, childList: true });
    return () => hush.disconnect();
  }, []);

  const isCaughtUp = () => {
    const state = player.current?.state;
    return !facts.complete && state !== undefined && state.duration - state.currentTime < CAUGHT_UP_SEC;
  };
  const [startsByItself] = useState(props.startsByItself);
  const watch = useViewing(viewing, startsByItself, isCaughtUp);
  const beginOnceMore = () => {
    setTimeout(() => {
      if (player.current?.state.paused) player.current.play().catch(() => {});
    }, BEGIN_AGAIN_MS);
  };

  const keep = (isLast: boolean) => {
    if (isLast) viewing.tell();
    const state = player.current?.state;
    if (state?.canPlay && hasPlayed.current)
      places.keep(state.currentTime, facts.durationSec ?? state.duration, isLast);
  };
  useEffect(() => {
    const onHide = () => document.visibilityState === 'hidden' && keep(true);
    const onLeave = () => keep(true);
    document.addEventListener('visibilitychange', onHide);
    addEventListener('pagehide', onLeave);
    return () => {
      document.removeEventListener('visibilitychange', onHide);
      removeEventListener('pagehide', onLeave);
    };
  });
  // A link that is followed inside the site hides no page; the player tells its last time while it still stands.
  const lastKeep = useRef(keep);
  lastKeep.current = keep;
  useLayoutEffect(() => () => lastKeep.current(true), []);

  const { chapters } = stream;
  const skips = facts.jobId === stream.jobId ? facts.skips : stream.skips;
  const latestSkips = useRef(skips);
  latestSkips.current = skips;
  const stepChapter = useCallback(
    (step: 'next' | 'previous') => {
      const at = player.current && chapterStep(chapters, timeOf(player.current), step);
      if (at !== null) player.current?.remoteControl.seek(at);
    },
    [chapters],
  );
  useEffect(() => (chapters.length > 0 ? offerChapters(stepChapter) : undefined), [chapters, stepChapter]);
  useEffect(() => (player.current ? nameAudioTracks(player.current) : undefined), []);
  const isOver = useMediaState('ended', player);
  const [isStaying, setStaying] = useState(false);
  useEffect(() => {
    if (!isOver) setStaying(false);
  }, [isOver]);
  const [isMapOpen, setMapOpen] = useState(false);
  const showKeys = useCallback(() => setMapOpen(true), []);
  const [isTranscriptOpen, setTranscriptOpen] = useState(false);
  const toggleTranscript = useCallback(() => setTranscriptOpen((was) => !was), []);
  const keys = useMemo(() => {
    const seek = (toSec: (atSec: number, durationSec: number) => number) => () => {
      const { current } = player;
      if (current) current.remoteControl.seek(toSec(timeOf(current), current.state.duration));
    };
    const skip = () => skipNow(player.current, latestSkips.current);
    return playerKeys({ seek, stepChapter, skip, toggleTheatre, showKeys, toggleTranscript });
  }, [stepChapter, toggleTheatre, showKeys, toggleTranscript]);
  const chapterCues = useMemo(() => ({ cues: cuesOf(chapters) }), [chapters]);
  const artwork = useMemo(() => artworkOf(props.still), [props.still]);

  return (
    <div
      className="relative lg:data-transcript:grid lg:data-transcript:grid-cols-[minmax(0,1fr)_24rem] lg:data-transcript:gap-6"
      data-transcript={isTranscriptOpen || undefined}
      ref={frame}
    >
      <div className="relative min-w-0">
        <MediaPlayer
          ref={player}
          className="marquee-player"
          title={title}
          artwork={artwork}
          src={source}
          viewType="video"
          streamType="on-demand"
          // Browsers that know HLS ask for the playlist by themselves, too: asked without CORS, it would be kept without the
          // header that hls.js needs, wherever films come from a bucket or a CDN.
          crossOrigin="anonymous"
          load="eager"
          playsInline
          autoPlay={startsByItself}
          keyTarget="document"
          keyShortcuts={keys}
          storage="marquee.player"
          onProviderChange={(provider) => {
            if (!isHLSProvider(provider)) return;
            provider.library = Hls;
            provider.config = { ...signed.config(), ...audioPreference() };
          }}
          onProviderSetup={watch}
          onAutoPlayFail={beginOnceMore}
          onMediaPlayRequest={() => viewing.wish()}
          onCanPlay={() => {
            if (begun.current || !player.current) return;
            begun.current = true;
            const keptSec = places.resumeSec();
            const fromSec = keptSec < player.current.state.duration ? keptSec : 0;
            player.current.currentTime = fromSec;
            setResumedSec(fromSec);
          }}
          onDurationChange={(sec) => {
            if (Number.isFinite(sec)) setMadeSec(sec);
            tellPosition(player.current);
          }}
          onRateChange={() => tellPosition(player.current)}
          onSeeked={() => tellPosition(player.current)}
          onMediaAudioTrackChangeRequest={(index) => keepAudioChoice(player.current?.audioTracks[index])}
          onWaiting={() => setIsWaiting(true)}
          onPlaying={() => {
            hasPlayed.current = true;
            setProblem(null);
            setIsWaiting(false);
            tellPosition(player.current);
          }}
          onTimeUpdate={() => keep(false)}
          onPause={() => {
            keep(true);
            tellPosition(player.current);
          }}
          onError={(error) => {
            const isLibrary = isHLSProvider(player.current?.provider);
            viewing.fail(errorOf(error.code ?? 2, isLibrary));
            setProblem(sentenceOf(error.code ?? 2));
          }}
        >
          <MediaProvider>
            {props.still && (
              <Poster className="vds-poster" asChild alt={`Still of ${title}`}>
                {/* biome-ignore lint/performance/noImgElement: the same picture, of the same width, as the frame before it. */}
                <img src={`${props.still}/1600`} srcSet={stillWidths(props.still)} sizes={STAGE_SIZES} alt="" />
              </Poster>
            )}
            {chapters.length > 0 && <Track kind="chapters" type="json" content={chapterCues} default />}
          </MediaProvider>
          <DefaultVideoLayout
            icons={defaultLayoutIcons}
            colorScheme="dark"
            thumbnails={storyboard}
            slots={{
              ...controlSlots({ hasChapters: chapters.length > 0, isTheatre, stepChapter, toggleTheatre, showKeys }),
              ...subtitles.slots,
            }}
            translations={SUBTITLE_WORDS}
          />
          <SkipButton player={player} skips={skips} />
          {isOver && !isStaying && facts.complete && props.next && (
            <NextEpisode next={props.next} close={() => setStaying(true)} />
          )}
        </MediaPlayer>
        <KeysDialog map={KEY_MAP} isOpen={isMapOpen} close={() => setMapOpen(false)} />
        {subtitles.dialog}
        {problem && (
          <div
            role="alert"
            className="absolute inset-0 z-20 flex flex-col items-center justify-center gap-5 bg-ground/90 px-6 text-center"
          >
            <p className="display text-28">{problem}</p>
            <button type="button" className="control" onClick={props.retry}>
              Try again from here
            </button>
          </div>
        )}
        <ResumeNote
          fromSec={resumedSec}
          isAsked={resumedSec === props.startSec}
          startOver={() => {
            setResumedSec(0);
            // Setting `currentTime` is dropped while the player has not yet heard that it is elsewhere.
            player.current?.remoteControl.seek(0);
          }}
          done={() => setResumedSec(0)}
        />
        <div className="flex min-h-11 items-center gap-4 px-4 text-14 sm:px-0 group-data-theatre/stage:sm:px-6">
          <p className="flex items-center gap-2 text-quiet" aria-live="polite">
            {!facts.complete && (
              <>
                <span className="bulb-dot breathing shrink-0" aria-hidden />
                <span className="figures">
                  {isWaiting && madeSec > 0
                    ? `You have caught up with the making (${formatLength(madeSec)}). It goes on by itself as soon as the next part is there.`
                    : `Still being made${madeSec > 0 ? `: ${madeSoFar(madeSec, facts.durationSec)}` : ''}.`}
                </span>
              </>
            )}
          </p>
          {tracks.length > 0 && <TranscriptButton isOpen={isTranscriptOpen} toggle={toggleTranscript} />}
        </div>
      </div>
      {isTranscriptOpen && tracks.length > 0 && (
        <Transcript player={player} tracks={tracks} renew={ask} close={toggleTranscript} />
      )}
    </div>
  );
}

function cuesOf(chapters: Chapter[]) {
  return chapters.map(({ startSec, endSec, title }) => ({ startTime: startSec, endTime: endSec, text: title }));
}

function madeSoFar(madeSec: number, wholeSec: number | null): string {
  return wholeSec === null
    ? `the first ${formatLength(madeSec)} can be watched`
    : `${formatLength(madeSec)} of ${formatLength(wholeSec)} can be watched`;
}

/** The library breaks off (1) when it has tried in vain to fetch something. */
function errorOf(code: number, isLibrary: boolean): ViewingError {
  if (code === 3) return 'decode';
  if (code === 4) return 'unsupported';
  return code === 1 && !isLibrary ? 'aborted' : 'network';
}

/** @param code of a MediaError: 1 aborted, 2 network, 3 decode, 4 not supported */
function sentenceOf(code: number): string {
  if (code === 3) return 'This browser could not decode the picture.';
  if (code === 4) return 'This browser cannot play streams. A current Chrome, Firefox, Edge or Safari can.';
  return navigator.onLine
    ? 'The film did not come through. The site may be restarting.'
    : 'You are offline. The film goes on when the network is back.';
}
