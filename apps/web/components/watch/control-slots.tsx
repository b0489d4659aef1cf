import type { DefaultVideoLayoutSlots } from '@vidstack/react/player/layouts/default';
import { Keyboard, RectangleHorizontal, SkipBack, SkipForward } from 'lucide-react';
import { BarButton } from './bar-button.tsx';
import { RemoteButton } from './remote-button.tsx';
import { ShareButton } from './share-button.tsx';

/** What stands in the player's bars beside its own controls. A small player has room for what fingers need. */
export function controlSlots(props: {
  hasChapters: boolean;
  isTheatre: boolean;
  stepChapter: (step: 'next' | 'previous') => void;
  toggleTheatre: () => void;
  showKeys: () => void;
}): DefaultVideoLayoutSlots {
  const { hasChapters, isTheatre, stepChapter, toggleTheatre, showKeys } = props;
  return {
    googleCastButton: null,
    airPlayButton: <RemoteButton />,
    smallLayout: { topControlsGroupStart: <ShareButton /> },
    largeLayout: {
      ...(hasChapters && {
        beforePlayButton: (
          <BarButton label="Chapter before" onClick={() => stepChapter('previous')}>
            <SkipBack className="vds-icon" aria-hidden />
          </BarButton>
        ),
        afterPlayButton: (
          <BarButton label="Next chapter" onClick={() => stepChapter('next')}>
            <SkipForward className="vds-icon" aria-hidden />
          </BarButton>
        ),
      }),
      beforeFullscreenButton: (
        <>
          <ShareButton />
          <BarButton label="Keyboard" isRoomy onClick={showKeys}>
            <Keyboard className="vds-icon" aria-hidden />
          </BarButton>
          <BarButton label="Theatre" isRoomy isPressed={isTheatre} onClick={toggleTheatre}>
            <RectangleHorizontal className="vds-icon" aria-hidden />
          </BarButton>
        </>
      ),
    },
  };
}
