import type { Chapter } from '@marquee/core/chapters';
import { type filmMaker, letters, type Piece, SCENES, scene, tune, voice } from '@marquee/e2e/titled-films';

type Maker = ReturnType<typeof filmMaker>;

/** A film to be measured. */
export interface Case {
  name: string;
  pieces: Piece[];
  /** Episodes of one series are compared with each other. */
  series?: string;
  /** Chapters that its maker named. */
  named?: Chapter[];
  /** What is known to be beyond what can be found: it may be missed, and counts apart. */
  isBeyond?: boolean;
}

const BLUE = 'color=0x102040:s=640x360:r=24';
const WHITE = 'color=white:s=640x360:r=24';

const body = (seed: number): Piece[] => [
  scene(14, 'gradients', seed),
  scene(9, 'mandelbrot', seed + 1),
  scene(7, 'life', seed + 2),
];

/** Single films with titles of their own kinds. */
export function titled(maker: Maker): Case[] {
  const { roll, cards } = maker;
  const black = (sec: number): Piece => ({ sec, picture: SCENES.black, sound: '0' });
  const signet: Piece = { ...(cards(1, 4)[0] as Piece), sound: tune(3) };
  return [
    { name: 'roll, white on black', pieces: [...body(1), roll(16)] },
    { name: 'roll, small and fast', pieces: [...body(2), roll(16, { sizePx: 12, rises: 90 })] },
    { name: 'roll, after a fade to black', pieces: [...body(3), { ...black(3), is: 'credits' }, roll(16), black(4)] },
    { name: 'roll on blue', pieces: [...body(4), roll(16, { ground: BLUE, ink: '0xf0e0b0' })] },
    { name: 'roll, then a scene', pieces: [...body(5), scene(14, 'life', 5), roll(16), scene(9, 'mandelbrot', 8)] },
    { name: 'cards that fade', pieces: [...body(6), ...cards(4, 4, { is: 'credits', fades: true })] },
    { name: 'cards by cuts', pieces: [...body(7), ...cards(4, 3, { is: 'credits', ground: BLUE })] },
    {
      name: 'cards, black on white',
      pieces: [...body(8), ...cards(4, 3, { is: 'credits', ground: WHITE, ink: 'black' })],
    },
    { name: 'opening cards', pieces: [...cards(4, 3, { is: 'intro', fades: true }), ...body(9)] },
    {
      name: 'opening cards after a signet, and a roll',
      pieces: [{ ...scene(5, 'life', 1), sound: tune(3) }, ...cards(4, 3, { is: 'intro' }), ...body(10), roll(16)],
    },
    {
      name: 'named chapters',
      pieces: [{ ...scene(12, 'gradients', 11), is: 'intro' }, ...body(12), { ...scene(15, 'life', 3), is: 'credits' }],
      named: [
        { title: 'Opening', startSec: 0, endSec: 12 },
        { title: 'The sea', startSec: 12, endSec: 42 },
        { title: 'End Credits', startSec: 42, endSec: 57 },
      ],
    },
    {
      name: 'roll over a moving picture',
      pieces: [...body(13), roll(16, { ground: `${SCENES.gradients},eq=brightness=-0.2` })],
      isBeyond: true,
    },
    {
      name: 'opening letters over a scene',
      pieces: [...cards(4, 3, { is: 'intro', ground: SCENES.mandelbrot }), ...body(14)],
      isBeyond: true,
    },
    { name: 'a signet alone', pieces: [signet, ...body(15)] },
  ];
}

/** Films that have neither, and look or sound as if. */
export function untitled(maker: Maker): Case[] {
  const { cards, write } = maker;
  const slides = (count: number, secEach: number) => cards(count, secEach, { ground: WHITE, ink: 'black' });
  const subtitled = (sec: number, ground: string): Piece => ({
    sec,
    picture: `${letters({ file: write('What do you mean, the harbour?'), ground, ink: 'white', sizePx: 20, rises: 0 })}`,
    sound: voice(sec),
  });
  return [
    { name: 'scenes alone', pieces: body(21) },
    { name: 'ends by night', pieces: [...body(22), scene(14, 'night', 5)] },
    { name: 'begins by night', pieces: [scene(14, 'night', 6), ...body(23)] },
    { name: 'ends in specks', pieces: [...body(24), scene(14, 'life', 7)] },
    { name: 'a long black end', pieces: [...body(25), { sec: 12, picture: SCENES.black, sound: '0' }] },
    { name: 'THE END', pieces: [...body(26), ...cards(1, 6)] },
    { name: 'slides all along', pieces: [...slides(8, 6)] },
    {
      name: 'a silent film, with cards between',
      pieces: [1, 2, 3, 4, 5, 6].flatMap((i) => [...cards(1, 4, { seed: 30 }), scene(9, 'mandelbrot', 30 + i)]),
    },
    { name: 'words below a scene', pieces: [...body(27), subtitled(12, SCENES.gradients), subtitled(9, SCENES.life)] },
    { name: 'one card that stands', pieces: [...body(28), ...cards(1, 12, { ground: WHITE, ink: 'black' })] },
  ];
}

/** Series whose episodes share an opening, credits, both, little or nothing. */
export function series(): Case[] {
  const opening = (sec: number): Piece => ({ sec, picture: SCENES.gradients, sound: tune(5), is: 'intro' });
  const credits = (sec: number): Piece => ({ sec, picture: SCENES.life, sound: tune(7), is: 'credits' });
  const sting: Piece = { sec: 4, picture: SCENES.life, sound: tune(9) };
  const episode = (name: string, series: string, pieces: Piece[]): Case => ({ name, series, pieces });
  const words = (sec: number, seed: number) => scene(sec, seed % 2 ? 'mandelbrot' : 'gradients', seed);
  return [
    ...[0, 9, 21].map((cold, i) =>
      episode(`shares both, opening at ${cold} s`, 'The Keeper', [
        ...(cold ? [words(cold, 40 + i)] : []),
        opening(12),
        words(30, 44 + i),
        credits(16),
      ]),
    ),
    ...[14, 5].map((cold, i) =>
      episode(`shares an opening alone, at ${cold} s`, 'Two Boats', [
        words(cold, 50 + i),
        opening(10),
        words(32, 53 + i),
      ]),
    ),
    ...[1, 2].map((i) => episode(`shares nothing, ${i}`, 'Strangers', [words(22, 60 + i), words(22, 64 + i)])),
    ...[1, 2].map((i) =>
      episode(`shares a sting of 4 s, ${i}`, 'Stings', [words(8 + 3 * i, 70 + i), sting, words(32, 74 + i)]),
    ),
    ...[1, 2].map((i) => episode(`the same film, ${i}`, 'Twice', [words(22, 80), words(22, 81)])),
    ...[1, 2].map((i) =>
      episode(`silence at both ends, ${i}`, 'Quiet', [
        { ...words(12, 90 + i), sound: '0' },
        words(30, 92 + i),
        { ...words(12, 94 + i), sound: '0' },
      ]),
    ),
  ];
}
