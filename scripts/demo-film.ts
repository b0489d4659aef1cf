import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tools } from '@marquee/media/run-tool';

/** Length of the film in seconds. */
export const DEMO_SEC = 20;
const FPS = 24;
const SIZE = '1280x720';

/** What the film says; written out beside it for the speech filter, which takes a file. */
const SPOKEN = [
  'Good evening, and welcome to Marquee.',
  'This film was made a moment ago, on your own machine, out of numbers alone.',
  'Now it is being cut into pieces, and every piece is made in several sizes.',
  'When the lights go down, you can watch it.',
].join(' ');

const TITLES: { text: string; fromSec: number; toSec: number; sizePx: number }[] = [
  { text: 'M A R Q U E E', fromSec: 0.8, toSec: 6, sizePx: 84 },
  { text: 'every film begins as a number', fromSec: 7.6, toSec: 12.4, sizePx: 50 },
  { text: 'and ends as light', fromSec: 14.2, toSec: 18.8, sizePx: 50 },
];

/** Serif fonts where Debian, Fedora and macOS keep them. */
const FONTS = [
  '/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf',
  '/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf',
  '/usr/share/fonts/dejavu-serif-fonts/DejaVuSerif.ttf',
  '/System/Library/Fonts/Supplemental/Georgia.ttf',
];

/**
 * Makes a short spoken film: dusk, a descent into the Mandelbrot set, and lights that live and die.
 *
 * @param folder where the film and what is needed for it go
 * @returns the film's path, and a sentence about whatever this build of ffmpeg could not do
 * @throws MarqueeError if ffmpeg cannot make it
 */
export async function makeDemoFilm(
  tools: Tools,
  folder: string,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<{ file: string; notes: string[] }> {
  const notes: string[] = [];
  const speaks = await tools.hasFilter('flite');
  if (!speaks)
    notes.push('This build of ffmpeg cannot speak (no flite): the film has a soft chord instead of a voice.');
  const font = (await tools.hasFilter('drawtext')) ? FONTS.find((each) => existsSync(each)) : undefined;
  if (font === undefined) notes.push('No font was found that ffmpeg can draw with: the film has no titles.');
  // Named by numbers within the folder, so that no path has to be quoted for the filters.
  await writeFile(join(folder, 'spoken.txt'), SPOKEN);
  for (const [i, { text }] of TITLES.entries()) await writeFile(join(folder, `title-${i}.txt`), text);

  const file = 'demo.mp4';
  await tools.ffmpeg(
    [
      ...sources(speaks),
      '-filter_complex',
      `${picture(font)};${sound(speaks)}`,
      '-map',
      '[picture]',
      '-map',
      '[sound]',
      '-t',
      String(DEMO_SEC),
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
      '-crf',
      '21',
      '-pix_fmt',
      'yuv420p',
      '-c:a',
      'aac',
      '-b:a',
      '160k',
      '-metadata:s:a:0',
      'language=eng',
      '-metadata',
      'title=Marquee',
      '-movflags',
      '+faststart',
      file,
    ],
    { signal, cwd: folder, durationSec: DEMO_SEC, onProgress },
  );
  return { file: join(folder, file), notes };
}

function sources(speaks: boolean): string[] {
  const lavfi = (graph: string) => ['-f', 'lavfi', '-i', graph];
  const dusk = 'c0=0x12070f:c1=0x6a241c:c2=0xe08a33:c3=0x23102b:nb_colors=4:speed=0.012:seed=7';
  const night = 'c0=0x0b0714:c1=0x2a1230:c2=0x5b2218:nb_colors=3:speed=0.01:seed=3';
  return [
    ...lavfi(`gradients=s=${SIZE}:r=${FPS}:d=8:${dusk}`),
    // Half the size is enough for what is blurred by its own detail, and a quarter of the work.
    ...lavfi(`mandelbrot=s=640x360:r=${FPS}:start_scale=1.8:end_scale=0.006:end_pts=170:maxiter=900:inner=black`),
    ...lavfi(`gradients=s=${SIZE}:r=${FPS}:d=8:${night}`),
    ...lavfi('life=s=64x36:r=6:mold=12:ratio=0.16:seed=11:life_color=#ffdf9e:death_color=#7a3418:mold_color=#000000'),
    ...(speaks ? lavfi('flite=textfile=spoken.txt:voice=slt') : []),
    ...lavfi(`aevalsrc='${chord()}':s=48000:d=${DEMO_SEC}`),
  ];
}

/** Three shots that melt into each other, a vignette, and the titles. */
function picture(font: string | undefined): string {
  const steady = `fps=${FPS},settb=1/${FPS},format=gbrp`;
  const shots = [
    `[0]${steady}[dusk]`,
    `[1]trim=duration=8,setpts=PTS-STARTPTS,scale=${SIZE}:flags=bicubic,format=gray,format=gbrp,` +
      `curves=r='0/0.05 0.35/0.55 0.7/0.93 1/1':g='0/0.02 0.35/0.16 0.7/0.56 1/0.92':b='0/0.07 0.35/0.12 0.7/0.2 1/0.62',${steady}[number]`,
    `[3]trim=duration=8,setpts=PTS-STARTPTS,scale=320x180:flags=bicubic,gblur=sigma=3,` +
      `minterpolate=fps=${FPS}:mi_mode=blend,scale=${SIZE}:flags=bicubic,${steady}[lights]`,
    `[2]${steady}[night]`,
    '[night][lights]blend=all_mode=screen:shortest=1[light]',
    '[dusk][number]xfade=transition=fade:duration=1.5:offset=6[first]',
    '[first][light]xfade=transition=fade:duration=1.5:offset=12.5,format=yuv420p[all]',
  ];
  const titles = font === undefined ? [] : TITLES.map((title, i) => drawTitle(title, i, font));
  const finish = ['vignette=angle=PI/5', ...titles, 'fade=t=in:d=0.8', `fade=t=out:st=${DEMO_SEC - 1}:d=1`];
  return [...shots, `[all]${finish.join(',')}[picture]`].join(';');
}

function drawTitle(title: (typeof TITLES)[number], i: number, font: string): string {
  const { fromSec, toSec, sizePx } = title;
  const alpha = `clip(min((t-${fromSec})/1.2\\,(${toSec}-t)/1.2)\\,0\\,1)`;
  return `drawtext=fontfile=${font}:textfile=title-${i}.txt:fontsize=${sizePx}:fontcolor=0xfff1d6:x=(w-text_w)/2:y=(h-text_h)/2:alpha=${alpha}:borderw=3:bordercolor=0x12070f@0.45:shadowcolor=black@0.6:shadowx=2:shadowy=3`;
}

/** A low chord that swells slowly: D, A, F and C, each breathing at its own pace. */
function chord(): string {
  const notes = [73.42, 110, 174.61, 261.63];
  const voices = notes.map((hz, i) => `sin(2*PI*${hz}*t)*(0.6+0.4*sin(2*PI*t/${7 + 2 * i}+${i}))/${i + 2}`);
  return `0.09*min(1\\,t/2)*(${voices.join('+')})`;
}

function sound(speaks: boolean): string {
  const fade = `afade=t=out:st=${DEMO_SEC - 1.5}:d=1.5`;
  const format = 'aformat=sample_rates=48000:channel_layouts=stereo';
  if (!speaks) return `[4]${format},volume=2,${fade}[sound]`;
  return `[4]${format},adelay=1500|1500,apad[voice];[5]${format}[chord];[voice][chord]amix=duration=shortest:normalize=0,${fade}[sound]`;
}
