import { z } from 'zod';
import type { Box } from './frame-parts.ts';
import type { SpokenLine } from './moments.ts';
import type { Stretch } from './scenes.ts';
import { FLAGGED_TAGS, tagsOf } from './sight-tags.ts';

/** What the models see in one frame. */
export interface FrameSights {
  atSec: number;
  /** Classes of ImageNet and their shares, of those that have any to speak of. */
  classes: [index: number, share: number][];
  /** How likely somebody is naked or nearly so, in `[0, 1]`. */
  nudity: number;
  /** In shares of the frame's width and height. */
  faces: (Box & { confidence: number })[];
  lines: (Box & { text: string; confidence: number })[];
  /** Mean luminance, and how far its colours are from grey, both in `[0, 1]`. */
  light: number;
  colour: number;
}

/** Raised when `sights.json` changes in a way that an older reader would misread. */
export const SIGHTS_VERSION = 1;

const share = z.number().min(0).max(1);
const evidence = z.object({ atSec: z.number().nonnegative(), confidence: share });
const range = z.object({ startSec: z.number().nonnegative(), endSec: z.number().nonnegative() });

export const FLAGS = ['nudity', 'weapons', 'alcohol'] as const;
export type Flag = (typeof FLAGS)[number];

/**
 * What is seen in one version of a film: `sights.json` beside its playlists. Times are the film's own, and each is that of
 * a frame that was looked at; its picture is `sights/` and the time in milliseconds.
 */
export const filmSights = z.object({
  version: z.literal(SIGHTS_VERSION),
  durationSec: z.number().positive(),
  /** Frames that were looked at. */
  looks: z.int().nonnegative(),
  /** The surest first, each with the frames that show it, the surest of them first. */
  tags: z.array(z.object({ tag: z.string(), confidence: share, evidence: z.array(evidence) })),
  /** Frames in which faces are, and how many. */
  faces: z.array(z.object({ atSec: z.number().nonnegative(), count: z.int().positive() })),
  /** What can be read in the picture, for as long as it was seen to stand there. */
  letters: z.array(range.extend({ atSec: z.number().nonnegative(), text: z.string(), confidence: share })),
  /** For people to look at: nothing is ever hidden because of them. */
  flags: z.array(z.object({ flag: z.enum(FLAGS), confidence: share, evidence: z.array(evidence) })),
  /** What is found by, scene by scene. */
  scenes: z.array(range.extend({ atSec: z.number().nonnegative(), tags: z.array(z.string()) })),
});
export type FilmSights = z.infer<typeof filmSights>;

/** What a task tells of it, for pages that need no more. */
export type SightsSummary = Pick<FilmSights, 'looks' | 'tags' | 'letters' | 'flags'> & {
  /** Most in one frame. */
  mostFaces: number;
  framesWithFaces: number;
};

export const SIGHTS_NAME = 'sights.json';
/** Name of the picture of a frame that is evidence, below the film's prefix. */
export function sightFrameName(atSec: number): string {
  return `sights/${Math.round(atSec * 1000)}.jpg`;
}

/** A frame more for so many seconds of a shot, and of long ones for so many. */
const LOOK_EVERY_SEC = 8;
const LOOKS_A_SHOT = 3;
const LONG_LOOK_EVERY_SEC = 30;
/** A shot's ends are mixtures of it and its neighbours, or move. */
const MARGIN_SHARE = 0.15;

/**
 * When to look: in the middle of short shots, at up to three places of longer ones, and every half minute of those that
 * hardly end.
 *
 * @param most frames in all; of more, every so many are taken
 */
export function pickLooks(shots: readonly Stretch[], most: number): number[] {
  const all = shots.flatMap(({ startSec, endSec }) => {
    const length = endSec - startSec;
    if (length <= 0) return [];
    const count = Math.max(
      Math.min(LOOKS_A_SHOT, Math.ceil(length / LOOK_EVERY_SEC)),
      Math.floor(length / LONG_LOOK_EVERY_SEC),
    );
    const [from, room] = [startSec + length * MARGIN_SHARE, length * (1 - 2 * MARGIN_SHARE)];
    return Array.from({ length: count }, (_, i) => from + (room * (i + 0.5)) / count);
  });
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / most)] as number);
}

