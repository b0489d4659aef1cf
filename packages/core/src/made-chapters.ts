import type { Chapter } from './chapters.ts';
import type { Scene } from './scenes.ts';
import { tellingWords } from './telling-words.ts';

/** A film that is shorter needs none, in seconds. */
const SHORTEST_FILM_SEC = 60;
/** Chapters are wanted about this far apart, in seconds; a feature film gets 12 ... */
const WANTED_SEC = 480;
const MOST = 12;
/** ... and any film three, if its scenes give that many. */
const FEWEST = 3;
/** None is shorter than this, or than a thirtieth of the film, in seconds. */
const SHORTEST_SEC = 10;
const SHORTEST_SHARE = 1 / 30;
/** What a chapter of twice or half the wanted length costs, by the clearest boundary. */
const UNEVEN = 0.25;

/** Words on the screen, in seconds. */
export interface SpokenLine {
  startSec: number;
  text: string;
}

/**
 * Chapters of a film whose maker gave it none: at the clearest boundaries between scenes that leave them of about the same
 * length. They are named by what is said in them and hardly elsewhere, where somebody says something.
 *
 * @param scenes all of the film, in order
 * @param lines  what is said, in order; empty where nobody knows
 * @returns none where the film is short, or has no scenes to speak of
 */
export function makeChapters(scenes: readonly Scene[], durationSec: number, lines: readonly SpokenLine[]): Chapter[] {
  if (durationSec < SHORTEST_FILM_SEC) return [];
  const starts = chooseStarts(scenes, durationSec);
  if (starts.length < FEWEST) return [];
  const chapters = starts.map((startSec, i) => ({ startSec, endSec: starts[i + 1] ?? durationSec }));
  const spoken = chapters.map(({ startSec, endSec }) =>
    lines.filter((line) => line.startSec >= startSec && line.startSec < endSec).map(({ text }) => text),
  );
  const titles = tellingWords(spoken);
  return chapters.map((chapter, i) => ({ ...chapter, title: titles[i] || `Scene ${i + 1}` }));
}

/** The best choice of all, by the sum of what speaks for each boundary less what uneven lengths cost. */
function chooseStarts(scenes: readonly Scene[], durationSec: number): number[] {
  const count = Math.min(MOST, Math.max(FEWEST + 1, Math.round(durationSec / WANTED_SEC)));
  const wantedSec = durationSec / count;
  const leastSec = Math.max(SHORTEST_SEC, durationSec * SHORTEST_SHARE);
  const points = [{ atSec: 0, strength: 0 }];
  for (const { startSec, strength } of scenes)
    if (startSec >= leastSec && startSec <= durationSec - leastSec) points.push({ atSec: startSec, strength });
  points.push({ atSec: durationSec, strength: 0 });

  // best[n][i]: the most that n chapters up to point i are worth, and where the last of them begins.
  const best: { worth: number; from: number }[][] = [
    points.map((_, i) => ({ worth: i === 0 ? 0 : -Infinity, from: 0 })),
  ];
  for (let n = 1; n <= MOST; n++) {
    const before = best[n - 1] as { worth: number; from: number }[];
    best.push(
      points.map((point, i) => {
        let found = { worth: Number.NEGATIVE_INFINITY, from: 0 };
        for (let from = 0; from < i; from++) {
          const lengthSec = point.atSec - (points[from] as { atSec: number }).atSec;
          if (lengthSec < leastSec) break;
          const uneven = Math.log2(lengthSec / wantedSec);
          const worth = (before[from] as { worth: number }).worth + point.strength - UNEVEN * uneven * uneven;
          if (worth > found.worth) found = { worth, from };
        }
        return found;
      }),
    );
  }
  const end = points.length - 1;
  const worthOf = (count: number) => best[count]?.[end]?.worth ?? Number.NEGATIVE_INFINITY;
  let n = 0;
  for (let each = FEWEST; each <= MOST; each++) if (worthOf(each) > (n === 0 ? -Infinity : worthOf(n))) n = each;
  const starts: number[] = [];
  for (let i = end; n > 0; n--) {
    i = best[n]?.[i]?.from ?? 0;
    starts.unshift(points[i]?.atSec ?? 0);
  }
  return starts;
}
