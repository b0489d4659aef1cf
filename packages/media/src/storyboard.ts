import { type MediaPlan, type StoryboardPlan, sheetName, tilesPerSheet } from '@marquee/core/plan';

const TILE_WIDTH_PX = 320;
const COLUMNS = 10;
const ROWS = 10;

/**
 * Plans the pictures shown while scrubbing: one a second for short films, then ever fewer. From four seconds
 * on every tile is a segment's first picture, so that nothing but keyframes is decoded.
 *
 * @param plan        shape of the film and its segments; `frameCount` must be known
 * @returns the grid, and the frame of the published film that each tile shows, ascending
 */
export function planStoryboard(plan: MediaPlan, frameCount: number): { storyboard: StoryboardPlan; frames: number[] } {
  const fps = plan.fps.num / plan.fps.den;
  const durationSec = frameCount / fps;
  const segmentSec = plan.segmentFrames / fps;
  const dense = durationSec <= 60 ? 1 : durationSec <= 600 ? 2 : null;
  const segments = durationSec <= 3600 ? 1 : durationSec <= 4 * 3600 ? 2 : 5;
  const stepFrames = dense === null ? segments * plan.segmentFrames : Math.max(1, Math.round(dense * fps));
  const frames: number[] = [];
  for (let frame = 0; frame < frameCount; frame += stepFrames) frames.push(frame);
  const small = plan.rungs.at(-1) as MediaPlan['rungs'][number];
  const scale = TILE_WIDTH_PX / small.widthPx;
  return {
    storyboard: {
      intervalSec: dense === null ? segments * segmentSec : stepFrames / fps,
      tileWidthPx: TILE_WIDTH_PX,
      tileHeightPx: Math.max(2, Math.round((small.heightPx * scale) / 2) * 2),
      columns: COLUMNS,
      rows: ROWS,
      tileCount: frames.length,
    },
    frames,
  };
}

/**
 * Writes the WebVTT track that players read: one cue a tile, each a rectangle of a sheet (`#xywh`, W3C Media
 * Fragments 4.2.2).
 */
export function storyboardVtt(storyboard: StoryboardPlan, durationSec: number): string {
  const lines = ['WEBVTT', ''];
  const perSheet = tilesPerSheet(storyboard);
  for (let tile = 0; tile < storyboard.tileCount; tile++) {
    const startSec = tile * storyboard.intervalSec;
    const endSec =
      tile === storyboard.tileCount - 1 ? Math.max(durationSec, startSec + 0.001) : (tile + 1) * storyboard.intervalSec;
    const place = tile % perSheet;
    const x = (place % storyboard.columns) * storyboard.tileWidthPx;
    const y = Math.floor(place / storyboard.columns) * storyboard.tileHeightPx;
    lines.push(
      `${vttTime(startSec)} --> ${vttTime(endSec)}`,
      `${sheetName(Math.floor(tile / perSheet))}#xywh=${x},${y},${storyboard.tileWidthPx},${storyboard.tileHeightPx}`,
      '',
    );
  }
  return lines.join('\n');
}

/** A WebVTT timestamp, `HH:MM:SS.mmm` (W3C WebVTT, 4.1). */
export function vttTime(sec: number): string {
  const ms = Math.round(sec * 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(ms / 3_600_000))}:${two(Math.floor(ms / 60_000) % 60)}:${two(Math.floor(ms / 1000) % 60)}.${String(ms % 1000).padStart(3, '0')}`;
}
