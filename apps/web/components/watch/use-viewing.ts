import { isHLSProvider, isVideoProvider, type MediaProviderAdapter } from '@vidstack/react';
import { useCallback, useEffect, useRef } from 'react';
import type { ViewingReporter } from './viewing-reporter.ts';

/**
 * Has the reporter watch whatever element plays the film.
 *
 * @param startsByItself whoever came by a click has wished for the film already
 * @param isCaughtUp whether the film has no more to show yet because it is still being made
 * @returns what is to be told of each new provider
 */
export function useViewing(
  viewing: ViewingReporter,
  startsByItself: boolean,
  isCaughtUp: () => boolean,
): (provider: MediaProviderAdapter | null) => void {
  const latest = useRef(isCaughtUp);
  latest.current = isCaughtUp;
  const stop = useRef<() => void>(undefined);
  useEffect(() => {
    if (startsByItself) viewing.wish();
    return () => stop.current?.();
  }, [startsByItself, viewing]);
  return useCallback(
    (provider) => {
      stop.current?.();
      stop.current = undefined;
      const isLibrary = isHLSProvider(provider);
      if (!isLibrary && !isVideoProvider(provider)) return;
      stop.current = viewing.watch(provider.video, isLibrary ? 'hls.js' : 'native', () => latest.current());
    },
    [viewing],
  );
}
