'use client';

import { Pause, Play } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';

/** How long one film stays, in milliseconds: long enough to read its sentence twice. */
const STAY_MS = 9000;
/** The first one stays longer: on a slow line the page is still coming, and somebody is finding their way. */
const FIRST_STAY_MS = 15_000;
/** The next film's picture is fetched this long after the page stands, so that it takes nothing from the first. */
const NEXT_AFTER_MS = 2500;

/**
 * Films that take turns on the first screen. It rests while somebody points at it, is inside it, looks away or wants no
 * motion, and for good when it is told to. All stand in one place, so nothing moves but the picture.
 *
 * @param props.names of the films, in the order of `children`
 */
export function Banner({ names, children }: { names: string[]; children: ReactNode[] }) {
  const [at, setAt] = useState(0);
  const [isPaused, setIsPaused] = useState(false);
  const [isHeld, setIsHeld] = useState(false);
  /** Films up to this one are in the page. */
  const [reach, setReach] = useState(0);
  const [hasTurned, setHasTurned] = useState(false);

  useEffect(() => {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) setIsPaused(true);
    const timer = setTimeout(() => setReach((now) => Math.max(now, 1)), NEXT_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);

  const show = (index: number) => {
    setAt(index);
    setReach((now) => Math.max(now, index + 1));
  };

  useEffect(() => {
    if (isPaused || isHeld || names.length < 2) return;
    const timer = setInterval(
      () => {
        if (document.visibilityState === 'hidden') return;
        setHasTurned(true);
        const next = (at + 1) % names.length;
        setAt(next);
        setReach((now) => Math.max(now, next + 1));
      },
      hasTurned ? STAY_MS : FIRST_STAY_MS,
    );
    return () => clearInterval(timer);
  }, [isPaused, isHeld, hasTurned, at, names.length]);

  return (
    <section
      aria-label="On the big screen"
      aria-roledescription={names.length > 1 ? 'carousel' : undefined}
      className="relative grid min-h-[max(34rem,88dvh)]"
      onMouseEnter={() => setIsHeld(true)}
      onMouseLeave={() => setIsHeld(false)}
      onFocus={() => setIsHeld(true)}
      onBlur={(event) => setIsHeld(event.currentTarget.contains(event.relatedTarget))}
    >
      <div className="grid" aria-live={isPaused || isHeld ? 'polite' : 'off'}>
        {children.slice(0, reach + 1).map((film, index) => (
          // biome-ignore lint/a11y/useSemanticElements: a film among several is no set of fields.
          <div
            key={names[index]}
            role="group"
            aria-roledescription={names.length > 1 ? 'slide' : undefined}
            aria-label={`${names[index]}${names.length > 1 ? `, ${index + 1} of ${names.length}` : ''}`}
            inert={index !== at}
            className={`grid transition-opacity duration-700 [grid-area:1/1] ${index === at ? '' : 'opacity-0'}`}
          >
            {film}
          </div>
        ))}
      </div>
      {names.length > 1 && (
        <div className="edge absolute inset-x-0 bottom-2 flex items-center" data-row>
          <button
            type="button"
            onClick={() => setIsPaused(!isPaused)}
            className="control control-bare -ml-3 px-3"
            aria-label={isPaused ? 'Let the films take turns' : 'Stay with this film'}
          >
            {isPaused ? <Play size={18} aria-hidden /> : <Pause size={18} aria-hidden />}
          </button>
          {names.map((name, index) => (
            <button
              key={name}
              type="button"
              onClick={() => show(index)}
              aria-label={`Show ${name}`}
              aria-current={index === at}
              className="group/dot flex h-11 w-11 items-center justify-center"
            >
              <span className="block h-[3px] w-7 rounded-full bg-line-strong transition-colors group-hover/dot:bg-quiet group-aria-[current=true]/dot:bg-ink" />
            </button>
          ))}
        </div>
      )}
    </section>
  );
}
