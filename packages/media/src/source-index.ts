import { MarqueeError } from '@marquee/core/errors';
import type { Inspection, SourceIndex } from '@marquee/core/inspection';
import type { ToolInput } from '@marquee/core/ports';
import { inputArgs } from './run-tool.ts';

/** Arguments of the ffprobe run that `readIndex` understands: one line a packet of the picture. */
export function indexArgs(input: ToolInput, inspection: Inspection): string[] {
  return [
    '-select_streams',
    String(inspection.video.streamIndex),
    '-show_entries',
    'packet=pts_time,duration_time,flags',
    '-of',
    'csv=p=0',
    ...inputArgs(input),
  ];
}

/**
 * Reads ffprobe's answer to `indexArgs`.
 *
 * @throws MarqueeError INPUT_UNREADABLE if the file ends well before its header says it does
 */
export function readIndex(csv: string, inspection: Inspection): SourceIndex {
  const { video } = inspection;
  const fps = video.fps.num / video.fps.den;
  const times: number[] = [];
  const keyframesSec: number[] = [];
  let endSec = 0;
  for (let from = 0; from < csv.length; ) {
    let to = csv.indexOf('\n', from);
    if (to < 0) to = csv.length;
    const [pts, duration, flags] = csv.slice(from, to).split(',');
    from = to + 1;
    const at = Number(pts) - video.startSec;
    if (!flags || flags.includes('D') || pts === '' || !Number.isFinite(at) || at < -1e-3) continue;
    times.push(at);
    endSec = Math.max(endSec, at + (Number(duration) || 0));
    if (flags.startsWith('K')) keyframesSec.push(at);
  }
  if (times.length === 0)
    throw new MarqueeError('INPUT_UNREADABLE', 'No picture can be read from the file: it is damaged or cut off.');
  times.sort((a, b) => a - b);
  keyframesSec.sort((a, b) => a - b);

  let maxFrameGapSec = 0;
  for (let i = 1; i < times.length; i++)
    maxFrameGapSec = Math.max(maxFrameGapSec, (times[i] as number) - (times[i - 1] as number));
  const lastFrame = Math.round((times.at(-1) as number) * fps);
  const frameCount = Math.max(lastFrame + 1, Math.round(endSec * fps));

  const claimed = inspection.claimedDurationSec;
  const missingSec = claimed - frameCount / fps;
  // Sound may outlast the picture by a little; a tenth of the film, or five seconds of a long one, is missing.
  if (missingSec > Math.max(0.5, Math.min(5, claimed * 0.1))) {
    throw new MarqueeError(
      'INPUT_UNREADABLE',
      `The file ends early: its header promises ${time(claimed)}, but the picture stops at ${time(frameCount / fps)}. Upload it again from the original.`,
    );
  }
  return { frameCount, sourceFrameCount: times.length, keyframesSec, maxFrameGapSec };
}

function time(sec: number): string {
  if (sec < 60) return `${sec.toFixed(1)} s`;
  const minutes = Math.floor(sec / 60);
  return minutes < 60
    ? `${minutes} min ${Math.round(sec % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
