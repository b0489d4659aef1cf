'use client';

import { type ComponentProps, useCallback, useMemo, useState, ViewTransition } from 'react';
import { THEATRE_COOKIE } from '../../view/theatre.ts';
import { FramePicture } from './player-frame.tsx';
import { Player } from './player-loader.tsx';

const YEAR_SEC = 365 * 24 * 3600;

type Props = Omit<ComponentProps<typeof Player>, 'isTheatre' | 'toggleTheatre'> & {
  /** As it was left on this device. */
  startsAsTheatre: boolean;
};

/** The film's place on its page: as large as leaves the rest in sight, or as theatre, from edge to edge. */
export function WatchStage({ startsAsTheatre, ...film }: Props) {
  const [isTheatre, setTheatre] = useState(startsAsTheatre);
  const toggle = useCallback(() => {
    setTheatre((was) => {
      // biome-ignore lint/suspicious/noDocumentCookie: the server reads it; the Cookie Store API is not everywhere yet.
      document.cookie = `${THEATRE_COOKIE}=${was ? '0' : '1'}; path=/watch; max-age=${YEAR_SEC}; samesite=lax`;
      return !was;
    });
  }, []);
  const { still, preview } = film;
  const picture = useMemo(() => ({ still, preview }), [still, preview]);
  return (
    <div
      data-theatre={isTheatre || undefined}
      className="group/stage flex flex-1 items-center justify-center px-0 pb-16 not-data-theatre:sm:px-6 data-theatre:items-start"
    >
      <div className="w-full group-not-data-theatre/stage:max-w-[calc((100dvh-9rem)*16/9)] lg:group-not-data-theatre/stage:has-data-transcript:max-w-[calc((100dvh-9rem)*16/9+25.5rem)]">
        <ViewTransition name={`still-${film.id}`} share="still-to-film" default="none">
          <div>
            <FramePicture value={picture}>
              <Player key={film.id} {...film} isTheatre={isTheatre} toggleTheatre={toggle} />
            </FramePicture>
          </div>
        </ViewTransition>
      </div>
    </div>
  );
}
