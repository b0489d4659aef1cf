import { PLAIN, type Run } from './cues.ts';

type Look = Omit<Run, 'text'>;

/** Text of a cue that was read from its file, and where it asks to be. */
interface ReadText {
  runs: Run[];
  /** Null where the text itself does not say. */
  isTop: boolean | null;
}

const ENTITIES: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  lrm: '\u200e',
  rlm: '\u200f',
};

/** What is no part of a text but steers terminals, or marks the order of bytes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufeff\ufffe\uffff]/g;

/** Elements whose content is no text for readers. */
const SILENT_ELEMENTS = /<(script|style)\b[^<>]*>[\s\S]*?(<\/\1\s*>|$)/gi;
/** A tag, or a time inside a WebVTT cue. A lone `<` is text. */
const TAG = /<(\/?)([a-z][a-z0-9]*)((?:[\s./][^<>]*)?)>|<(?:\d+:)?\d+:\d+\.\d+>/gi;
/** Codes that SubStation files have and others borrow. */
const OVERRIDE = /\{([^{}]*)\}/g;

/** Reads the text of a SubRip or WebVTT cue: `<i>`, `<b>` and `<u>` are kept, all other tags go, their text stays. */
export function readTaggedText(source: string): ReadText {
  const text = source.replace(SILENT_ELEMENTS, '');
  const runs: Run[] = [];
  const depth = { italic: 0, bold: 0, underline: 0 };
  let isTop: boolean | null = null;
  let at = 0;
  const add = (piece: string) => {
    // Each piece may hold codes in braces, as players of SubRip files take them.
    const inner = readOverrides(piece, {
      italic: depth.italic > 0,
      bold: depth.bold > 0,
      underline: depth.underline > 0,
    });
    isTop = inner.isTop ?? isTop;
    runs.push(...inner.runs.map((run) => ({ ...run, text: decodeEntities(run.text) })));
  };
  for (const tag of text.matchAll(TAG)) {
    add(text.slice(at, tag.index));
    at = tag.index + tag[0].length;
    const closes = tag[1] === '/';
    const look = LOOK_OF_TAG[(tag[2] ?? '').toLowerCase()];
    if (look) depth[look] = Math.max(0, depth[look] + (closes ? -1 : 1));
    // The reading of a word stands beside it.
    if (tag[2]?.toLowerCase() === 'rt') runs.push({ ...PLAIN, text: closes ? ')' : '(' });
    if (tag[2]?.toLowerCase() === 'br') runs.push({ ...PLAIN, text: '\n' });
  }
  add(text.slice(at));
  return { runs: tidy(runs), isTop };
}

const LOOK_OF_TAG: Record<string, keyof Look | undefined> = {
  i: 'italic',
  em: 'italic',
  b: 'bold',
  strong: 'bold',
  u: 'underline',
};

/**
 * Reads the text of a SubStation (ASS, SSA) event.
 *
 * @param look     of the event's style
 * @param heightPx of the picture that positions are given for
 */
export function readSubstationText(source: string, look: Look, heightPx: number): ReadText {
  const text = source.replaceAll('\\N', '\n').replaceAll('\\n', ' ').replaceAll('\\h', ' ');
  const { runs, isTop } = readOverrides(text, look, heightPx);
  return { runs: tidy(runs), isTop };
}

function readOverrides(text: string, look: Look, heightPx?: number): ReadText {
  const runs: Run[] = [];
  let now = { ...look };
  let isTop: boolean | null = null;
  let isDrawing = false;
  let at = 0;
  const add = (piece: string) => {
    if (!isDrawing && piece !== '') runs.push({ ...now, text: piece });
  };
  for (const block of text.matchAll(OVERRIDE)) {
    const inside = block[1] ?? '';
    // Braces without a code are text in files that know no codes, and a comment in those that do.
    if (!inside.startsWith('\\') && heightPx === undefined) continue;
    add(text.slice(at, block.index));
    at = block.index + block[0].length;
    for (const [, code = '', value = ''] of inside.matchAll(
      /\\(an|a|pos|move|i|b|u|p|r)(\([^)]*\)|-?\d+|)(?=\\|$|[^a-z0-9])/gi,
    )) {
      const number = Number(value || 0);
      if (code === 'i') now.italic = number !== 0;
      else if (code === 'b') now.bold = number !== 0;
      else if (code === 'u') now.underline = number !== 0;
      else if (code === 'p') isDrawing = number > 0;
      else if (code === 'r') now = { ...look };
      else if (code === 'an') isTop = number >= 7;
      else if (code === 'a') isTop = number >= 5 && number <= 7;
      else if (heightPx) isTop = Number(/^\([^,]*,\s*(-?[\d.]+)/.exec(value)?.[1] ?? heightPx) < heightPx / 3;
    }
  }
  add(text.slice(at));
  return { runs, isTop };
}

function decodeEntities(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,5});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? whole;
    const code = name[1]?.toLowerCase() === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10_ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : ' ';
  });
}

/** Joins neighbours of one look, and drops empty lines and spaces around lines. */
export function tidy(runs: readonly Run[]): Run[] {
  const clean = runs.map((run) => ({ ...run, text: run.text.replace(CONTROLS, '').replace(/[\t \u00a0]+/g, ' ') }));
  const joined: Run[] = [];
  /** What was written last: text begins as after a line break, where no space belongs. */
  let last = '\n';
  for (const run of clean) {
    let text = '';
    for (const char of run.text) {
      if (char === ' ' && (last === ' ' || last === '\n')) continue;
      if (char === '\n' && last === '\n') continue;
      if (char === '\n' && last === ' ') {
        if (text !== '') text = text.slice(0, -1);
        else trimEnd(joined);
        last = text.at(-1) ?? joined.at(-1)?.text.at(-1) ?? '\n';
        if (last === '\n') continue;
      }
      text += char;
      last = char;
    }
    if (text === '') continue;
    const before = joined.at(-1);
    if (before && sameLook(before, run)) before.text += text;
    else joined.push({ ...run, text });
  }
  while (/[ \n]$/.test(joined.at(-1)?.text ?? '')) trimEnd(joined);
  return joined;
}

function trimEnd(runs: Run[]): void {
  const end = runs.at(-1);
  if (!end) return;
  end.text = end.text.slice(0, -1);
  if (end.text === '') runs.pop();
}

function sameLook(a: Run, b: Run): boolean {
  return a.italic === b.italic && a.bold === b.bold && a.underline === b.underline;
}
