import type { Task, TaskResult } from '@marquee/core/job';
import { planDurationSec } from '@marquee/core/plan';
import { manifest } from '@marquee/media/dash';
import { iframePlaylist, masterPlaylist, mediaPlaylist, subtitlePlaylist } from '@marquee/media/hls';
import { storyboardVtt } from '@marquee/media/storyboard';
import { assembleStream, type TrackFacts } from '@marquee/media/stream';
import { defineHandler } from '../runtime/handler.ts';
import { publishChapters } from '../runtime/publish-chapters.ts';
import { allSettled } from '../runtime/segments.ts';
import { checkStream, decodeSamples } from './check-stream.ts';

/** Players may keep what is finished for a year, and must ask again for what still grows. */
const GROWING = 'no-cache';
const FINISHED = 'public, max-age=31536000, immutable';

/** Writes the playlists of what stands; the last time, checks the whole film first and writes the manifest. */
export const packageStream = defineHandler({
  type: 'video.package',
  async run(context) {
    const { payload } = context.task;
    const { plan, final, outputPrefix } = payload;
    const tasks = await context.siblings();
    const stream = assembleStream(plan, tasks, payload.throughChunk);
    let totalBytes = 0;
    for (const track of [...stream.video.values(), ...stream.audio.values()]) {
      for (const segment of track.segments) totalBytes += segment.sizeBytes;
    }
    for (const { sizeBytes } of stream.subtitles.values()) totalBytes += sizeBytes;
    const whole = payload.throughChunk === plan.chunkCount;
    const decoded = whole && tasks.some(isDecoded(payload.throughChunk));
    if (whole && !decoded) await decodeSamples(context, stream);
    const published = final ? await checkStream(context, stream, tasks) : null;

    const targetSec = Math.max(
      1,
      ...[...stream.video.values(), ...stream.audio.values()].flatMap((track) =>
        track.segments.map((each) => Math.round(each.durationTicks / track.timescale)),
      ),
    );
    const texts = new Map<string, string>();
    for (const [name, track] of stream.video) {
      texts.set(`video/${name}/iframes.m3u8`, iframePlaylist(track, targetSec, final));
      texts.set(`video/${name}/index.m3u8`, mediaPlaylist(track, targetSec, final));
    }
    for (const [name, track] of stream.audio)
      texts.set(`audio/${name}/index.m3u8`, mediaPlaylist(track, targetSec, final));
    const picture = stream.video.get(plan.rungs[0]?.name ?? '');
    for (const [name, subtitles] of picture ? stream.subtitles : [])
      texts.set(`subtitles/${name}/index.m3u8`, subtitlePlaylist(subtitles, picture as TrackFacts, targetSec, final));
    const chapters = await publishChapters(context, tasks);
    if (final) {
      if (plan.storyboard)
        texts.set('storyboard/storyboard.vtt', storyboardVtt(plan.storyboard, planDurationSec(plan) ?? 0));
      texts.set('manifest.mpd', manifest(stream, chapters));
    }
    await allSettled([...texts].map(([name, text]) => write(name, text)));
    // Last, because it is what makes the rest reachable.
    await write('master.m3u8', masterPlaylist(stream, final));
    const facts = { throughChunk: payload.throughChunk, final, totalBytes, decoded: whole };
    return published ? { ...facts, published } : facts;

    async function write(name: string, text: string): Promise<void> {
      await context.objects.put(`${outputPrefix}${name}`, Buffer.from(text), {
        contentType: contentTypeOf(name),
        cacheControl: final ? FINISHED : GROWING,
        signal: context.signal,
      });
    }
  },
});

/** @returns whether a task has decoded samples of the whole film already. */
function isDecoded(throughChunk: number): (task: Task) => boolean {
  return (task) => {
    if (task.type !== 'video.package' || task.status !== 'done') return false;
    const result = task.result as TaskResult<'video.package'>;
    return result.decoded && result.throughChunk === throughChunk;
  };
}

function contentTypeOf(name: string): string {
  if (name.endsWith('.m3u8')) return 'application/vnd.apple.mpegurl';
  return name.endsWith('.mpd') ? 'application/dash+xml' : 'text/vtt';
}
