import { Play } from 'lucide-react';
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
 * Keeps the player's place and that of the words below it, so that nothing moves when it arrives, and shows what the
 * player will show first: that is in the page's own HTML.
 *
 * @param props.play null once the player is on its way
 */
export function PlayerFrame({ play }: { play: (() => void) | null }) {
  const { still, preview } = use(FramePicture);
  return (
    <div className="pb-19">
      <div className="relative flex aspect-video w-full items-center justify-center overflow-hidden rounded-control bg-raised group-data-theatre/stage:aspect-auto group-data-theatre/stage:h-[min(56.25vw,calc(100dvh-4rem))]">
        <StillPicture still={still} preview={preview} sizes={STAGE_SIZES} first className="absolute inset-0" />
        {play ? (
          <button type="button" className="control control-bulb relative px-5" onClick={play}>
            <Play size={18} fill="currentColor" aria-hidden /> Play
          </button>
        ) : (
          <p className="breathing absolute bottom-3 left-3 rounded-control bg-ground/80 px-3 py-1 text-14">
            Opening the film
          </p>
        )}
      </div>
    </div>
  );
}
