import { createContext, use } from 'react';
import type { Preview } from '../../server/still.ts';
import { StillPicture } from '../still-picture.tsx';

/** The film's picture, for the frame that holds the player's place. */
export const FramePicture = createContext<{ still: string | null; preview: Preview | null }>({
  still: null,
  preview: null,
});

/** How wide the player is shown; `watch-stage.tsx` makes it so. */
export const STAGE_SIZES = '(min-width: 640px) min(100vw, calc((100dvh - 9rem) * 16 / 9)), 100vw';

/**
 * Keeps the player's place, so that nothing moves when it arrives, and shows what the player will show first: that is in
 * the page's own HTML, while the player and its library are still on their way.
 */
export function PlayerFrame() {
  const { still, preview } = use(FramePicture);
  return (
    <div className="relative flex aspect-video w-full items-center justify-center overflow-hidden rounded-control bg-raised group-data-theatre/stage:aspect-auto group-data-theatre/stage:h-[min(56.25vw,calc(100dvh-4rem))]">
      <StillPicture still={still} preview={preview} sizes={STAGE_SIZES} first className="absolute inset-0" />
      <p className="breathing absolute bottom-3 left-3 rounded-control bg-ground/80 px-3 py-1 text-14">
        Opening the film
      </p>
    </div>
  );
}
