import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DubLine, dubCharacters, dubLines, type PlacedLine, placeLines } from '@marquee/core/dubbing';
import { MarqueeError } from '@marquee/core/errors';
import type { SegmentFacts, SubtitlesResult } from '@marquee/core/job';
import { segmentSecOf } from '@marquee/core/plan';
import { FRAME_SAMPLES, planWindows, WINDOW_FILE } from '@marquee/media/audio';
import { codecsOf, readFragmented } from '@marquee/media/cmaf';
import { dubArgs, dubFrames, LINE_FILE, LINE_PCM, lineArgs, VOICE_BYTES_A_MS, VOICE_FILE } from '@marquee/media/dub';
import { chooseTrackIn, readWords } from '../runtime/film-words.ts';
import type { TaskContext } from '../runtime/handler.ts';
import { publishSegments } from '../runtime/segments.ts';

type Context = TaskContext<'video.generate_subtitles'>;
type Dub = NonNullable<Context['task']['payload']['dub']>;

/** Speaking takes most of the time. */
const SPEAKING_SHARE = 0.8;
/** Where more of the lines than this would come too late, nobody could follow the rest. */
const MOST_MISSING = 0.25;

/**
 * Makes a sound track in which a service speaks the film's lines in another language, over the film's own sound. It is
 * planned beside the tracks that it may speak, and opened when those have ended.
 *
 * @returns the track, or a sentence that says why there is none
 */
export async function dubFilm(context: Context): Promise<SubtitlesResult | string> {
  const { task, config, objects, speaker } = context;
  const { dub } = task.payload;
  if (dub === undefined) throw new RangeError('nothing to dub');
  if (speaker === null || config.voiceProvider === null)
    return 'This worker knows no service that speaks: it needs the DUB variables of the orchestrator.';
  const source = chooseTrackIn(dub.language, await context.movie(), await context.siblings());
  if (source === null) return 'There are no subtitles in this language to be spoken.';
  const lines = dubLines(await readWords(objects, source));
  if (lines.length === 0) return 'There are no words in its subtitles.';
  const [characters, most] = [dubCharacters(lines), config.voiceProvider.maxChars];
  if (characters > most)
    return `Its lines have ${characters} characters, and ${most} may be spoken. Raise DUB_MAX_CHARS, and make this part again.`;
  const placed = await speakLines(
    context,
    lines,
    (dub.frameCount * task.payload.fps.den * 1000) / task.payload.fps.num,
  );
  if (placed.length < lines.length * (1 - MOST_MISSING))
    return `It is spoken too slowly for the film: only ${placed.length} of ${lines.length} lines would find their place.`;
  return { leftOut: null, cues: placed.length, segments: [], ...(await publishSound(context, dub)) };
}

/** Has each line spoken and puts it where it belongs in `VOICE_FILE`, which is silent everywhere else. */
async function speakLines(context: Context, lines: DubLine[], filmMs: number): Promise<PlacedLine[]> {
  const { signal, speaker, progress } = context;
  const cwd = await context.workDir();
  const lengthsMs: number[] = [];
  const spoken: string[] = [];
  for (const [i, { text }] of lines.entries()) {
    signal.throwIfAborted();
    const file = join(cwd, `${LINE_FILE}-${i}`);
    await writeFile(file, (await speaker?.speak(text, { signal })) ?? new Uint8Array());
    lengthsMs.push((await samplesOf(context, cwd, file, 1)).length / VOICE_BYTES_A_MS);
    spoken.push(file);
    progress(((i + 1) / lines.length) * SPEAKING_SHARE);
  }
  const placed = placeLines(lines, lengthsMs, filmMs);
  // What is not written reads as silence, and takes no room on disk.
  const voice = await open(join(cwd, VOICE_FILE), 'w');
  try {
    for (const [i, { index, startMs, tempo }] of placed.entries()) {
      const samples = await samplesOf(context, cwd, spoken[index] as string, tempo);
      const roomMs = (placed[i + 1]?.startMs ?? filmMs) - startMs;
      const bytes = samples.subarray(0, bytesOf(roomMs));
      await voice.write(bytes, 0, bytes.length, bytesOf(startMs));
    }
    await voice.truncate(bytesOf(filmMs));
  } finally {
    await voice.close();
  }
  return placed;
}

/** Whole samples of two bytes. */
function bytesOf(ms: number): number {
  return 2 * Math.floor((ms * VOICE_BYTES_A_MS) / 2);
}

/** What a service sends is opened as a plain file of sound, and as nothing else. */
async function samplesOf(context: Context, cwd: string, file: string, tempo: number): Promise<Buffer> {
  const { tools, signal } = context;
  try {
    await tools.ffmpeg(lineArgs({ url: file, protocols: ['file'] }, tempo), { signal, cwd, isPatient: true });
  } catch (thrown) {
    signal.throwIfAborted();
    throw new MarqueeError('OUTPUT_INVALID', 'The service that speaks answered with something that is no sound.', {
      cause: thrown,
    });
  }
  return readFile(join(cwd, LINE_PCM));
}

/** Mixes and encodes the track in windows, as every other sound. */
async function publishSound(context: Context, dub: Dub): Promise<Pick<SubtitlesResult, 'sizeBytes' | 'sound'>> {
  const { objects, tools, signal, progress } = context;
  const { payload } = context.task;
  const cwd = await context.workDir();
  const input = await objects.toolInput(payload.sourceKey);
  const filmSec = (dub.frameCount * payload.fps.den) / payload.fps.num;
  const windows = planWindows(filmSec, segmentSecOf(payload), null);
  const { zeroSec, containerStartSec } = payload;
  const all: SegmentFacts[] = [];
  let header: { codecs: string; initSha256: string } | null = null;
  for (const [i, window] of windows.entries()) {
    const { startFrame, preroll, count } = dubFrames(window);
    await tools.ffmpeg(dubArgs({ ...dub, zeroSec, containerStartSec }, window, input), {
      signal,
      cwd,
      isPatient: true,
    });
    const track = readFragmented(await readFile(join(cwd, WINDOW_FILE)));
    // The first frame is the encoder's priming.
    const frames = track.samples.slice(1 + preroll, 1 + preroll + count).map((frame) => ({
      ...frame,
      durationTicks: FRAME_SAMPLES,
      offsetTicks: 0,
      keyframe: true,
    }));
    if (frames.length !== count)
      throw new MarqueeError('OUTPUT_INVALID', `The dub has ${frames.length} frames of sound instead of ${count}.`);
    const { initSha256, segments } = await publishSegments(
      objects,
      {
        folder: `${payload.outputPrefix}audio/${dub.name}/`,
        contentType: 'audio/mp4',
        init: track.init,
        firstSegment: window.firstSegment,
        startTicks: startFrame * FRAME_SAMPLES,
        sampleTicks: FRAME_SAMPLES,
        segments: window.segmentFrames
          .slice(0, -1)
          .map((from, n) => frames.slice(from - startFrame, (window.segmentFrames[n + 1] as number) - startFrame)),
      },
      signal,
    );
    header ??= { codecs: codecsOf(track.init), initSha256 };
    if (header.initSha256 !== initSha256) throw new MarqueeError('OUTPUT_INVALID', 'The parts of the dub do not fit.');
    all.push(...segments);
    progress(SPEAKING_SHARE + ((i + 1) / windows.length) * (1 - SPEAKING_SHARE));
  }
  const sizeBytes = all.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  return { sizeBytes, ...(header ? { sound: { ...header, segments: all } } : {}) };
}
