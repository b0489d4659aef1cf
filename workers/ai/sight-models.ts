import { readFile } from 'node:fs/promises';
import { type Box, type Frame, resized, withoutDoubles } from '@marquee/core/frame-parts';
import { type Ink, inkOf, STROKE } from '@marquee/core/ocr-lines';
import { signsOf } from '@marquee/core/ocr-text';
import { spacedText, wholeLines } from '@marquee/core/scene-text';
import type { FrameSights } from '@marquee/core/sights';
import { textRegions } from '@marquee/core/text-regions';
import type * as Ort from 'onnxruntime-node';
import { LINE_HEIGHT_PX, readDictionary, recognise } from '../runtime/ppocr.ts';
import { efficientNet, TAGGER_CLASSES, TAGGER_SIZE_PX } from './efficientnet.ts';

/** Files of the models, in the order in which `modelFiles` gives those of each. */
export interface SightFiles {
  tags: string[];
  faces: string[];
  nudity: string[];
  ocr: string[];
  textBoxes: string[];
}

/** Width that faces and lines of text are looked for at; both networks want multiples of 32 dots. */
const LOOK_WIDTH_PX = 640;
const MULTIPLE_PX = 32;
/** What the networks of pictures are shown: the whole frame, a little cut at its sides for the one, as it was trained. */
const NUDITY_SIZE_PX = 224;
const NUDITY_MARGIN = 16 / 256;
/** Mean blue, green and red of what it was trained on. */
const NUDITY_MEAN = [104, 117, 123] as const;
/** A face of which the network is less sure is none. */
const LEAST_FACE = 0.6;
const MOST_FACE_OVERLAP = 0.3;
/** Dots of the picture for each of the map that the networks answer with. */
const FACE_STEP_PX = 4;
/** What a frame is longer than wide by, in shares of its shorter side, from which on parts of it are looked at too. */
const LEAST_REST = 0.2;
/** Classes of ImageNet that are worth telling of a frame. */
const TOP_SHARE = 0.01;
/** What the text detector was trained on. */
const TEXT_MEAN = [0.485, 0.456, 0.406] as const;
const TEXT_SPREAD = [0.229, 0.224, 0.225] as const;
const MOST_LINES = 24;

