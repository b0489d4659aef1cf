import { holdsAll, matchesOf, planMoments, type SpokenLine } from '@marquee/core/moments';
import { type MediaPlayerInstance, useMediaState } from '@vidstack/react';
import { ScrollText, X } from 'lucide-react';
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { SubtitleFacts } from '../../server/subtitle-facts.ts';
import { formatLength } from '../../view/format.ts';
import { markedParts, type TextPart } from '../../view/marked-parts.ts';
import { MarkedText } from '../marked-text.tsx';
import { useOwnKeys } from './own-keys.ts';
import { useTranscript } from './use-transcript.ts';

/** Letters from which on lines are looked for. */
const FEWEST_LETTERS = 2;
/** How far keys go among lines. */
const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
/** Where the line that is said now is held, from the top of the list. */
const HELD_AT = 1 / 3;

interface Row extends SpokenLine {
  parts: TextPart[];
}

export function TranscriptButton({ isOpen, toggle }: { isOpen: boolean; toggle: () => void }) {
  return (
    <button
      type="button"
      className="control control-bare ml-auto shrink-0 px-3 text-14"
      aria-pressed={isOpen}
      onClick={toggle}
    >
      <ScrollText size={18} aria-hidden /> Transcript
    </button>
  );
}

/**
 * What is said, beside the film: follows it, is searched, and takes the film to a line. Whoever scrolls reads elsewhere
 * and is left alone until they ask to follow again.
 */
