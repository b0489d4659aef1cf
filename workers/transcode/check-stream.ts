import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MarqueeError } from '@marquee/core/errors';
import type { PublishedBytes, Task } from '@marquee/core/job';
import { planDurationSec, sheetName, tilesPerSheet } from '@marquee/core/plan';
import type { ObjectFacts, Objects } from '@marquee/core/ports';
import { readSubtitles } from '@marquee/core/subtitle-files';
import { EMPTY_SEGMENT } from '@marquee/core/webvtt';
import { FRAME_SAMPLES, SAMPLE_RATE } from '@marquee/media/audio';
import { readSegment, writeSegment } from '@marquee/media/cmaf';
import { EMPTY_NAME, segmentName, TRACK_NAME, vttSegmentName } from '@marquee/media/hls';
import type { Stream } from '@marquee/media/stream';
import type { TaskContext } from '../runtime/handler.ts';

/**
 * What "ready" promises, but for decoding: the right length, every segment there with its size, rungs cut at
 * the same frames, every storyboard tile, every cue after the one before it.
 *
 * @returns what stands, by kind
 * @throws MarqueeError OUTPUT_INVALID saying what is wrong
 */
export async function checkStream(
  context: TaskContext<'video.package'>,
  stream: Stream,
  tasks: Task[],
): Promise<PublishedBytes> {
  const { plan } = stream;
  const frameCount = plan.frameCount;
  if (frameCount === null) throw invalid('its length is not known');
  const rungs = plan.rungs.map((rung) => ({ rung, track: stream.video.get(rung.name) }));
  const reference = rungs[0]?.track?.segments.map((segment) => segment.durationTicks).join();
  for (const { rung, track } of rungs) {
    if (!track) throw invalid(`${rung.name} is missing`);
    const ticks = track.segments.reduce((sum, segment) => sum + segment.durationTicks, 0);
    if (ticks !== frameCount * plan.ticksPerFrame)
      throw invalid(`${rung.name} has ${ticks / plan.ticksPerFrame} frames instead of ${frameCount}`);
    if (track.segments.map((segment) => segment.durationTicks).join() !== reference)
      throw invalid(`${rung.name} is not cut where the other rungs are`);
  }
  const durationSec = planDurationSec(plan) ?? 0;
  for (const [name, track] of stream.audio) {
    const soundSec = track.segments.reduce((sum, segment) => sum + segment.durationTicks, 0) / SAMPLE_RATE;
    if (Math.abs(soundSec - durationSec) > FRAME_SAMPLES / SAMPLE_RATE)
      throw invalid(`the sound ${name} is ${soundSec.toFixed(3)} s long, the picture ${durationSec.toFixed(3)} s`);
  }
  await checkSubtitles(context, stream);
  return checkObjects(context, stream, tasks);
}

/** Players stop at a cue that they cannot read; what was written has to read back as what was meant. */
async function checkSubtitles(context: TaskContext<'video.package'>, stream: Stream): Promise<void> {
  for (const [name, { cues }] of stream.subtitles) {
    const key = `${context.task.payload.outputPrefix}subtitles/${name}/${TRACK_NAME}`;
    const read = readSubtitles((await readAll(context.objects, key)).toString('utf8'), 'vtt');
    if (read.length !== cues) throw invalid(`the subtitles ${name} have ${read.length} cues instead of ${cues}`);
    for (const isTop of [true, false]) {
      let endMs = 0;
      for (const cue of read.filter((each) => each.isTop === isTop)) {
        if (cue.startMs < endMs || cue.endMs <= cue.startMs)
          throw invalid(`a cue of the subtitles ${name} at ${(cue.startMs / 1000).toFixed(3)} s overlaps another`);
        endMs = cue.endMs;
      }
    }
  }
}

