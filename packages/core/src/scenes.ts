/** A run of shots, or a scene, on the film's clock, in seconds: `[startSec, endSec)`. */
export interface Stretch {
  startSec: number;
  endSec: number;
}

/** A scene: shots that belong together. */
export interface Scene extends Stretch {
  /** How clearly it is set apart from the one before, in `[0, 1]`; 0 of the first. */
  strength: number;
}

/** What a shot looks like: shares of its pixels by colour, of any number that is the same for all. */
export interface ShotLook extends Stretch {
  shares: Float32Array;
  /** True where it is reached through black or a dissolve. */
  isSoft: boolean;
}

/** Shots that look back and forth, as in a talk, are this near to each other. */
const WINDOW_SHOTS = 5;
const WINDOW_SEC = 30;
/** Shots that differ by less look like one another. */
const ALIKE = 0.16;
/** Scenes are not shorter, in seconds, in a film that is long enough for some. */
const SHORTEST_SEC = 6;

/**
 * Groups shots into scenes: between two scenes no shot after looks like any of those before. Silence and black at a
 * boundary make it clearer.
 *
 * @param silences stretches without a sound, in order
 * @param distance of two shots' shares, in `[0, 1]`
 */
export function groupScenes(
  shots: readonly ShotLook[],
  silences: readonly Stretch[],
  distance: (a: Float32Array, b: Float32Array) => number,
): Scene[] {
  const strengths = shots.map((_, i) => (i === 0 ? 0 : strengthAt(shots, i, silences, distance)));
  const scenes: Scene[] = [];
  shots.forEach((shot, i) => {
    const last = scenes.at(-1);
    const strength = strengths[i] as number;
    if (last && strength <= 0) last.endSec = shot.endSec;
    else scenes.push({ startSec: shot.startSec, endSec: shot.endSec, strength });
  });
  return withoutShort(scenes);
}

function strengthAt(
  shots: readonly ShotLook[],
  i: number,
  silences: readonly Stretch[],
  distance: (a: Float32Array, b: Float32Array) => number,
): number {
  const here = shots[i] as ShotLook;
  const before = shots
    .slice(Math.max(0, i - WINDOW_SHOTS), i)
    .filter((shot, n, all) => n === all.length - 1 || shot.endSec > here.startSec - WINDOW_SEC);
  const after = shots
    .slice(i, i + WINDOW_SHOTS)
    .filter((shot, n) => n === 0 || shot.startSec < here.startSec + WINDOW_SEC);
  let least = 1;
  for (const a of before) for (const b of after) least = Math.min(least, distance(a.shares, b.shares));
  if (least < ALIKE) return 0;
  const isSilent = silences.some(
    ({ startSec, endSec }) => startSec <= here.startSec + 0.5 && endSec >= here.startSec - 0.5,
  );
  return Math.min(1, least + (isSilent ? 0.2 : 0) + (here.isSoft ? 0.2 : 0));
}

/** Joins what is too short to the neighbour that it is less clearly set apart from. */
function withoutShort(scenes: Scene[]): Scene[] {
  const left = [...scenes];
  for (;;) {
    const lengths = left.map((scene) => scene.endSec - scene.startSec);
    const least = Math.min(...lengths);
    if (left.length < 2 || least >= SHORTEST_SEC) return left;
    const i = lengths.indexOf(least);
    const next = left[i + 1];
    const mine = left[i] as Scene;
    const joinsNext = i === 0 || (next !== undefined && next.strength < mine.strength);
    const at = joinsNext ? i : i - 1;
    const [a, b] = [left[at] as Scene, left[at + 1] as Scene];
    left.splice(at, 2, { ...a, endSec: b.endSec });
  }
}