export function Transcript(props: {
  player: RefObject<MediaPlayerInstance | null>;
  tracks: readonly SubtitleFacts[];
  renew: () => Promise<unknown>;
  close: () => void;
}) {
  const { player, tracks, renew, close } = props;
  const shown = useMediaState('textTrack', player);
  const [chosen, setChosen] = useState(shown?.id);
  const track = tracks.find(({ id }) => id === chosen) ?? (tracks[0] as SubtitleFacts);
  const { state, again } = useTranscript(track, renew);
  const [words, setWords] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const choice = useRef<HTMLSelectElement>(null);
  useOwnKeys(field);
  useOwnKeys(choice);
  const rows = useMemo(() => (typeof state === 'string' ? [] : rowsOf(state.lines, words)), [state, words]);
  const isSought = words.trim().length >= FEWEST_LETTERS;
  return (
    <section
      aria-label="Transcript"
      className="relative mt-2 h-[60dvh] border-t border-line lg:mt-0 lg:h-auto lg:border-0 group-data-theatre/stage:lg:mr-6"
    >
      <div className="flex h-full flex-col lg:absolute lg:inset-0">
        <div className="flex items-center gap-2 px-4 lg:px-0">
          <label className="min-w-0 flex-1">
            <span className="sr-only">Look for words in this film</span>
            <input
              ref={field}
              type="search"
              className="field w-full"
              placeholder="Words in this film"
              value={words}
              maxLength={100}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setWords(event.target.value)}
            />
          </label>
          {tracks.length > 1 && (
            <select
              ref={choice}
              aria-label="Track"
              className="field max-w-36"
              value={track.id}
              onChange={(event) => setChosen(event.target.value)}
            >
              {tracks.map(({ id, label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </select>
          )}
          <button type="button" className="control control-bare px-3" aria-label="Close the transcript" onClick={close}>
            <X size={20} aria-hidden />
          </button>
        </div>
        <p className="sr-only" aria-live="polite">
          {isSought && typeof state !== 'string' ? `${rows.length} lines` : ''}
        </p>
        {state === 'reading' && <p className="breathing p-4 text-14 text-quiet">Opening the transcript</p>}
        {state === 'failed' && (
          <div className="p-4 text-14">
            <p>The transcript did not come through.</p>
            <button type="button" className="control mt-3" onClick={again}>
              Try again
            </button>
          </div>
        )}
        {typeof state !== 'string' &&
          (rows.length === 0 ? (
            <p className="p-4 text-14 text-quiet">{isSought ? 'Nobody says that in this film.' : 'Nothing is said.'}</p>
          ) : (
            <Lines
              key={`${track.id} ${isSought}`}
              player={player}
              rows={rows}
              language={track.language}
              isSought={isSought}
            />
          ))}
      </div>
    </section>
  );
}

function Lines(props: {
  player: RefObject<MediaPlayerInstance | null>;
  rows: Row[];
  language: string;
  isSought: boolean;
}) {
  const { player, rows, language, isSought } = props;
  const atMs = useMediaState('currentTime', player) * 1000;
  const now = rows.findLastIndex(({ startMs }) => startMs <= atMs + 1);
  const list = useRef<HTMLOListElement>(null);
  const [isFollowing, setFollowing] = useState(!isSought);
  const [focused, setFocused] = useState(0);

  useEffect(() => {
    const { current } = list;
    const line = current?.children[Math.max(0, now)];
    if (!current || !isFollowing || !(line instanceof HTMLElement)) return;
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    current.scrollTo({
      top: line.offsetTop - current.clientHeight * HELD_AT,
      behavior: isCalm ? 'instant' : 'smooth',
    });
  }, [now, isFollowing]);

  // Tab stops at one line, as in a list of choices; the arrow keys go on from there.
  const stop = isFollowing ? Math.max(0, now) : Math.min(focused, rows.length - 1);
  const move = useRef((_step: number) => {});
  move.current = (step) => {
    // Asked of the page: a key that follows at once comes before the list is drawn anew.
    const at = [...(list.current?.children ?? [])].findIndex((line) => line.contains(document.activeElement));
    const next = Math.min(rows.length - 1, Math.max(0, (at < 0 ? stop : at) + step));
    setFollowing(false);
    setFocused(next);
    (list.current?.children[next]?.firstElementChild as HTMLElement | null)?.focus();
  };
  // The player listens at the document, as React does: what moves among lines is kept from it on its way there.
  useEffect(() => {
    const { current } = list;
    const onKey = (event: KeyboardEvent) => {
      const step = STEPS[event.key];
      if (step === undefined && event.key !== 'Enter' && event.key !== ' ') return;
      event.stopPropagation();
      if (step === undefined || event.type !== 'keydown') return;
      event.preventDefault();
      move.current(step);
    };
    current?.addEventListener('keydown', onKey);
    current?.addEventListener('keyup', onKey);
    return () => {
      current?.removeEventListener('keydown', onKey);
      current?.removeEventListener('keyup', onKey);
    };
  }, []);
  return (
    <div className="relative min-h-0 flex-1">
      <ol
        ref={list}
        className="relative h-full overflow-y-auto overscroll-contain py-3"
        lang={language || undefined}
        onWheel={() => setFollowing(false)}
        onTouchMove={() => setFollowing(false)}
      >
        {rows.map(({ startMs, parts }, i) => (
          <li
            key={`${startMs} ${parts[0]?.text}`}
            className="[content-visibility:auto] [contain-intrinsic-size:auto_3rem]"
          >
            <button
              type="button"
              tabIndex={i === stop ? 0 : -1}
              aria-current={!isSought && i === now ? 'true' : undefined}
              className="flex min-h-11 w-full gap-3 px-4 py-2 text-left text-16 leading-snug text-quiet hover:text-ink aria-[current]:text-ink lg:rounded-control lg:px-3"
              onFocus={() => setFocused(i)}
              onClick={() => {
                player.current?.remoteControl.seek(startMs / 1000);
                if (!isSought) setFollowing(true);
              }}
            >
              <span className="figures w-14 shrink-0 text-14 leading-snug">
                {formatLength(Math.floor(startMs / 1000))}
              </span>
              <span className="min-w-0">
                <MarkedText parts={parts} />
              </span>
            </button>
          </li>
        ))}
      </ol>
      {!isFollowing && !isSought && (
        <button
          type="button"
          className="control control-bulb absolute bottom-4 left-1/2 -translate-x-1/2 px-4"
          onClick={() => setFollowing(true)}
        >
          Follow the film
        </button>
      )}
    </div>
  );
}

/** All lines; once something is looked for, those that hold all its words, in any order. */
function rowsOf(lines: SpokenLine[], words: string): Row[] {
  if (words.trim().length < FEWEST_LETTERS)
    return lines.map((line) => ({ ...line, parts: markedParts(line.text, []) }));
  const plan = planMoments(words);
  return lines.flatMap((line) => {
    return holdsAll(plan, line.text) ? [{ ...line, parts: markedParts(line.text, matchesOf(plan, line.text)) }] : [];
  });
}