async function checkObjects(
  context: TaskContext<'video.package'>,
  stream: Stream,
  tasks: Task[],
): Promise<PublishedBytes> {
  const { outputPrefix } = context.task.payload;
  const stored = new Map<string, ObjectFacts>();
  for await (const facts of context.objects.list(outputPrefix)) stored.set(facts.key.slice(outputPrefix.length), facts);
  const expect = (name: string, sizeBytes: number | null) => {
    const facts = stored.get(name);
    if (!facts) throw invalid(`${name} is missing`);
    if (sizeBytes !== null && facts.sizeBytes !== sizeBytes)
      throw invalid(`${name} has ${facts.sizeBytes} bytes instead of ${sizeBytes}`);
  };
  const tracks = [
    ...[...stream.video].map(([name, track]) => ({ folder: `video/${name}/`, track })),
    ...[...stream.audio].map(([name, track]) => ({ folder: `audio/${name}/`, track })),
  ];
  for (const { folder, track } of tracks) {
    expect(`${folder}init.mp4`, null);
    for (const [i, segment] of track.segments.entries()) expect(`${folder}${segmentName(i)}`, segment.sizeBytes);
  }
  for (const [name, subtitles] of stream.subtitles) {
    const folder = `subtitles/${name}/`;
    expect(`${folder}${TRACK_NAME}`, subtitles.sizeBytes);
    expect(`${folder}${EMPTY_NAME}`, Buffer.byteLength(EMPTY_SEGMENT));
    for (const [i, sizeBytes] of subtitles.segments) expect(`${folder}${vttSegmentName(i)}`, sizeBytes);
  }
  const { storyboard } = stream.plan;
  if (storyboard) {
    let tiles = 0;
    for (const task of tasks) {
      if (task.type !== 'video.generate_thumbnails' || task.status !== 'done') continue;
      const result = (task as Task<'video.generate_thumbnails'>).result;
      if (result?.kind !== 'storyboard') continue;
      expect(`storyboard/${sheetName(result.sheet)}`, result.sizeBytes);
      tiles += result.tiles;
    }
    const sheets = Math.ceil(storyboard.tileCount / tilesPerSheet(storyboard));
    if (tiles !== storyboard.tileCount)
      throw invalid(`the storyboard has ${tiles} tiles on ${sheets} sheets instead of ${storyboard.tileCount}`);
  }
  // Playlists of an earlier write may stand among them; what they weigh changes with each.
  const media = [...stored].filter(([name]) => !/\.(m3u8|vtt)$/.test(name));
  const bytesBelow = (...folders: string[]) => {
    const mine = media.filter(([name]) => folders.some((folder) => name.startsWith(folder)));
    return mine.reduce((sum, [, { sizeBytes }]) => sum + sizeBytes, 0);
  };
  return {
    pictureBytes: bytesBelow('video/'),
    soundBytes: bytesBelow('audio/'),
    stillBytes: bytesBelow('storyboard/', 'posters/'),
  };
}

/** Pictures of the segment that is decoded as a sample: from its keyframe on, in the order of decoding. */
const SAMPLE_FRAMES = 32;

/**
 * Decodes the start of one segment of every rung, all by one tool run; which one follows from the film, so
 * that it is the same each time.
 *
 * @throws MarqueeError OUTPUT_INVALID if one does not give the frames that it should hold
 */
export async function decodeSamples(context: TaskContext<'video.package'>, stream: Stream): Promise<void> {
  const { outputPrefix } = context.task.payload;
  const inputs: string[] = [];
  const maps: string[] = [];
  const expected: { name: string; frames: number }[] = [];
  for (const [at, rung] of stream.plan.rungs.entries()) {
    const track = stream.video.get(rung.name);
    if (!track) continue;
    // Spread over the film: a different stretch for each rung.
    const i = Math.floor(((at + 0.5) / stream.plan.rungs.length) * track.segments.length);
    const folder = `${outputPrefix}video/${rung.name}/`;
    const file = `check-${rung.name}.mp4`;
    const samples = readSegment(await readAll(context.objects, `${folder}${segmentName(i)}`)).slice(0, SAMPLE_FRAMES);
    const init = await readAll(context.objects, `${folder}init.mp4`);
    await writeFile(join(await context.workDir(), file), Buffer.concat([init, writeSegment(1, 0, samples).bytes]));
    inputs.push('-threads', '2', '-protocol_whitelist', 'file', '-xerror', '-err_detect', 'explode', '-i', file);
    maps.push('-map', `${at}:v`, '-fps_mode', 'passthrough', '-f', 'framecrc', `check-${rung.name}.txt`);
    expected.push({ name: rung.name, frames: samples.length });
  }
  try {
    await context.tools.ffmpeg([...inputs, ...maps], { signal: context.signal, cwd: await context.workDir() });
  } catch (cause) {
    if (context.signal.aborted) throw cause;
    throw new MarqueeError(
      'OUTPUT_INVALID',
      'A finished segment cannot be decoded. Retry the job; if it fails again, run "marquee doctor".',
      { cause },
    );
  }
  for (const { name, frames } of expected) {
    const lines = (await readFile(join(await context.workDir(), `check-${name}.txt`), 'latin1'))
      .split('\n')
      .filter((line) => /^\d/.test(line));
    if (lines.length !== frames)
      throw invalid(`a segment of ${name} decodes to ${lines.length} frames instead of ${frames}`);
  }
}

async function readAll(objects: Objects, key: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of (await objects.get(key)).body) parts.push(part);
  return Buffer.concat(parts);
}

function invalid(why: string): MarqueeError {
  return new MarqueeError('OUTPUT_INVALID', `The finished film did not pass its check: ${why}. Retry the job.`);
}
