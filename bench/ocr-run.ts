import { resolve } from 'node:path';
import { loadConfig } from '@marquee/core/config';
import type { SubtitleRendition } from '@marquee/core/plan';
import { cleanCues } from '@marquee/core/webvtt';
import { pictureArgs } from '@marquee/media/ocr';
import { createTools } from '@marquee/media/run-tool';
import { pictureWords } from '@marquee/workers/subtitle/ocr';

/** What `bench:ocr` measures, in a process of its own and its working folder: FILE, its rendition, zero on its clock, folder of models. */
const [file, json, zeroSec, folder] = process.argv.slice(2) as [string, string, string, string];
const rendition = JSON.parse(json) as SubtitleRendition;
const { signal } = new AbortController();
const config = loadConfig();
const cwd = process.cwd();
const input = { url: resolve(file), protocols: ['file'] };
const startedMs = performance.now();
await createTools(config).ffmpeg(pictureArgs({ rendition }, input, config.limits.sourceSec), { signal, cwd });
const drawnMs = performance.now() - startedMs;
const cues = await pictureWords(cwd, rendition, { models: { ...config.models, folder }, signal });
const clean = typeof cues === 'string' ? cues : cleanCues(cues, { zeroMs: Number(zeroSec) * 1000, filmMs: null });
process.stdout.write(JSON.stringify({ drawnMs, cues: clean }));
