import { readSubstationText, readTaggedText } from './cue-text.ts';
import { type Cue, MAX_CUE_CHARACTERS, PLAIN, plainText } from './cues.ts';
import { MarqueeError } from './errors.ts';

/** Kinds of text that subtitles are kept in. */
export type SubtitleFormat = 'srt' | 'vtt' | 'ass';

/** More would be no film's: speech of a day and a night has some 30,000. */
export const MAX_CUES = 60_000;
/** Longest part of a line that is quoted in a sentence. */
const QUOTED = 60;

/** Tells the kind of a file by what is in it; names lie. @throws MarqueeError INPUT_UNSUPPORTED if it is none of them */
export function subtitleFormatOf(text: string): SubtitleFormat {
  if (/^\ufeff?WEBVTT(\s|$)/.test(text)) return 'vtt';
  if (/^\s*\[(Script Info|V4\+? Styles|Events)\]/im.test(text.slice(0, 100_000))) return 'ass';
  if (/-->/.test(text)) return 'srt';
  const isPicture = /^\ufeff?# VobSub|^\{\d+\}\{\d+\}/.test(text);
  throw new MarqueeError(
    'INPUT_UNSUPPORTED',
    text.trim() === ''
      ? 'The file is empty.'
      : isPicture
        ? 'Line 1: this kind of subtitles is not read. Save them as SRT, VTT or ASS.'
        : 'Line 1: this is no subtitle file: it has no times (00:00:01,000 --> 00:00:02,000). Upload an SRT, VTT or ASS file.',
  );
}

/**
 * Reads a subtitle file.
 *
 * @throws MarqueeError INPUT_UNREADABLE with the number of the line that is wrong, from 1
 */
export function readSubtitles(text: string, format: SubtitleFormat = subtitleFormatOf(text)): Cue[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  const cues = format === 'ass' ? readSubstation(lines) : format === 'vtt' ? readVtt(lines) : readSubRip(lines);
  if (cues.length > MAX_CUES)
    throw new MarqueeError('INPUT_UNSUPPORTED', `The file has ${cues.length} cues; ${MAX_CUES} are the most.`);
  return cues;
}

const CLOCK = String.raw`(-?)(?:(\d{1,4})\s*:\s*)?(\d{1,2})\s*:\s*(\d{1,2})(?:\s*[,.:]\s*(\d{1,9}))?`;
const TIMES = new RegExp(String.raw`^\s*${CLOCK}\s*-->\s*${CLOCK}(?:\s+(.*))?$`);

/** Whether a line means to be times; an arrow alone may be text. */
function isTimes(line: string): boolean {
  return line.includes('-->') && /\d\s*:\s*\d/.test(line);
}

/** @returns both times in milliseconds and what stands behind them; null if the line holds no times */
function readTimes(line: string): { startMs: number; endMs: number; rest: string } | null {
  const found = TIMES.exec(line);
  if (!found) return null;
  return { startMs: clockMs(found.slice(1, 6)), endMs: clockMs(found.slice(6, 11)), rest: found[11] ?? '' };
}

