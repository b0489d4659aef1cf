'use client';

import { cueOf, type EditedCue } from '@marquee/core/cue-edit';
import './editor.css';
import Hls from 'hls.js';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { StreamFacts } from '../../../server/titles.ts';
import { cueTime } from '../../../view/cue-time.ts';
import { SignedStream } from '../../watch/signed-stream.ts';
import type { FilmClock } from './film-clock.ts';

interface Props {
  filmId: string;
  title: string;
  baseUrl: string;
  clock: FilmClock;
  cues: readonly EditedCue[];
}

/** The film with the cues over it as they are being edited. */
export function Preview({ filmId, title, baseUrl, clock, cues }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const [problem, setProblem] = useState(false);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    const detach = clock.attach(element);
    const signed = new SignedStream(baseUrl, async () => {
      const answer = await fetch(`/api/watch/${filmId}`);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      return ((await answer.json()) as StreamFacts).baseUrl;
    });
    const address = new URL(`${baseUrl}master.m3u8`, location.href).href;
    if (!Hls.isSupported()) {
      element.src = address;
      return detach;
    }
    const hls = new Hls(signed.config());
    hls.on(Hls.Events.ERROR, (_, { fatal }) => fatal && setProblem(true));
    hls.loadSource(address);
    hls.attachMedia(element);
    return () => {
      hls.destroy();
      detach();
    };
  }, [filmId, baseUrl, clock]);
  return (
    <div className="editor-preview">
      {/* biome-ignore lint/a11y/useMediaCaption: its captions are what is edited; they lie over it. */}
      <video
        ref={video}
        controls
        playsInline
        aria-label={title}
        onError={() => setProblem(true)}
        className="aspect-video max-h-[42dvh] w-full"
      />
      <Shown clock={clock} cues={cues} />
      {problem && (
        <p role="alert" className="absolute inset-x-0 top-0 bg-ground/90 px-4 py-2 text-14">
          The film does not come through. What you edit is safe; load the page anew once it is saved.
        </p>
      )}
    </div>
  );
}

/** The cues that stand where the film is. */
function Shown({ clock, cues }: Pick<Props, 'clock' | 'cues'>) {
  const standing = useSyncExternalStore(
    clock.subscribe,
    () => {
      const atMs = clock.atMs();
      const ids = cues.filter(({ startMs, endMs }) => startMs <= atMs && atMs < endMs).map(({ id }) => id);
      return ids.join(' ');
    },
    () => '',
  );
  const shown = useMemo(() => {
    const ids = new Set(standing.split(' ').map(Number));
    return cues.filter(({ id }) => ids.has(id)).map((cue) => ({ id: cue.id, ...cueOf(cue) }));
  }, [standing, cues]);
  return (
    <>
      {[true, false].map((isTop) => (
        <div key={String(isTop)} data-preview={isTop ? 'top' : 'foot'} className="editor-cues" aria-hidden>
          {shown
            .filter((cue) => cue.isTop === isTop)
            .map(({ id, runs }) => (
              <p key={id}>
                {runs.map(({ text, italic, bold, underline }, i) => (
                  <span
                    // biome-ignore lint/suspicious/noArrayIndexKey: runs have no name but their place.
                    key={i}
                    className={`${italic ? 'italic' : ''} ${bold ? 'font-bold' : ''} ${underline ? 'underline' : ''}`}
                  >
                    {text}
                  </span>
                ))}
              </p>
            ))}
        </div>
      ))}
    </>
  );
}

/** Stretch of the film that the strip shows on either side, in milliseconds. */
const REACH_MS = 8000;
/** The strip moves in steps of this, in milliseconds. */
const STEP_MS = 40;

/** The cues around the playhead as blocks on a line, so that gaps and overlaps are seen; the list says the same in words. */
export function CueStrip(props: {
  clock: FilmClock;
  cues: readonly EditedCue[];
  chosenId: number | null;
  choose: (id: number) => void;
}) {
  const { clock, cues, chosenId } = props;
  const atMs = useSyncExternalStore(
    clock.subscribe,
    () => Math.round(clock.atMs() / STEP_MS) * STEP_MS,
    () => 0,
  );
  const near = cues.filter((cue) => cue.endMs > atMs - REACH_MS && cue.startMs < atMs + REACH_MS);
  const share = (ms: number) => ((ms - atMs + REACH_MS) / (2 * REACH_MS)) * 100;
  return (
    <div className="flex h-11 items-center gap-3 border-y border-line" aria-hidden>
      <span className="figures shrink-0 text-12 text-quiet">{cueTime(atMs)}</span>
      <div className="relative h-full min-w-0 flex-1 overflow-hidden">
        {near.map((cue) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: a second way for pointers; the list is the one for all.
          // biome-ignore lint/a11y/useKeyWithClickEvents: as above.
          <div
            key={cue.id}
            onClick={() => props.choose(cue.id)}
            style={{
              left: `${share(cue.startMs)}%`,
              width: `${Math.max(0.4, share(cue.endMs) - share(cue.startMs))}%`,
            }}
            className={`absolute top-1.5 bottom-1.5 cursor-pointer truncate rounded-still border px-1.5 text-12 leading-7 ${
              cue.id === chosenId ? 'border-ink bg-ink/15' : 'border-line-strong bg-raised text-quiet'
            }`}
          >
            {cue.text.replaceAll(/<[^<>]*>/g, '')}
          </div>
        ))}
        <div className="absolute inset-y-0 left-1/2 w-px bg-bulb" />
      </div>
    </div>
  );
}
