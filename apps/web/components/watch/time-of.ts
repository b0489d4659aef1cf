import { isHLSProvider, isVideoProvider, type MediaPlayerInstance } from '@vidstack/react';

/** Where a film is, in seconds. Asked of the element: what the player knows comes a moment later, which counts when a key is pressed twice. */
export function timeOf({ provider, state }: MediaPlayerInstance): number {
  return isHLSProvider(provider) || isVideoProvider(provider) ? provider.video.currentTime : state.currentTime;
}
