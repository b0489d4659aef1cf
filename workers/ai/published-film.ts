import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { segmentName } from '@marquee/media/hls';
import { assembleStream, type Stream } from '@marquee/media/stream';
import type { TaskContext } from '../runtime/handler.ts';

type Context = TaskContext<'video.ai_analysis'>;

/** @returns the tracks of the film as they are published */
export async function publishedStream(context: Context): Promise<Stream> {
  const { plan } = context.task.payload;
  return assembleStream(plan, await context.siblings(), plan.chunkCount ?? 0);
}

/**
 * Writes segments of a published track one after another into a file that decodes on its own, in the work folder.
 *
 * @param folder of the track below the job's prefix, with a slash at its end
 */
export async function writeTrack(
  context: Context,
  track: { folder: string; from: number; to: number },
  fileName: string,
): Promise<void> {
  const prefix = `${context.task.payload.outputPrefix}${track.folder}`;
  const file = join(await context.workDir(), fileName);
  await writeFile(file, await readObject(context, `${prefix}init.mp4`));
  for (let i = track.from; i < track.to; i++) {
    context.signal.throwIfAborted();
    await appendFile(file, await readObject(context, `${prefix}${segmentName(i)}`));
  }
}

/** @returns all of an object */
export async function readObject(context: Context, key: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of (await context.objects.get(key)).body) parts.push(part);
  return Buffer.concat(parts);
}
