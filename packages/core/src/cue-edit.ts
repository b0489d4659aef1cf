import { breakLines } from './cue-lines.ts';
import { readTaggedText } from './cue-text.ts';
import { type Cue, MIN_CUE_MS, plainText } from './cues.ts';
import { escapedText, tagged } from './webvtt.ts';

/** A cue as people edit it. */
export interface EditedCue {
  /** Its own in its draft. */
  id: number;
  startMs: number;
  endMs: number;
  isTop: boolean;
  /** With `<i>`, `<b>` and `<u>` for its look. */
  text: string;
}

/** A track under edit, in the order of its starts, and the cue that is worked on; null while there is none. */
export interface Draft {
  cues: readonly EditedCue[];
  chosenId: number | null;
}

/** What a new cue gets where there is room. */
const NEW_CUE_MS = 2000;
/** Where a cue is split by its letters, neither part is left with less of its time. */
const LEAST_SHARE = 0.2;
/** How much farther off a pause may be than the end of a word within a phrase, in characters. */
const WITHIN_PHRASE = 8;
const TAGS = /<(\/?)([ibu])>/gi;

/** The cues of a stored track as a draft. */
export function draftOf(cues: readonly Cue[]): Draft {
  const edited = cues.map((cue, i) => ({ id: i + 1, ...timesOf(cue), isTop: cue.isTop, text: editableText(cue) }));
  return { cues: edited, chosenId: edited[0]?.id ?? null };
}

/** A cue as it is stored and shown. Tags that are none of ours, and what else has no place in a cue, are gone. */
export function cueOf(edited: Omit<EditedCue, 'id'>): Cue {
  const { runs, isTop } = readTaggedText(edited.text);
  return { ...timesOf(edited), isTop: isTop ?? edited.isTop, runs };
}

/** Text as people type it: escapes stand in it only where it would otherwise be read as something else. */
function editableText(cue: Cue): string {
  const typed = cue.runs.map(tagged).join('');
  const escaped = escapedText(cue.runs);
  return escapedText(readTaggedText(typed).runs) === escaped ? typed : escaped;
}

function timesOf({ startMs, endMs }: Pick<Cue, 'startMs' | 'endMs'>) {
  return { startMs, endMs };
}

export function chosenCue(draft: Draft): EditedCue | null {
  return draft.cues.find(({ id }) => id === draft.chosenId) ?? null;
}

/** @returns the cue that stands at a moment of the film, the last to begin of several; null if none does */
export function cueAt(cues: readonly EditedCue[], atMs: number): EditedCue | null {
  return cues.findLast(({ startMs, endMs }) => startMs <= atMs && atMs < endMs) ?? null;
}

/** Chooses the cue that is so many places on; the first or last where there are no more. */
export function chooseBy(draft: Draft, places: number): Draft {
  const at = draft.cues.findIndex(({ id }) => id === draft.chosenId);
  const to = draft.cues[Math.max(0, Math.min(draft.cues.length - 1, at + places))];
  return to ? { ...draft, chosenId: to.id } : draft;
}

/** Changes the chosen cue. A start that is moved past others takes the cue along to its new place. */
export function change(draft: Draft, patch: Partial<Omit<EditedCue, 'id'>>): Draft {
  const cues = draft.cues.map((cue) => (cue.id === draft.chosenId ? { ...cue, ...patch } : cue));
  return { ...draft, cues: patch.startMs === undefined ? cues : sorted(cues) };
}

/**
 * Splits the chosen cue, and goes on in the second part. What is not said follows from the rest: the time from the
 * letters on both sides, the place in the text from the time, between two words.
 *
 * @param where.at   place in the text, in characters
 * @param where.atMs moment of the film
 * @returns the draft as it was where the moment is not within the cue
 */
export function split(draft: Draft, where: { at: number } | { atMs: number }): Draft {
  const cue = chosenCue(draft);
  if (!cue) return draft;
  const lengthMs = cue.endMs - cue.startMs;
  const isTimed = 'atMs' in where;
  const at = isTimed ? wordBreak(cue.text, (where.atMs - cue.startMs) / lengthMs) : where.at;
  const [before, after] = cutText(cue.text, at);
  const share = lettersIn(before) / Math.max(1, lettersIn(before) + lettersIn(after));
  const bySharesMs = cue.startMs + Math.round(lengthMs * Math.min(1 - LEAST_SHARE, Math.max(LEAST_SHARE, share)));
  const atMs = isTimed ? where.atMs : bySharesMs;
  if (atMs <= cue.startMs || atMs >= cue.endMs) return draft;
  const id = freeId(draft.cues);
  const parts = [
    { ...cue, endMs: atMs, text: before },
    { ...cue, id, startMs: atMs, text: after },
  ];
  return { cues: sorted(draft.cues.flatMap((each) => (each === cue ? parts : [each]))), chosenId: id };
}

/** Puts the chosen cue and the one after it into one, on two lines where they fit. */
export function mergeWithNext(draft: Draft): Draft {
  const at = draft.cues.findIndex(({ id }) => id === draft.chosenId);
  const [first, second] = [draft.cues[at], draft.cues[at + 1]];
  if (!first || !second) return draft;
  const text = [first.text.trim(), second.text.trim()].filter((each) => each !== '').join('\n');
  const merged = { ...first, endMs: Math.max(first.endMs, second.endMs), text };
  const lines = broken(merged);
  const cue = lines.length === 1 && lines[0] ? { ...merged, text: lines[0].text } : merged;
  return { cues: [...draft.cues.slice(0, at), cue, ...draft.cues.slice(at + 2)], chosenId: cue.id };
}

