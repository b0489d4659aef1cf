import { MarqueeError } from '@marquee/core/errors';

/** As S3 has it. */
const MAX_KEY_BYTES = 1024;
/** File systems take 255 bytes a name; some are kept for what is appended to it. */
const MAX_SEGMENT_BYTES = 220;

/** For a year, and never asked for again: everything is immutable unless its writer says otherwise. */
export const IMMUTABLE = 'public, max-age=31536000, immutable';

const TYPES: Record<string, string> = {
  m3u8: 'application/vnd.apple.mpegurl',
  mpd: 'application/dash+xml',
  mp4: 'video/mp4',
  m4s: 'video/mp4',
  mkv: 'video/x-matroska',
  webm: 'video/webm',
  vtt: 'text/vtt',
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  json: 'application/json',
};

/**
 * @returns the content type that a key stands for by itself, which needs no note beside the object. What is
 *          stored without a note is read by this rule for ever after: it may grow, but not change.
 */
export function typeOfKey(key: string): string {
  const extension = /\.([a-z0-9]+)$/.exec(key)?.[1] ?? '';
  // Sound is thousands of segments too; it stands under `audio/`.
  if ((extension === 'm4s' || extension === 'mp4') && key.includes('/audio/')) return 'audio/mp4';
  return TYPES[extension] ?? 'application/octet-stream';
}

/**
 * Checks a key before it becomes a path.
 *
 * @throws MarqueeError MESSAGE_INVALID unless it is a relative path of visible ASCII without `.` or `..`
 */
export function checkKey(key: string): string {
  const why = faultOf(key, false);
  if (why !== null) throw refused(key, why);
  return key;
}

/**
 * The same for the beginning of keys, which may be empty or end in a slash.
 *
 * @throws MarqueeError MESSAGE_INVALID
 */
export function checkPrefix(prefix: string): string {
  const why = prefix === '' ? null : faultOf(prefix, true);
  if (why !== null) throw refused(prefix, why);
  return prefix;
}

function faultOf(key: string, prefix: boolean): string | null {
  if (typeof key !== 'string' || key === '') return 'it is empty';
  if (!/^[\x21-\x7e]+$/.test(key)) return 'it holds something other than visible ASCII';
  if (key.length > MAX_KEY_BYTES) return `it is longer than ${MAX_KEY_BYTES} bytes`;
  const segments = key.split('/');
  if (prefix && segments.length > 1 && segments.at(-1) === '') segments.pop();
  for (const segment of segments) {
    if (segment === '') return 'it has an empty segment';
    if (segment === '.' || segment === '..') return `it has a "${segment}" segment`;
    if (segment.length > MAX_SEGMENT_BYTES) return `a segment of it is longer than ${MAX_SEGMENT_BYTES} bytes`;
  }
  return null;
}

function refused(key: unknown, why: string): MarqueeError {
  return new MarqueeError('MESSAGE_INVALID', `The object key is not accepted: ${why}.`, {
    context: { key: String(key).slice(0, 200) },
  });
}
