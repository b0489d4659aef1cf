import { isHLSProvider, isVideoProvider, useMediaProvider } from '@vidstack/react';
import { Cast } from 'lucide-react';
import { useEffect, useState } from 'react';
import { BarButton } from './bar-button.tsx';

/** To a television or loudspeaker, where the browser knows of one that can play this film; otherwise nothing. */
export function RemoteButton() {
  const provider = useMediaProvider();
  const video = isHLSProvider(provider) || isVideoProvider(provider) ? provider.video : null;
  const [isAvailable, setAvailable] = useState(false);
  const [isElsewhere, setElsewhere] = useState(false);
  useEffect(() => {
    if (!video || !('remote' in video)) return;
    const { remote } = video;
    let isOver = false;
    const told = (available: boolean) => !isOver && setAvailable(available);
    // Refused where what plays is made here, segment by segment.
    const watched = remote.watchAvailability(told).catch(() => null);
    const changed = () => setElsewhere(remote.state === 'connected');
    for (const name of ['connect', 'disconnect']) remote.addEventListener(name, changed);
    return () => {
      isOver = true;
      for (const name of ['connect', 'disconnect']) remote.removeEventListener(name, changed);
      void watched.then((id) => (id === null ? undefined : remote.cancelWatchAvailability(id).catch(() => {})));
    };
  }, [video]);
  if (!isAvailable || !video) return null;
  const prompt = () =>
    video.remote.prompt().catch(() => {
      // Closed without a choice.
    });
  return (
    <BarButton label="Play on another device" isPressed={isElsewhere} onClick={prompt}>
      <Cast className="vds-icon" aria-hidden />
    </BarButton>
  );
}