/** Adds an empty cue at a moment, or behind the cue that stands there, as far as the next one leaves room. */
export function add(draft: Draft, atMs: number): Draft {
  const startMs = Math.max(0, cueAt(draft.cues, atMs)?.endMs ?? atMs);
  const nextMs = draft.cues.find((cue) => cue.startMs > startMs)?.startMs ?? Number.POSITIVE_INFINITY;
  const roomMs = Math.max(MIN_CUE_MS, nextMs - startMs);
  const id = freeId(draft.cues);
  const cue = { id, startMs, endMs: startMs + Math.min(NEW_CUE_MS, roomMs), isTop: false, text: '' };
  return { cues: sorted([...draft.cues, cue]), chosenId: id };
}

/** Removes the chosen cue, and chooses the one after it, else the one before. */
export function remove(draft: Draft): Draft {
  const at = draft.cues.findIndex(({ id }) => id === draft.chosenId);
  if (at < 0) return draft;
  const cues = draft.cues.toSpliced(at, 1);
  return { cues, chosenId: (cues[at] ?? cues.at(-1))?.id ?? null };
}

/**
 * Moves all cues, or the chosen one and all after it. What then lies before the film keeps its time, so that it can be
 * moved back.
 */
export function shift(draft: Draft, byMs: number, isFromChosen: boolean): Draft {
  const from = isFromChosen ? draft.cues.findIndex(({ id }) => id === draft.chosenId) : 0;
  const cues = draft.cues.map((cue, i) =>
    i < from ? cue : { ...cue, startMs: cue.startMs + byMs, endMs: cue.endMs + byMs },
  );
  return { ...draft, cues: sorted(cues) };
}

/** Breaks the lines of the chosen cue as those of every track are broken; what fits into no two lines becomes several cues. */
export function breakChosen(draft: Draft): Draft {
  const cue = chosenCue(draft);
  if (!cue) return draft;
  // Joined first: lines that fit are otherwise left as they are.
  const parts = broken({ ...cue, text: cue.text.replaceAll('\n', ' ') });
  const firstNew = freeId(draft.cues);
  const named = parts.map((part, i) => ({ ...part, id: i === 0 ? cue.id : firstNew + i - 1 }));
  return { ...draft, cues: sorted(draft.cues.flatMap((each) => (each === cue ? named : [each]))) };
}

function broken(cue: EditedCue): EditedCue[] {
  return breakLines([cueOf(cue)]).map((part) => ({ ...cue, ...timesOf(part), text: editableText(part) }));
}

/** Stable: cues that begin at once stay in their order. */
function sorted(cues: EditedCue[]): EditedCue[] {
  return cues.sort((a, b) => a.startMs - b.startMs);
}

function freeId(cues: readonly EditedCue[]): number {
  return cues.reduce((highest, { id }) => Math.max(highest, id), 0) + 1;
}

function lettersIn(text: string): number {
  return plainText(readTaggedText(text)).replaceAll(/\s/g, '').length;
}

/**
 * The end of a word near to a share of the text, rather one that ends a sentence, a line or a clause; the middle of a word
 * where it is a single one.
 */
function wordBreak(text: string, share: number): number {
  const wanted = text.length * share;
  const breaks = [...text.matchAll(/\s+/g)].map(({ index }) => index).filter((at) => !isWithinTag(text, at));
  const [first, ...rest] = breaks;
  if (first === undefined) return outOfTag(text, Math.round(wanted));
  const cost = (at: number) => Math.abs(at - wanted) + (isPause(text, at) ? 0 : WITHIN_PHRASE);
  return rest.reduce((best, at) => (cost(at) < cost(best) ? at : best), first);
}

function isPause(text: string, at: number): boolean {
  return text[at] === '\n' || /[.!?…,;:–—。！？、，]["'”’»)\]]*$/.test(text.slice(0, at).replace(TAGS, ''));
}

/** Cuts a text in two; what is in italics at the cut is so on both sides. */
function cutText(text: string, wanted: number): [before: string, after: string] {
  const at = outOfTag(text, Math.max(0, Math.min(text.length, wanted)));
  const open: string[] = [];
  for (const [, slash, name = ''] of text.slice(0, at).matchAll(TAGS)) {
    if (slash === '') open.push(name);
    else open.splice(Math.max(0, open.lastIndexOf(name)), open.lastIndexOf(name) < 0 ? 0 : 1);
  }
  const closing = open.toReversed().map((name) => `</${name}>`);
  const opening = open.map((name) => `<${name}>`);
  return [`${text.slice(0, at).trim()}${closing.join('')}`, `${opening.join('')}${text.slice(at).trim()}`];
}

function isWithinTag(text: string, at: number): boolean {
  return outOfTag(text, at) !== at;
}

function outOfTag(text: string, at: number): number {
  const tag = [...text.matchAll(TAGS)].find(({ index, 0: all }) => index < at && at < index + all.length);
  return tag ? tag.index + tag[0].length : at;
}
