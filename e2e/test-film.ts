import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { loadConfig } from '@marquee/core/config';
import { createTools } from '@marquee/media/run-tool';

// Of the environment the tools alone: the addresses of servers, all set at once for tests, are no configuration.
const { FFMPEG_PATH, FFPROBE_PATH } = process.env;
const tools = createTools(loadConfig({ FFMPEG_PATH, FFPROBE_PATH }));
const { signal } = new AbortController();

/** Makes a film of test pictures with one sound track per language, in tones that differ. */
export async function makeTestFilm(
  folder: string,
  name: string,
  film: { sec: number; fps: number; languages: string[] },
): Promise<string> {
  const { sec, fps, languages } = film;
  const lavfi = (graph: string) => ['-f', 'lavfi', '-i', graph];
  const file = join(folder, name);
  await tools.ffmpeg(
    [
      ...lavfi(`testsrc2=s=1280x720:r=${fps}:d=${sec}`),
      ...languages.flatMap((_, i) => lavfi(`sine=frequency=${330 * (i + 1)}:sample_rate=48000:d=${sec}`)),
      ...['-map', '0:v', ...languages.flatMap((_, i) => ['-map', `${i + 1}:a`])],
      ...languages.flatMap((language, i) => [`-metadata:s:a:${i}`, `language=${language}`]),
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '20', '-c:a', 'aac', file],
    ],
    { signal, cwd: folder },
  );
  return file;
}

/** Asks ffprobe, which opens playlists and manifests as a player does. */
export async function probe<T>(args: string[]): Promise<T> {
  const { stdout } = await tools.ffprobe([...args, '-of', 'json'], { signal, cwd: '/' });
  return JSON.parse(stdout.toString('utf8')) as T;
}

/** When every file below a folder was last written or replaced, by its path from there, in nanoseconds. */
export async function writtenAt(folder: string): Promise<Record<string, bigint>> {
  const found: Record<string, bigint> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found[relative(folder, path)] = (await stat(path, { bigint: true })).ctimeNs;
  }
  return found;
}
