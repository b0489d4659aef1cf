import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Films with opening titles and end credits, or without, made on the spot: where each begins and ends is known. */

/** A piece of a film: a picture and a sound, made by sources of ffmpeg that go on for ever. */
export interface Piece {
  sec: number;
  /** A filter graph with one output. */
  picture: string;
  /** Of `aevalsrc`, by `t`, the time since the piece began. */
  sound: string;
  /** What it is of the film; nothing for its scenes. */
  is?: 'intro' | 'credits';
}

/** Where Debian, Fedora and macOS keep a font. */
const FONTS = [
  '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
  '/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf',
  '/System/Library/Fonts/Supplemental/Arial.ttf',
];
const font = FONTS.find((each) => existsSync(each));
const SIZE = 's=640x360:r=24';

/** @returns false where there is nothing to draw letters with */
export function hasLetters(): boolean {
  return font !== undefined;
}

const NAMES = ['Ada Winter', 'Bruno Okafor', 'Celia Brandt', 'Dmitri Hale', 'Esther Lindqvist', 'Farid Moreau'];
const ROLES = ['Directed by', 'Written by', 'Photographed by', 'Edited by', 'Music by', 'Costumes by', 'Sound by'];

/** @returns lines of credits, a role and a name each */
export function creditLines(count: number): string {
  return Array.from({ length: count }, (_, i) => `${ROLES[i % ROLES.length]}   ${NAMES[(i * 5) % NAMES.length]}`).join(
    '\n',
  );
}

/** A voice that no two seeds have in common: a tone that wavers, in bursts like syllables. */
export function voice(seed: number): string {
  /** In `[0, 1)`, far apart for seeds that are near: voices that begin alike would be taken for what episodes share. */
  const part = (n: number) => Math.abs(Math.sin(seed * 12.9898 + n * 78.233) * 43_758.5453) % 1;
  const at = `(t+${(7 + 60 * part(1)).toFixed(3)})`;
  const step = `floor(mod(${at}*${(1.5 + 4 * part(2)).toFixed(3)},${5 + Math.floor(9 * part(3))}))`;
  const toneHz = `(${(110 + 180 * part(4)).toFixed(1)}+${(25 + 60 * part(5)).toFixed(1)}*${step})`;
  const syllables = `(0.55+0.45*sin(${(9 + 12 * part(6)).toFixed(2)}*${at}))`;
  return `0.3*sin(2*PI*${toneHz}*${at})*${syllables}+0.04*(random(${seed % 9})-0.5)`;
}

/** A tune of three voices, the same whenever it is heard. */
export function tune(seed: number): string {
  const step = (base: number, by: number, rate: number, of: number) =>
    `sin(2*PI*t*(${base + 30 * seed}+${by}*floor(mod(t*${rate + seed * 0.13},${of}))))`;
  return `0.2*${step(220, 110, 2, 5)}+0.15*${step(330, 55, 3, 7)}+0.1*${step(880, 220, 1.3, 4)}`;
}

/** Scenes are drawn small: they are to move, not to be looked at. */
const DRAWN = 's=214x120:r=24';
/** Scenes that move and hold no letters. */
export const SCENES = {
  mandelbrot: `mandelbrot=${DRAWN},scale=640:360`,
  life: `life=${DRAWN}:random_seed=3:ratio=0.2:mold=10:death_color=#402010:life_color=#d0c090,scale=640:360`,
  /** All colours are given: ffmpeg draws those that are not anew each time, whatever the seed, and some make cuts. */
  gradients: `gradients=${DRAWN}:speed=0.05:c0=#203050:c1=#b07040:c2=#507038:c3=#603058:n=4:seed=7,scale=640:360`,
  /** Bright specks on a black ground, as a town by night, slowly swayed. */
  night: `nullsrc=${SIZE}:d=0.04,geq=lum='16+200*lt(mod(abs(sin(floor(X/7)*12.9898+floor(Y/5)*78.233)*43758.5453),1),0.02)':cb=128:cr=128,gblur=1,loop=-1:1,setpts=N/24/TB,crop=620:340:10+6*sin(t):8+5*cos(t),scale=640:360`,
  black: `color=black:${SIZE}`,
};

export function scene(sec: number, picture: keyof typeof SCENES, seed: number): Piece {
  return { sec, picture: SCENES[picture], sound: voice(seed) };
}

interface Letters {
  file: string;
  ground: string;
  ink: string;
  sizePx: number;
  /** Pixels of 360 that they rise in a second; 0 for letters that stand. */
  rises: number;
}

/** Letters on a ground, which may be any picture. */
export function letters({ file, ground, ink, sizePx, rises }: Letters): string {
  const y = rises === 0 ? '(h-text_h)/2' : `h-t*${rises}`;
  return `${ground},drawtext=fontfile=${font}:textfile=${file}:fontsize=${sizePx}:fontcolor=${ink}:line_spacing=9:x=(w-text_w)/2:y=${y}`;
}

