import type { FilmAnalysis } from '@marquee/core/analysis';
import { makeChapters, type SpokenLine } from '@marquee/core/made-chapters';
import { groupScenes, type ShotLook, type Stretch } from '@marquee/core/scenes';
import { colourDistance } from './frame-difference.ts';
import type { FoundShots } from './shots.ts';

/** Black is told of from this length on, in seconds: shorter is a cut through black. */
const BLACK_SEC = 0.3;

/**
 * Puts together what the frames of a film came to.
 *
 * @param film.lines what is said, for the chapters' names; null where the source has chapters, and none are made
 */
export function describeShots(
  found: FoundShots,
  film: { fps: number; durationSec: number; silences: readonly Stretch[]; lines: readonly SpokenLine[] | null },
): Pick<FilmAnalysis, 'shots' | 'scenes' | 'chapters' | 'black'> {
  const { fps, durationSec } = film;
  const secOf = (frame: number) => Math.min(durationSec, Math.round((frame / fps) * 1000) / 1000);
  const starts = [{ frame: 0, kind: 'cut' as const }, ...found.boundaries];
  const shots = starts.map(({ frame, kind }, i) => ({
    startSec: secOf(frame),
    endSec: i + 1 < starts.length ? secOf((starts[i + 1] as { frame: number }).frame) : durationSec,
    by: kind,
  }));
  const looks: ShotLook[] = shots.map(({ startSec, endSec, by }, i) => ({
    startSec,
    endSec,
    isSoft: by !== 'cut',
    shares: meanShares(found, (starts[i] as { frame: number }).frame, starts[i + 1]?.frame ?? found.frameCount),
  }));
  const scenes = groupScenes(looks, film.silences, colourDistance);
  return {
    shots,
    scenes: scenes.map((scene) => ({ ...scene, strength: Math.round(scene.strength * 1000) / 1000 })),
    chapters: film.lines === null ? [] : makeChapters(scenes, durationSec, film.lines),
    black: found.black
      .filter(([first, end]) => (end - first) / fps >= BLACK_SEC)
      .map(([first, end]) => ({ startSec: secOf(first), endSec: secOf(end) })),
  };
}

/** @returns the mean of the samples within a shot, or of the one nearest to it */
function meanShares(found: FoundShots, first: number, end: number): Float32Array {
  const { samples } = found;
  const within = samples.filter(({ frame }) => frame >= first && frame < end);
  const middle = (first + end) / 2;
  const nearest = samples.reduce<FoundShots['samples'][number] | null>(
    (best, each) => (best === null || Math.abs(each.frame - middle) < Math.abs(best.frame - middle) ? each : best),
    null,
  );
  const counted = within.length > 0 ? within : nearest ? [nearest] : [];
  const mean = new Float32Array(counted[0]?.shares.length ?? 0);
  for (const { shares } of counted)
    for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] as number) + (shares[i] as number) / counted.length;
  return mean;
}
