import type { MediaProcessingJob } from '@marquee/core/job';
import { type StoryboardPlan, sheetName, tilesPerSheet } from '@marquee/core/plan';
import sharp from 'sharp';
import { readObject } from './still.ts';

/** @returns the address of what a version shows at `atSec`, or null where it has no storyboard */
export function frameAddress(job: MediaProcessingJob | null, atSec: number): string | null {
  const storyboard = job?.plan?.storyboard;
  if (!job || !storyboard) return null;
  const tile = Math.min(storyboard.tileCount - 1, Math.floor(atSec / storyboard.intervalSec));
  return `/frames/${job.movieId}/${job.id}/${tile}`;
}

/** One tile of a version's storyboard, as WebP. @param tile from 0, in range */
export async function storyboardTile(outputPrefix: string, storyboard: StoryboardPlan, tile: number): Promise<Buffer> {
  const { columns, tileWidthPx, tileHeightPx } = storyboard;
  const place = tile % tilesPerSheet(storyboard);
  const sheet = await readObject(
    `${outputPrefix}storyboard/${sheetName(Math.floor(tile / tilesPerSheet(storyboard)))}`,
  );
  return sharp(sheet)
    .extract({
      left: (place % columns) * tileWidthPx,
      top: Math.floor(place / columns) * tileHeightPx,
      width: tileWidthPx,
      height: tileHeightPx,
    })
    .webp({ quality: 78 })
    .toBuffer();
}
