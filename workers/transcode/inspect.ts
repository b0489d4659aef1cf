import { join } from 'node:path';
import { MarqueeError } from '@marquee/core/errors';
import type { Inspection } from '@marquee/core/inspection';
import { type Head, headArgs, readHead } from '@marquee/media/probe';
import { REMUXED_FILE, remuxArgs } from '@marquee/media/remux';
import { indexArgs, readIndex } from '@marquee/media/source-index';
import { defineHandler, type TaskContext } from '../runtime/handler.ts';

/** Reads what a film is: its tracks (`head`), then every packet of its picture (`index`). */
export const inspect = defineHandler({
  type: 'video.inspect',
  async run(context) {
    const { payload } = context.task;
    if (payload.scope === 'head') return { scope: 'head', inspection: await readFilm(context, payload.sourceKey) };
    if (!payload.inspection) throw new MarqueeError('MESSAGE_INVALID', 'An index was asked for without an inspection.');
    const input = await context.objects.toolInput(payload.sourceKey);
    const { stdout } = await context.tools.ffprobe(indexArgs(input, payload.inspection), {
      signal: context.signal,
      cwd: await context.workDir(),
      // The opening is encoded at this moment, and somebody may wait for it.
      isPatient: true,
    });
    return { scope: 'index', index: readIndex(stdout.toString('latin1'), payload.inspection) };
  },
});

async function readFilm(context: TaskContext<'video.inspect'>, uploadKey: string): Promise<Inspection> {
  const facts = await context.objects.head(uploadKey);
  if (!facts) throw new MarqueeError('OBJECT_MISSING', 'The uploaded file is gone from storage. Upload it again.');
  if (facts.sizeBytes === 0) throw new MarqueeError('INPUT_UNREADABLE', 'The file is empty. Upload it again.');
  const head = await probe(context, uploadKey);
  if (!head.needsRemux) return { ...head.inspection, sourceKey: uploadKey };
  // The copy lies beside the upload under a name that follows from it: doing it twice overwrites the same bytes.
  const sourceKey = `${uploadKey}.seekable.mkv`;
  const input = await context.objects.toolInput(uploadKey);
  await context.tools.ffmpeg(remuxArgs(head.inspection, input), {
    signal: context.signal,
    cwd: await context.workDir(),
    durationSec: head.inspection.claimedDurationSec,
    onProgress: context.progress,
  });
  await context.objects.put(
    sourceKey,
    { file: join(await context.workDir(), REMUXED_FILE) },
    { contentType: 'video/x-matroska', signal: context.signal },
  );
  const copied = await probe(context, sourceKey);
  return { ...copied.inspection, sourceKey, container: head.inspection.container };
}

async function probe(context: TaskContext<'video.inspect'>, key: string): Promise<Head> {
  const input = await context.objects.toolInput(key);
  const { stdout } = await context.tools.ffprobe(headArgs(input), {
    signal: context.signal,
    cwd: await context.workDir(),
  });
  const { limits, encode } = context.config;
  return readHead(stdout.toString('utf8'), {
    sourceSec: limits.sourceSec,
    sourcePixels: limits.sourcePixels,
    maxFps: encode.maxFps,
  });
}