/** Makes films in a folder. */
export function filmMaker(folder: string, ffmpegPath = 'ffmpeg') {
  mkdirSync(folder, { recursive: true });
  let texts = 0;
  /** @returns the name of a file with the text, by which no filter has to quote it */
  const write = (text: string) => {
    const name = `text-${texts++}.txt`;
    writeFileSync(join(folder, name), text);
    return name;
  };
  const roll = (sec: number, options: Partial<Letters> & { lines?: number; sound?: string } = {}): Piece => {
    const look = { ground: SCENES.black, ink: 'white', sizePx: 16, rises: 45, ...options };
    const file = write(creditLines(options.lines ?? Math.ceil((sec * look.rises) / (look.sizePx + 13))));
    return { sec, picture: letters({ ...look, file }), sound: options.sound ?? tune(1), is: 'credits' };
  };
  /** Cards that follow each other, by cuts, or by fades of half a second. */
  const cards = (
    count: number,
    secEach: number,
    options: Partial<Letters> & { is?: Piece['is']; fades?: boolean; seed?: number } = {},
  ): Piece[] =>
    Array.from({ length: count }, (_, i) => {
      const text = `${ROLES[i % ROLES.length]}\n\n${NAMES[i % NAMES.length]}\n${NAMES[(i + 2) % NAMES.length]}`;
      const look = { ground: SCENES.black, ink: 'white', sizePx: 26, rises: 0, ...options, file: write(text) };
      const fade = options.fades ? `,fade=in:0:12,fade=out:${Math.round(secEach * 24) - 12}:12` : '';
      const at = i * secEach;
      return {
        sec: secEach,
        picture: `${letters(look)}${fade}`,
        sound: tune(options.seed ?? 2)
          .replaceAll('*t*', `*(t+${at})*`)
          .replaceAll('mod(t*', `mod((t+${at})*`),
        ...(options.is === undefined ? {} : { is: options.is }),
      };
    });
  const pictures = new Map<string, string>();
  /** @returns a file with the picture of a piece, which is made once */
  const pictureOf = ({ sec, picture }: Piece): string => {
    const key = `${sec} ${picture}`;
    const made = pictures.get(key);
    if (made !== undefined) return made;
    const name = `picture-${pictures.size}.mp4`;
    const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '20', name];
    const source = ['-f', 'lavfi', '-t', String(sec), '-i', `${picture},format=yuv420p,setsar=1`];
    execFileSync(ffmpegPath, ['-v', 'error', '-y', ...source, ...codecs], { cwd: folder });
    pictures.set(key, name);
    return name;
  };
  /** @returns the file, and what its pieces are */
  const make = (name: string, pieces: readonly Piece[], input: { chapters?: string; subtitles?: string } = {}) => {
    const list = write(pieces.map((piece) => `file ${pictureOf(piece)}\n`).join(''));
    const sounds = pieces.flatMap(({ sec, sound }) => [
      ...['-f', 'lavfi', '-t', String(sec), '-i', `aevalsrc='${sound}':s=44100`],
    ]);
    const meta = input.chapters === undefined ? [] : ['-i', write(input.chapters)];
    const chapters = meta.length === 0 ? [] : ['-map_chapters', String(pieces.length + 1)];
    const words = input.subtitles === undefined ? [] : ['-f', 'srt', '-i', write(input.subtitles)];
    const wordsAt = pieces.length + 1 + meta.length / 2;
    const spoken =
      words.length === 0 ? [] : ['-map', `${wordsAt}:s`, '-c:s', 'mov_text', '-metadata:s:s:0', 'language=eng'];
    const graph = `${pieces.map((_, i) => `[${i + 1}:a]`).join('')}concat=n=${pieces.length}:v=0:a=1[a]`;
    const maps = ['-filter_complex', graph, '-map', '0:v', '-map', '[a]', ...chapters, ...spoken];
    const codecs = ['-c:v', 'copy', '-c:a', 'aac', '-b:a', '96k'];
    const inputs = ['-f', 'concat', '-i', list, ...sounds, ...meta, ...words];
    execFileSync(ffmpegPath, ['-v', 'error', '-y', ...inputs, ...maps, ...codecs, name], { cwd: folder });
    return { file: join(folder, name), truth: truthOf(pieces) };
  };
  return { roll, cards, make, write };
}

/** @returns chapters as `make` takes them, which ffmpeg reads as metadata */
export function chapterText(chapters: readonly [title: string, startSec: number, endSec: number][]): string {
  const each = chapters.map(
    ([title, startSec, endSec]) =>
      `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${startSec * 1000}\nEND=${endSec * 1000}\ntitle=${title}`,
  );
  return `;FFMETADATA1\n${each.join('\n')}\n`;
}

/** Where opening and credits begin and end; null where there is none. */
export interface Truth {
  intro: [startSec: number, endSec: number] | null;
  credits: [startSec: number, endSec: number] | null;
}

function truthOf(pieces: readonly Piece[]): Truth {
  const truth: Truth = { intro: null, credits: null };
  let atSec = 0;
  for (const { sec, is } of pieces) {
    if (is) truth[is] = [truth[is]?.[0] ?? atSec, atSec + sec];
    atSec += sec;
  }
  return truth;
}