/** A tag stands with one frame as sure as this, or with several of the less sure. */
const SURE_TAG = 0.5;
const LIKELY_TAG = 0.3;
const LIKELY_FRAMES = 2;
/** A face as high as this share of the picture is a close-up; so many people are a group. */
const CLOSE_FACE = 0.3;
const GROUP_FACES = 3;
const DARK = 0.12;
const GREY = 0.02;
/** A frame without light has no colours either. */
const LIT = 0.05;
/** The meter calls fur and skin of drawings nude at up to 0.72, so that less is not told. */
const LEAST_NUDITY = 0.85;
const LEAST_LINE_CONFIDENCE = 0.88;
const LEAST_LINE_SIGNS = 3;
const MAX_TAGS = 40;
const MAX_EVIDENCE = 6;
const MAX_LETTERS = 400;

/**
 * Says of a whole film what its frames show.
 *
 * @param frames in order
 * @param film.shots  in which a line of text stands for as long as the next look finds it
 * @param film.scenes by which the film is searched
 */
export function gatherSights(
  frames: readonly FrameSights[],
  film: { durationSec: number; shots: readonly Stretch[]; scenes: readonly Stretch[] },
): FilmSights {
  const shown = frames.map((frame) => ({ atSec: frame.atSec, tags: frameTags(frame) }));
  const tags = standingTags(shown);
  const isStanding = new Set(tags.map(({ tag }) => tag));
  const scenes = film.scenes.flatMap(({ startSec, endSec }) => {
    const mine = shown.filter(({ atSec }) => atSec >= startSec && atSec < endSec);
    const best = new Map<string, number>();
    for (const { tags } of mine)
      for (const [tag, confidence] of tags)
        if (isStanding.has(tag) && confidence >= LIKELY_TAG) best.set(tag, Math.max(confidence, best.get(tag) ?? 0));
    const names = [...best].sort(([, a], [, b]) => b - a).map(([tag]) => tag);
    const telling = names.find((name) => !EVERYWHERE.has(name)) ?? (names[0] as string);
    const first = mine.find(({ tags }) => (tags.get(telling) ?? 0) >= LIKELY_TAG);
    return first ? [{ startSec, endSec, atSec: toMs(first.atSec), tags: names }] : [];
  });
  return {
    version: SIGHTS_VERSION,
    durationSec: film.durationSec,
    looks: frames.length,
    tags,
    faces: frames
      .filter(({ faces }) => faces.length > 0)
      .map(({ atSec, faces }) => ({ atSec: toMs(atSec), count: faces.length })),
    letters: standingLetters(frames, film.shots),
    flags: flagsOf(frames, tags),
    scenes,
  };
}

export function summaryOf({ looks, tags, letters, flags, faces }: FilmSights): SightsSummary {
  const first = { tags: tags.slice(0, 12), letters: letters.slice(0, 12) };
  const mostFaces = Math.max(0, ...faces.map(({ count }) => count));
  return { looks, ...first, flags, mostFaces, framesWithFaces: faces.length };
}

/** Times of all frames whose pictures are to be kept. */
export function evidenceTimes({ tags, letters, flags, faces, scenes }: FilmSights): number[] {
  const most = faces.reduce((best, face) => (face.count > (best?.count ?? 0) ? face : best), faces[0]);
  const times = [
    ...[...tags, ...flags].flatMap(({ evidence }) => evidence.map(({ atSec }) => atSec)),
    ...[...letters, ...scenes].map(({ atSec }) => atSec),
    ...(most ? [most.atSec] : []),
  ];
  return [...new Set(times)].sort((a, b) => a - b);
}

/** Tags that nearly every film has: to be found by, they are no help. */
const EVERYWHERE = new Set(['person', 'close-up', 'dark']);

/** What the scenes of a film are found by, a line for each. */
export function seenLines({ scenes }: FilmSights): SpokenLine[] {
  return scenes.flatMap(({ atSec, endSec, tags }) => {
    const telling = tags.filter((tag) => !EVERYWHERE.has(tag));
    return telling.length === 0 ? [] : [lineOf(atSec, endSec, telling.join(', '))];
  });
}

/** What can be read in the picture. */
export function letterLines({ letters }: FilmSights): SpokenLine[] {
  return letters.map(({ atSec, endSec, text }) => lineOf(atSec, endSec, text));
}

/** From the frame on that shows it, which is what people are led to. */
function lineOf(atSec: number, endSec: number, text: string): SpokenLine {
  const startMs = Math.round(atSec * 1000);
  return { startMs, endMs: Math.max(startMs + 1, Math.round(endSec * 1000)), text };
}