/** Looks at frames with four networks and a reader, all in this thread; `close` frees them. */
export async function openSightModels(files: SightFiles) {
  const ort = await import('onnxruntime-node');
  const options: Ort.InferenceSession.SessionOptions = {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    // They warn of how they were exported, hundreds of lines long.
    logSeverityLevel: 3,
    enableCpuMemArena: false,
  };
  const [tags, faces, nudity, [textModel, dictionary], [textBoxModel]] = [
    ...[files.tags, files.faces, files.nudity].map(([file]) => file as string),
    files.ocr as [string, string],
    files.textBoxes as [string],
  ] as [string, string, string, [string, string], [string]];
  const open = (model: Buffer) => ort.InferenceSession.create(model, options);
  const tagger = await open(efficientNet(await readFile(tags)));
  const faceFinder = await open(freeSized(await readFile(faces)));
  const nudityMeter = await open(await readFile(nudity));
  const lineFinder = await open(await readFile(textBoxModel));
  const reader = await open(await readFile(textModel));
  const signs = signsOf(readDictionary(await readFile(dictionary, 'utf8')), 'latin');

  async function ask(session: Ort.InferenceSession, values: Float32Array, shape: number[]): Promise<Float32Array[]> {
    const answer = await session.run({ [session.inputNames[0] as string]: new ort.Tensor('float32', values, shape) });
    return session.outputNames.map((name) => answer[name]?.data as Float32Array);
  }

  /** The mean of the whole frame, which is pressed into a square, and of three squares of it: they seldom err alike. */
  async function classesOf(frame: Frame): Promise<FrameSights['classes']> {
    const sum = new Float32Array(TAGGER_CLASSES);
    const views = viewsOf(frame);
    for (const view of views) {
      const small = resized(frame, view, TAGGER_SIZE_PX, TAGGER_SIZE_PX);
      const input = planes(small, (value) => (value - 127) / 128);
      const [shares = []] = await ask(tagger, input, [1, 3, TAGGER_SIZE_PX, TAGGER_SIZE_PX]);
      shares.forEach((share, i) => {
        sum[i] = (sum[i] as number) + share / views.length;
      });
    }
    return [...sum].map((share, index): [number, number] => [index, share]).filter(([, share]) => share >= TOP_SHARE);
  }

  async function nudityOf(frame: Frame): Promise<number> {
    const across = frame.widthPx * NUDITY_MARGIN;
    const down = frame.heightPx * NUDITY_MARGIN;
    const box = { left: across, right: frame.widthPx - across, top: down, bottom: frame.heightPx - down };
    const small = resized(frame, box, NUDITY_SIZE_PX, NUDITY_SIZE_PX);
    const input = new Float32Array(small.rgb.length);
    for (let i = 0; i < input.length; i++) {
      const colour = i % 3;
      input[i] = (small.rgb[i - colour + 2 - colour] as number) - (NUDITY_MEAN[colour] as number);
    }
    const [shares] = await ask(nudityMeter, input, [1, NUDITY_SIZE_PX, NUDITY_SIZE_PX, 3]);
    return shares?.[1] as number;
  }

  async function facesOf(small: Frame) {
    const shape = [1, 3, small.heightPx, small.widthPx];
    const [heat, size, offset] = (await ask(
      faceFinder,
      planes(small, (value) => value),
      shape,
    )) as [Float32Array, Float32Array, Float32Array];
    const [columns, rows] = [small.widthPx / FACE_STEP_PX, small.heightPx / FACE_STEP_PX];
    const plane = columns * rows;
    const found: (Box & { confidence: number })[] = [];
    for (let i = 0; i < plane; i++) {
      const confidence = heat[i] as number;
      if (confidence < LEAST_FACE) continue;
      const high = Math.exp(size[i] as number) * FACE_STEP_PX;
      const wide = Math.exp(size[plane + i] as number) * FACE_STEP_PX;
      const x = ((i % columns) + (offset[plane + i] as number) + 0.5) * FACE_STEP_PX;
      const y = (Math.floor(i / columns) + (offset[i] as number) + 0.5) * FACE_STEP_PX;
      found.push({ left: x - wide / 2, right: x + wide / 2, top: y - high / 2, bottom: y + high / 2, confidence });
    }
    return withoutDoubles(found, MOST_FACE_OVERLAP);
  }

  async function linesOf(small: Frame, frame: Frame, scale: number): Promise<FrameSights['lines']> {
    const input = planes(
      small,
      (value, colour) => (value / 255 - (TEXT_MEAN[colour] as number)) / (TEXT_SPREAD[colour] as number),
    );
    const [map = new Float32Array(0)] = await ask(lineFinder, input, [1, 3, small.heightPx, small.widthPx]);
    const regions = wholeLines(textRegions(map, small.widthPx, small.heightPx));
    const lines: FrameSights['lines'] = [];
    for (const region of regions.slice(0, MOST_LINES)) {
      const box = timesBox(region, scale);
      lines.push({ ...shareOf(region, scale, frame), ...(await read(frame, box)) });
    }
    return lines;
  }

  async function read(frame: Frame, box: Box): Promise<{ text: string; confidence: number }> {
    const widthPx = Math.max(1, Math.round(((box.right - box.left) * LINE_HEIGHT_PX) / (box.bottom - box.top)));
    const grey = greyOf(resized(frame, box, widthPx, LINE_HEIGHT_PX));
    const line = { widthPx, heightPx: LINE_HEIGHT_PX, values: grey.filter((_, i) => i % 2 === 0) };
    const chars = (await recognise(ort, reader, line, signs)).filter(({ text }) => text !== ' ');
    const sum = chars.reduce((total, { likelihood }) => total + likelihood, 0);
    const drawn = inkOf({ ...line, values: grey });
    return {
      text: spacedText(chars, drawn ? strokesOf(drawn.ink) : [], LINE_HEIGHT_PX),
      confidence: chars.length === 0 ? 0 : sum / chars.length,
    };
  }

  return {
    async look(frame: Frame): Promise<Omit<FrameSights, 'atSec'>> {
      const scale = frame.widthPx / LOOK_WIDTH_PX;
      const heightPx = Math.ceil(frame.heightPx / scale / MULTIPLE_PX) * MULTIPLE_PX;
      const small = resized(
        frame,
        { left: 0, top: 0, right: frame.widthPx, bottom: heightPx * scale },
        LOOK_WIDTH_PX,
        heightPx,
      );
      return {
        ...toneOf(small),
        classes: await classesOf(frame),
        nudity: await nudityOf(frame),
        faces: (await facesOf(small)).map((face) => ({ ...shareOf(face, scale, frame), confidence: face.confidence })),
        lines: await linesOf(small, frame, scale),
      };
    },
    async close(): Promise<void> {
      for (const session of [tagger, faceFinder, nudityMeter, lineFinder, reader]) await session.release();
    },
  };
}

