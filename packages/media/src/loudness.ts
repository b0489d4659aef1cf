import type { Loudness } from '@marquee/core/analysis';

/** File of sound that the command here reads, in the tool's working directory. */
export const SOUND_FILE = 'sound.mp4';

/** Sound below this is silence to whoever listens in a room: -50 dB below full scale ... */
const SILENCE_DB = -50;
/** ... for this long, in seconds; pauses between words are shorter. */
const SILENCE_SEC = 0.5;

/** The command that measures loudness and finds silences; it says both on standard error. */
export function loudnessArgs(): string[] {
  return [
    // What the filters found is said at this level alone.
    '-v',
    'info',
    '-protocol_whitelist',
    'file',
    '-format_whitelist',
    'mov,mp4,m4a,3gp,3g2,mj2',
    '-i',
    SOUND_FILE,
    '-map',
    '0:a:0',
    '-af',
    `silencedetect=noise=${SILENCE_DB}dB:duration=${SILENCE_SEC},ametadata=mode=print:file=-,ebur128=peak=true:framelog=verbose`,
    '-f',
    'null',
    '-',
  ];
}

/** @returns what `loudnessArgs` measured; null of a film that is silent all along, which has no loudness */
export function readLoudness(stderr: string): Loudness | null {
  const summary = stderr.slice(stderr.lastIndexOf('Summary:'));
  const find = (pattern: RegExp) => {
    const value = Number(pattern.exec(summary)?.[1]);
    return Number.isFinite(value) ? value : null;
  };
  const integratedLufs = find(/I:\s+(-?[\d.]+) LUFS/);
  const rangeLu = find(/LRA:\s+(-?[\d.]+) LU/);
  const truePeakDbtp = find(/Peak:\s+(-?[\d.]+) dBFS/);
  // The gate's own floor is what a silent film gets.
  if (integratedLufs === null || rangeLu === null || truePeakDbtp === null || integratedLufs <= -70) return null;
  return { integratedLufs, rangeLu, truePeakDbtp };
}

/**
 * @param stdout  what `loudnessArgs` printed
 * @param endSec  of the film: a silence that lasts until then has no end of its own
 * @returns stretches without a sound, in order, in seconds
 */
export function readSilences(stdout: string, endSec: number): { startSec: number; endSec: number }[] {
  const found: { startSec: number; endSec: number }[] = [];
  let startSec: number | null = null;
  const close = (atSec: number) => {
    const from = Math.max(0, startSec ?? 0);
    const to = Math.min(endSec, atSec);
    if (startSec !== null && to - from >= SILENCE_SEC) found.push({ startSec: round(from), endSec: round(to) });
    startSec = null;
  };
  for (const [, what, value] of stdout.matchAll(/lavfi\.silence_(start|end)(?:\.\d+)?=(-?[\d.]+)/g)) {
    if (what === 'start') startSec = Number(value);
    else close(Number(value));
  }
  close(endSec);
  return found;
}

function round(sec: number): number {
  return Math.round(sec * 1000) / 1000;
}
