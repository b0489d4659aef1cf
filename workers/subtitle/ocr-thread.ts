import { open, readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { Writing } from '@marquee/core/ocr-language';
import { type Ink, inkOf, linesOf } from '@marquee/core/ocr-lines';
import { type ReadLine, readLine, signsOf } from '@marquee/core/ocr-text';
import { type LineShape, readableLine, shapeOf } from '@marquee/core/ocr-words';
import { readPng } from '@marquee/media/ocr';
import { endWhenAsked, type ThreadNews } from '../runtime/in-thread.ts';
import { LINE_HEIGHT_PX, readDictionary, recognise } from '../runtime/ppocr.ts';

/** A file of pictures, one after another, and what their words are written in. */
export interface OcrOrder {
  file: string;
  count: number;
  writing: Writing;
  models: string[];
}

/** Pictures that are looked at beforehand, for how lines are set. */
const SAMPLES = 80;
const PATIENT_NICENESS = 10;

endWhenAsked();
const order = workerData as OcrOrder;
// On Linux the call means this thread, which nobody waits for; elsewhere it would mean the whole process.
if (process.platform === 'linux') setPriority(PATIENT_NICENESS);
const [model, dictionary] = order.models as [string, string];
const signs = signsOf(readDictionary(await readFile(dictionary, 'utf8')), order.writing);
const ort = await import('onnxruntime-node');
// One thread: what else runs on the machine is more urgent.
const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const file = await open(order.file);
const tell = (news: ThreadNews<ReadLine[][]>) => parentPort?.postMessage(news);
try {
  tell({ kind: 'done', answer: await readAll(await usualShape()) });
} finally {
  await file.close();
  await session.release();
}

async function* pictures(isWanted: (i: number) => boolean) {
  let at = 0;
  for (let i = 0; i < order.count; i++) {
    const found = await readPng(readBytes, at, isWanted(i));
    if (found === null) return;
    at = found.endByte;
    yield found.picture;
  }
}

async function readBytes(fromByte: number, count: number): Promise<Buffer> {
  const bytes = Buffer.alloc(count);
  const { bytesRead } = await file.read(bytes, 0, count, fromByte);
  return bytes.subarray(0, bytesRead);
}

async function usualShape(): Promise<LineShape> {
  const every = Math.ceil(order.count / SAMPLES);
  const lines: Ink[] = [];
  for await (const picture of pictures((i) => i % every === 0)) {
    const drawn = picture && inkOf(picture);
    if (picture && drawn) lines.push(...linesOf(drawn, picture.heightPx).map(({ ink }) => ink));
  }
  return shapeOf(lines);
}

async function readAll(shape: LineShape): Promise<ReadLine[][]> {
  const answer: ReadLine[][] = [];
  let before: { ink: Ink; topPx: number } | null = null;
  for await (const picture of pictures(() => true)) {
    const drawn = picture && inkOf(picture);
    const last = answer.at(-1);
    // The same again: a film holds a picture for long, or fades it out.
    if (drawn && before && last && isSame(drawn, before)) answer.push(last);
    else answer.push(picture && drawn ? await readPicture(drawn, picture.heightPx, shape) : []);
    before = drawn;
    tell({ kind: 'progress', share: answer.length / order.count });
  }
  return answer;
}

function isSame(a: { ink: Ink; topPx: number }, b: { ink: Ink; topPx: number }): boolean {
  return a.topPx === b.topPx && a.ink.widthPx === b.ink.widthPx && Buffer.compare(a.ink.values, b.ink.values) === 0;
}

async function readPicture(
  drawn: { ink: Ink; topPx: number },
  heightPx: number,
  shape: LineShape,
): Promise<ReadLine[]> {
  const lines: ReadLine[] = [];
  for (const { ink, heightShare } of linesOf(drawn, heightPx)) {
    const line = readableLine(ink, shape, LINE_HEIGHT_PX);
    if (line.words.length === 0) continue;
    const seen = await recognise(ort, session, line.ink, signs);
    lines.push(readLine(line, seen, heightShare));
  }
  return lines;
}