function wholeOf({ widthPx, heightPx }: Frame): Box {
  return { left: 0, top: 0, right: widthPx, bottom: heightPx };
}

/** The whole, and squares of its shorter side at either end and in the middle; of what is nearly square the whole alone. */
function viewsOf(frame: Frame): Box[] {
  const { widthPx, heightPx } = frame;
  const whole = wholeOf(frame);
  const side = Math.min(widthPx, heightPx);
  const rest = Math.max(widthPx, heightPx) - side;
  if (rest < side * LEAST_REST) return [whole];
  const at = (from: number): Box =>
    widthPx > heightPx
      ? { left: from, right: from + side, top: 0, bottom: side }
      : { left: 0, right: side, top: from, bottom: from + side };
  return [whole, at(0), at(rest / 2), at(rest)];
}

function timesBox({ left, top, right, bottom }: Box, factor: number): Box {
  return { left: left * factor, top: top * factor, right: right * factor, bottom: bottom * factor };
}

/** A box in dots of the small picture as shares of the whole frame. */
function shareOf(box: Box, scale: number, { widthPx, heightPx }: Frame): Box {
  const { left, top, right, bottom } = timesBox(box, scale);
  return { left: left / widthPx, top: top / heightPx, right: right / widthPx, bottom: bottom / heightPx };
}

/** How light a picture is, and how far its colours are from grey. */
function toneOf({ rgb }: Frame): Pick<FrameSights, 'light' | 'colour'> {
  let [light, colour] = [0, 0];
  for (let i = 0; i < rgb.length; i += 3) {
    const [red, green, blue] = [rgb[i] as number, rgb[i + 1] as number, rgb[i + 2] as number];
    light += 0.299 * red + 0.587 * green + 0.114 * blue;
    colour += Math.max(red, green, blue) - Math.min(red, green, blue);
  }
  return { light: (3 * light) / (255 * rgb.length), colour: (3 * colour) / (255 * rgb.length) };
}

/** The three colours one after another, as most networks want them. */
function planes({ rgb }: Frame, scaleOf: (value: number, colour: number) => number): Float32Array {
  const plane = rgb.length / 3;
  const values = new Float32Array(rgb.length);
  for (let i = 0; i < plane; i++)
    for (let colour = 0; colour < 3; colour++)
      values[colour * plane + i] = scaleOf(rgb[3 * i + colour] as number, colour);
  return values;
}

/** Whether each column holds a stroke. */
function strokesOf({ widthPx, values }: Ink): boolean[] {
  const strokes = Array.from({ length: widthPx }, () => false);
  values.forEach((value, i) => {
    if (value >= STROKE) strokes[i % widthPx] = true;
  });
  return strokes;
}

/** Luminance and opacity of each dot in turn. */
function greyOf({ rgb }: Frame): Uint8Array {
  const values = new Uint8Array((rgb.length / 3) * 2);
  for (let i = 0; i < rgb.length / 3; i++) {
    const [red, green, blue] = [rgb[3 * i] as number, rgb[3 * i + 1] as number, rgb[3 * i + 2] as number];
    values[2 * i] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    values[2 * i + 1] = 255;
  }
  return values;
}

/**
 * CenterFace was exported for pictures of one size, 32 x 32 dots, though nothing in it depends on that. Its dimensions of
 * inputs and outputs (`dim_value`, field 1, of one byte) are made ones without a value (`dim_param`, field 2, empty),
 * which takes as many bytes.
 */
function freeSized(model: Buffer): Buffer {
  const freed = Buffer.from(model);
  const dim = (value: number) => Buffer.from([0x0a, 0x02, 0x08, value]);
  const open = Buffer.from([0x0a, 0x02, 0x12, 0x00]);
  for (const [channels, size] of [
    [3, 32],
    [1, 8],
    [2, 8],
    [10, 8],
  ] as const) {
    const shape = Buffer.concat([dim(10), dim(channels), dim(size), dim(size)]);
    for (let at = freed.indexOf(shape); at >= 0; at = freed.indexOf(shape, at + shape.length)) {
      for (const axis of [0, 2, 3]) open.copy(freed, at + axis * open.length);
    }
  }
  return freed;
}
