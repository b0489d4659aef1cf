import { createHash } from 'node:crypto';
import type { VoiceProviderConfig } from '@marquee/core/config-providers';
import type { Speaker } from '@marquee/core/dubbing';
import type { Logger } from '@marquee/core/ports';
import { createProviderClient, unreadable } from './provider-http.ts';

/** Longest answer that is read: some minutes of MP3. */
const MOST_BYTES = 8 * 1024 ** 2;
/** Spoken lines that are kept for when a limit breaks a film off in its middle: those of some hours. */
const KEPT_BYTES = 64 * 1024 ** 2;

/** Speaks by a service that has OpenAI's protocol for it. */
export function createSpeaker(config: VoiceProviderConfig, log: Logger): Speaker {
  const client = createProviderClient('DUB', config, { log });
  const kept = new Map<string, Buffer>();
  let keptBytes = 0;

  function keep(key: string, sound: Buffer): void {
    kept.set(key, sound);
    keptBytes += sound.length;
    for (const [oldest, { length }] of kept) {
      if (keptBytes <= KEPT_BYTES) break;
      kept.delete(oldest);
      keptBytes -= length;
    }
  }

  return {
    async speak(line, { signal }) {
      const key = createHash('sha256').update(line).digest('base64');
      const known = kept.get(key);
      if (known) return known;
      const body = JSON.stringify({
        model: client.facts.model,
        voice: config.voice,
        input: line,
        response_format: 'mp3',
      });
      const about = { characters: line.length };
      const request = { body, contentType: 'application/json', signal, about, mostBytes: MOST_BYTES };
      const sound = await client.post('/audio/speech', request);
      // A web page, or an error that calls itself a success, is no sound.
      if (/^\s*[{<]/.test(sound.subarray(0, 64).toString('latin1')) || sound.length === 0)
        throw unreadable(client.facts, 'it is no sound');
      keep(key, sound);
      return sound;
    },
  };
}
