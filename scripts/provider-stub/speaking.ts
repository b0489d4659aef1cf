import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tools } from '@marquee/media/run-tool';

/** How long a tone stands for a character, and how high it is. */
const HUM_MS_A_CHARACTER = 60;
export const HUM_HZ = 600;

/**
 * Speaks a line by ffmpeg's flite, or hums it: a tone as long as the line would take.
 *
 * @param hums true for a tone even where ffmpeg can speak
 * @returns MP3
 */
export async function speak(tools: Tools, folder: string, line: string, hums = false): Promise<Buffer> {
  const { signal } = new AbortController();
  const canSpeak = !hums && (await tools.hasFilter('flite'));
  if (canSpeak) await writeFile(join(folder, 'line.txt'), line);
  const sec = (line.length * HUM_MS_A_CHARACTER) / 1000;
  const source = canSpeak ? 'flite=textfile=line.txt:voice=slt' : `sine=frequency=${HUM_HZ}:duration=${sec}`;
  const codec = ['-ar', '24000', '-ac', '1', '-c:a', 'libmp3lame', '-b:a', '64k', 'line.mp3'];
  await tools.ffmpeg(['-f', 'lavfi', '-i', source, ...codec], { signal, cwd: folder });
  return readFile(join(folder, 'line.mp3'));
}
