import { isMarqueeError, toMarqueeError } from '@marquee/core/errors';

/** A line of answer. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A line beside the answer: what goes on, and what went wrong. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * Says what went wrong in a sentence.
 *
 * @param withStack also where it went wrong, for whoever mends Marquee
 */
export function printError(thrown: unknown, withStack = false): void {
  const error = toMarqueeError(thrown);
  const hint = isMarqueeError(thrown) || withStack ? '' : '\nSet LOG_LEVEL=debug to see where it happened.';
  say(`${error.message}${hint}`);
  if (withStack) say(error.cause instanceof Error ? (error.cause.stack ?? '') : (error.stack ?? ''));
}

/** Seconds as people say them: `9 s`, `3 min 20 s`, `1 h 04 min`. */
export function formatSec(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}

/** Bytes as people say them: `640 KiB`, `3.4 GiB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(unit === 0 || value >= 100 ? 0 : 1)} ${units[unit]}`;
}
