const LOOSE = /^(-?)(?:(?:(\d{1,2}):)?(\d{1,2}):)?(\d{1,2})(?:[.,](\d{1,3}))?$/;

/** A moment of a film as editors of subtitles show it: `00:01:02.500`. */
export function cueTime(ms: number): string {
  const all = Math.abs(Math.round(ms));
  const pad = (value: number, digits = 2) => String(value).padStart(digits, '0');
  const sec = Math.floor(all / 1000);
  const clock = `${pad(Math.floor(sec / 3600))}:${pad(Math.floor(sec / 60) % 60)}:${pad(sec % 60)}`;
  return `${ms < 0 ? '-' : ''}${clock}.${pad(all % 1000, 3)}`;
}

/** Reads what somebody typed for a moment: hours and minutes may be missing. @returns milliseconds; null if it is none */
export function readCueTime(text: string): number | null {
  const found = LOOSE.exec(text.trim());
  if (!found) return null;
  const [, sign, hours = '0', minutes = '0', seconds = '0', fraction = '0'] = found;
  const ms =
    (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000 + Math.round(Number(`0.${fraction}`) * 1000);
  return sign === '-' ? -ms : ms;
}
