import { type Skip, skipAt } from '@marquee/core/skips';
import { type MediaPlayerInstance, useMediaState } from '@vidstack/react';
import { SkipForward } from 'lucide-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { timeOf } from './time-of.ts';

/** It shows by itself this long, in milliseconds; then it comes and goes with the player's bars. */
const SHOWS_MS = 10_000;

/** Credits that leave no more than this reach the end, in seconds; of that so much is played. */
const END_SEC = 1;
const LAST_SEC = 0.25;

const WORDS: Record<Skip['kind'], string> = { intro: 'Skip intro', credits: 'Skip credits' };

/** Passes over what the film is in now, if there is something to pass over. @returns whether it did */
export function skipNow(player: MediaPlayerInstance | null, skips: readonly Skip[]): boolean {
  const skip = player && skipAt(skips, timeOf(player));
  if (!player || !skip) return false;
  const { duration } = player.state;
  if (skip.endSec < duration - END_SEC) {
    player.remoteControl.seek(skip.endSec);
    return true;
  }
  // Credits that reach the end lead there, where the next episode is offered: a film ends by playing, not by being sought.
  player.remoteControl.seek(Math.max(0, duration - LAST_SEC));
  player.remoteControl.play();
  return true;
}

/** Offers to pass over opening titles and credits while they run. */
export function SkipButton(props: { player: RefObject<MediaPlayerInstance | null>; skips: readonly Skip[] }) {
  const { player, skips } = props;
  const atSec = useMediaState('currentTime', player);
  const areBarsShown = useMediaState('controlsVisible', player);
  const isOver = useMediaState('ended', player);
  const skip = isOver ? null : skipAt(skips, atSec);
  const kind = skip?.kind ?? null;
  const [isNew, setNew] = useState(false);
  const [hasFocus, setFocus] = useState(false);
  useEffect(() => {
    setNew(kind !== null);
    setFocus(false);
    if (kind === null) return;
    const timer = setTimeout(() => setNew(false), SHOWS_MS);
    return () => clearTimeout(timer);
  }, [kind]);
  const button = useRef<HTMLButtonElement>(null);
  const isShown = kind !== null && (isNew || areBarsShown || hasFocus);
  return (
    <div className="pointer-events-none absolute right-3 bottom-24 z-10 sm:right-5">
      <p className="sr-only" role="status">
        {kind !== null && `${WORDS[kind]}: press S`}
      </p>
      {kind !== null && (
        <button
          ref={button}
          type="button"
          // Out of sight it stays within reach of the keyboard, and comes back with the focus.
          className={`control skip-button px-5 ${isShown ? 'pointer-events-auto' : 'opacity-0'}`}
          onFocus={() => setFocus(true)}
          onBlur={() => setFocus(false)}
          onClick={() => {
            // The button goes; whoever pressed it by the keyboard goes on from the player.
            if (document.activeElement === button.current) player.current?.el?.focus();
            skipNow(player.current, skips);
          }}
        >
          {WORDS[kind]} <SkipForward size={18} aria-hidden />
        </button>
      )}
    </div>
  );
}