function frameTags(frame: FrameSights): Map<string, number> {
  const tags = tagsOf(frame.classes);
  const surest = Math.max(0, ...frame.faces.map(({ confidence }) => confidence));
  if (frame.faces.length > 0) tags.set('person', surest);
  if (frame.faces.length >= GROUP_FACES) tags.set('group', surest);
  const close = frame.faces.find(({ top, bottom }) => bottom - top >= CLOSE_FACE);
  if (close) tags.set('close-up', close.confidence);
  if (frame.light < DARK) tags.set('dark', 1 - frame.light);
  if (frame.light > LIT && frame.colour < GREY) tags.set('black and white', 1 - frame.colour);
  return tags;
}

function standingTags(frames: { atSec: number; tags: Map<string, number> }[]): FilmSights['tags'] {
  const seen = new Map<string, { atSec: number; confidence: number }[]>();
  for (const { atSec, tags } of frames)
    for (const [tag, value] of tags)
      if (value >= LIKELY_TAG)
        seen.set(tag, [...(seen.get(tag) ?? []), { atSec: toMs(atSec), confidence: rounded(value) }]);
  return [...seen]
    .map(([tag, all]) => {
      const evidence = all.sort((a, b) => b.confidence - a.confidence || a.atSec - b.atSec);
      return { tag, confidence: (evidence[0] as { confidence: number }).confidence, frames: all.length, evidence };
    })
    .filter(({ confidence, frames }) => confidence >= SURE_TAG || frames >= LIKELY_FRAMES)
    .sort((a, b) => b.confidence - a.confidence || b.frames - a.frames || (a.tag < b.tag ? -1 : 1))
    .slice(0, MAX_TAGS)
    .map(({ tag, confidence, evidence }) => ({ tag, confidence, evidence: evidence.slice(0, MAX_EVIDENCE) }));
}

/** Lines as they stand: the same words in looks one after another are one line. */
function standingLetters(frames: readonly FrameSights[], shots: readonly Stretch[]): FilmSights['letters'] {
  const letters: (FilmSights['letters'][number] & { lastLook: number })[] = [];
  frames.forEach(({ atSec, lines }, look) => {
    const shot = shots.find(({ startSec, endSec }) => atSec >= startSec && atSec < endSec);
    for (const { text, confidence } of lines) {
      if (confidence < LEAST_LINE_CONFIDENCE || signsIn(text) < LEAST_LINE_SIGNS) continue;
      const endSec = shot?.endSec ?? atSec;
      const same = letters.find((each) => each.lastLook === look - 1 && keyOf(each.text) === keyOf(text));
      if (same) {
        same.lastLook = look;
        same.endSec = toMs(endSec);
        if (confidence <= same.confidence) continue;
        Object.assign(same, { text, confidence: rounded(confidence), atSec: toMs(atSec) });
      } else {
        const startSec = toMs(shot?.startSec ?? atSec);
        const ends = { startSec, endSec: toMs(endSec), atSec: toMs(atSec) };
        letters.push({ ...ends, text, confidence: rounded(confidence), lastLook: look });
      }
    }
  });
  return letters.slice(0, MAX_LETTERS).map(({ lastLook: _, ...line }) => line);
}

function flagsOf(frames: readonly FrameSights[], tags: FilmSights['tags']): FilmSights['flags'] {
  const found = new Map<Flag, { atSec: number; confidence: number }[]>();
  const add = (flag: Flag, atSec: number, confidence: number) =>
    found.set(flag, [...(found.get(flag) ?? []), { atSec: toMs(atSec), confidence: rounded(confidence) }]);
  for (const { atSec, nudity } of frames) if (nudity >= LEAST_NUDITY) add('nudity', atSec, nudity);
  for (const { tag, evidence } of tags) {
    const flag = FLAGGED_TAGS[tag];
    for (const { atSec, confidence } of evidence) if (flag && confidence >= SURE_TAG) add(flag, atSec, confidence);
  }
  return FLAGS.flatMap((flag) => {
    const evidence = (found.get(flag) ?? []).sort((a, b) => b.confidence - a.confidence || a.atSec - b.atSec);
    const first = evidence[0];
    return first ? [{ flag, confidence: first.confidence, evidence: evidence.slice(0, 2 * MAX_EVIDENCE) }] : [];
  });
}

function signsIn(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}

function keyOf(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function toMs(sec: number): number {
  return Math.round(sec * 1000) / 1000;
}

function rounded(value: number): number {
  return Math.min(1, Math.round(value * 100) / 100);
}