function clockMs([sign, hours, minutes, seconds, fraction]: (string | undefined)[]): number {
  const whole = (Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  const ms = whole + Math.round(Number(`0.${fraction ?? 0}`) * 1000);
  return sign ? -ms : ms;
}

/**
 * SubRip has no grammar that its writers agree on: what lies between two lines of times is the first one's text, but
 * for the number that announces the second.
 */
function readSubRip(lines: readonly string[]): Cue[] {
  const cues: Cue[] = [];
  const starts = lines.flatMap((line, i) => (isTimes(line) ? [i] : []));
  for (const [n, at] of starts.entries()) {
    const times = readTimes(lines[at] ?? '');
    if (!times) throw unreadable(at, `${quoted(lines[at])} should be two times, such as 00:01:02,500 --> 00:01:04,000`);
    const next = starts[n + 1];
    let end = next ?? lines.length;
    if (next !== undefined) {
      while (end > at + 1 && lines[end - 1]?.trim() === '') end--;
      const isNumber = /^\s*\d+\s*$/.test(lines[end - 1] ?? '');
      const isApart = end - 2 === at || lines[end - 2]?.trim() === '' || Number(lines[end - 1]) === n + 2;
      if (end - 1 > at && isNumber && isApart) end--;
    }
    const { runs, isTop } = readTaggedText(lines.slice(at + 1, end).join('\n'));
    cues.push(cueAt(at, { startMs: times.startMs, endMs: times.endMs, isTop: isTop ?? false, runs }));
  }
  return cues;
}

/** WebVTT (W3C), without its style sheets and regions. */
function readVtt(lines: readonly string[]): Cue[] {
  if (!/^WEBVTT(\s|$)/.test(lines[0] ?? '')) throw unreadable(0, 'a WebVTT file begins with the word WEBVTT');
  const cues: Cue[] = [];
  let at = 1;
  while (at < lines.length && lines[at]?.trim() !== '') at++;
  while (at < lines.length) {
    if (lines[at]?.trim() === '') {
      at++;
      continue;
    }
    let end = at;
    while (end < lines.length && lines[end]?.trim() !== '') end++;
    const timed = lines.slice(at, Math.min(end, at + 2)).findIndex(isTimes);
    if (timed >= 0) {
      const times = readTimes(lines[at + timed] ?? '');
      if (!times)
        throw unreadable(
          at + timed,
          `${quoted(lines[at + timed])} should be two times, such as 01:02.500 --> 01:04.000`,
        );
      const { runs, isTop } = readTaggedText(lines.slice(at + timed + 1, end).join('\n'));
      const cue = { startMs: times.startMs, endMs: times.endMs, isTop: isTop ?? isTopLine(times.rest), runs };
      cues.push(cueAt(at + timed, cue));
    } else if (!/^(NOTE|STYLE|REGION)(\s|$)/.test(lines[at] ?? '')) {
      throw unreadable(at, `${quoted(lines[at])} stands where a cue with its times is expected`);
    }
    at = end;
  }
  return cues;
}

/** Whether a cue's settings put it into the upper part of the picture. */
function isTopLine(settings: string): boolean {
  const line = /(?:^|\s)line:(-?[\d.]+)(%?)/.exec(settings);
  return line !== null && Number(line[1]) >= 0 && Number(line[1]) < (line[2] === '%' ? 40 : 6);
}

interface Style {
  italic: boolean;
  underline: boolean;
  isTop: boolean;
}

/** SubStation Alpha, version 4 and 4+. */
function readSubstation(lines: readonly string[]): Cue[] {
  const cues: Cue[] = [];
  const styles = new Map<string, Style>();
  let section = '';
  let format: string[] = [];
  let heightPx = 288;
  let hasEvents = false;
  for (const [at, line] of lines.entries()) {
    const heading = /^\s*\[([^\]]+)\]/.exec(line)?.[1]?.toLowerCase();
    if (heading !== undefined) {
      section = heading;
      format = [];
      hasEvents ||= section === 'events';
      continue;
    }
    const [, key = '', value = ''] = /^\s*([\w ]+?)\s*:\s?(.*)$/.exec(line) ?? [];
    const name = key.toLowerCase();
    if (name === 'playresy') heightPx = Number(value) > 0 ? Number(value) : heightPx;
    else if (name === 'format') format = value.split(',').map((field) => field.trim().toLowerCase());
    else if (name === 'style') {
      const [title, style] = readStyle(fieldsOf(value, format), section.startsWith('v4+'));
      styles.set(title, style);
    } else if (name === 'dialogue' && section === 'events') {
      if (!format.includes('start') || !format.includes('end') || !format.includes('text'))
        throw unreadable(
          at,
          'the events begin before a line says which fields they have (Format: ... Start, End, ... Text)',
        );
      cues.push(readEvent(fieldsOf(value, format), styles, heightPx, at, line));
    }
  }
  if (!hasEvents) throw unreadable(lines.length - 1, 'the file ends without events; it holds no subtitles');
  return cues;
}

/** The last field may hold commas. */
function fieldsOf(value: string, format: readonly string[]): Map<string, string> {
  const parts = value.split(',');
  const last = Math.max(0, format.length - 1);
  const fields = [...parts.slice(0, last), parts.slice(last).join(',')];
  return new Map(format.map((name, i) => [name, fields[i] ?? '']));
}

/** Bold is left out: files that use it have it for all of their text, which is no emphasis. */
function readStyle(fields: Map<string, string>, isPlus: boolean): [name: string, style: Style] {
  const isOn = (name: string) => Number(fields.get(name) ?? 0) !== 0;
  const alignment = Number(fields.get('alignment') ?? 2);
  const isTop = isPlus ? alignment >= 7 : alignment >= 5 && alignment <= 7;
  return [styleName(fields.get('name') ?? ''), { italic: isOn('italic'), underline: isOn('underline'), isTop }];
}

function styleName(text: string): string {
  return text.trim().replace(/^\*/, '').toLowerCase();
}

function readEvent(
  fields: Map<string, string>,
  styles: ReadonlyMap<string, Style>,
  heightPx: number,
  at: number,
  line: string,
): Cue {
  const times = readTimes(`${fields.get('start')} --> ${fields.get('end')}`);
  if (!times) throw unreadable(at, `${quoted(line)} has no times such as 0:01:02.50`);
  const style = styles.get(styleName(fields.get('style') ?? ''));
  const look = { ...PLAIN, italic: style?.italic ?? false, underline: style?.underline ?? false };
  const { runs, isTop } = readSubstationText(fields.get('text') ?? '', look, heightPx);
  return cueAt(at, { startMs: times.startMs, endMs: times.endMs, isTop: isTop ?? style?.isTop ?? false, runs });
}

function cueAt(index: number, cue: Cue): Cue {
  const { length } = plainText(cue);
  if (length > MAX_CUE_CHARACTERS)
    throw unreadable(index, `a cue of ${length} characters is no subtitle; ${MAX_CUE_CHARACTERS} are the most`);
  return cue;
}

function unreadable(index: number, why: string): MarqueeError {
  return new MarqueeError('INPUT_UNREADABLE', `Line ${index + 1}: ${why}.`, { context: { line: index + 1 } });
}

function quoted(line = ''): string {
  const text = line.trim();
  return `“${text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text}”`;
}
