const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** A size for people, in decimal units: `999 B`, `1.4 MB`, `23 GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${BYTE_UNITS[unit]}`;
}

/** A length of film as a player shows it: `1:29`, `1:32:07`. */
export function formatLength(sec: number): string {
  const whole = Math.max(0, Math.round(sec));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const tail = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** A span of time as one says it: `8 s`, `4 min`, `2 h 5 min`. Coarser the longer it is. */
export function formatSpan(ms: number): string {
  const sec = Math.max(1, Math.round(ms / 1000));
  if (sec < 60) return `${sec} s`;
  const minutes = Math.round(sec / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** Below this a film's seconds are worth saying, in seconds. */
const SHORT_FILM_SEC = 600;

/** The length of a film as one says it: `42 s`, `1 min 29 s`, `1 h 32 min`. */
export function formatRuntime(sec: number): string {
  const whole = Math.round(sec);
  if (whole < 60 || whole >= SHORT_FILM_SEC || whole % 60 === 0) return formatSpan(sec * 1000);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A share in `[0, 1]` as whole per cent; 100 only when it is truly all. */
export function formatShare(share: number): string {
  return `${share >= 1 ? 100 : Math.min(99, Math.floor(share * 100))} %`;
}

/** Time of day, `12:03`, in a time zone; with the day in front when it is not the day of `nowMs`. */
export function formatClock(ms: number, nowMs: number, timeZone: string): string {
  const day = (at: number) => new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'medium' }).format(at);
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(ms);
  return day(ms) === day(nowMs) ? clock : `${day(ms)}, ${clock}`;
}

/** A title from a file's name: no extension, no underscores, dots or dashes for spaces. */
export function titleFromFileName(fileName: string): string {
  const bare = fileName.replace(/\.[^.]{1,5}$/, '');
  const dashed = (bare.match(/-/g) ?? []).length > 1;
  const spaced = bare.includes(' ') ? bare : bare.replace(dashed ? /[_.-]+/g : /[_.]+/g, ' ');
  const title = spaced.replace(/\s+/g, ' ').trim();
  return title === '' ? fileName : `${title.charAt(0).toUpperCase()}${title.slice(1)}`;
}

const COUNT = new Intl.NumberFormat('en-GB');

/** A number of things: `12,345`. */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** How long ago something was, as one says it: `just now`, `4 min ago`. */
export function formatAge(ms: number): string {
  return ms < 5000 ? 'just now' : `${formatSpan(ms)} ago`;
}
