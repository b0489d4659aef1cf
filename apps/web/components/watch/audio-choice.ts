import type { AudioTrack, MediaPlayerInstance } from '@vidstack/react';
import type { HlsConfig } from 'hls.js';
import { audioName } from '../../view/audio-name.ts';

const KEY = 'marquee.player.audio';

/** Settings by which a film begins in the language that somebody chose last on this device, if it has that. */
export function audioPreference(): Pick<HlsConfig, 'audioPreference'> {
  try {
    const lang = localStorage.getItem(KEY);
    return lang ? { audioPreference: { lang } } : {};
  } catch {
    // Storage may be forbidden; then films begin in their own language.
    return {};
  }
}

export function keepAudioChoice(track: AudioTrack | undefined): void {
  try {
    if (track?.language) localStorage.setItem(KEY, track.language);
  } catch {
    // As above.
  }
}

/** Calls sound tracks what people call them, before any menu shows them. @returns what ends it */
export function nameAudioTracks({ audioTracks }: MediaPlayerInstance): () => void {
  const name = ({ detail: track }: { detail: AudioTrack }) =>
    Object.assign(track, { label: audioName(track.language, track.label) });
  audioTracks.addEventListener('add', name);
  return () => audioTracks.removeEventListener('add', name);
}
