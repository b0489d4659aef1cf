import { SHOT_FRAME_BYTES, SHOT_HEIGHT_PX, SHOT_WIDTH_PX } from './frame-difference.ts';

const LUMA = SHOT_WIDTH_PX * SHOT_HEIGHT_PX;
const COLOURS = 5;
/** Steps of brightness and of each colour that are counted together. */
const STEPS = 16;
/** Two colours of a palette are at least this far apart, by brightness and colours in `[0, 255]`. */
const APART = 40;
/** A colour tells more of a film than a grey that is as frequent. */
const SATURATION_WEIGHT = 0.04;

/** The colours that most of a film is of. */
export interface Palette {
  /** `#rrggbb`, the most telling first; shares are of all pixels. */
  colours: { hex: string; share: number }[];
  /** The mean of all pictures, which stands where a picture is not there yet. */
  placeholder: string;
}

/** Counts colours of pictures. */
export function createPalette(): { add(pixels: Uint8Array): void; read(): Palette } {
  const counts = new Float64Array(STEPS ** 3);
  const sums = new Float64Array(3 * STEPS ** 3);
  const total = [0, 0, 0];
  let pixelCount = 0;
  return {
    add(pixels) {
      if (pixels.length !== SHOT_FRAME_BYTES) return;
      for (let y = 0; y < SHOT_HEIGHT_PX; y += 2) {
        for (let x = 0; x < SHOT_WIDTH_PX; x += 2) {
          const chroma = LUMA + (y / 2) * (SHOT_WIDTH_PX / 2) + x / 2;
          const value = [pixels[y * SHOT_WIDTH_PX + x], pixels[chroma], pixels[chroma + LUMA / 4]] as number[];
          const bin = value.reduce((at, each) => at * STEPS + (each >> 4), 0);
          counts[bin] = (counts[bin] as number) + 1;
          value.forEach((each, i) => {
            sums[3 * bin + i] = (sums[3 * bin + i] as number) + each;
            total[i] = (total[i] as number) + each;
          });
          pixelCount++;
        }
      }
    },
    read() {
      if (pixelCount === 0) return { colours: [], placeholder: '#000000' };
      const found = [...counts.keys()]
        .filter((bin) => (counts[bin] as number) > 0)
        .map((bin) => {
          const count = counts[bin] as number;
          const yuv = [0, 1, 2].map((i) => (sums[3 * bin + i] as number) / count);
          const saturation = Math.hypot((yuv[1] as number) - 128, (yuv[2] as number) - 128);
          return { yuv, share: count / pixelCount, worth: count * (1 + SATURATION_WEIGHT * saturation), bin };
        })
        .sort((a, b) => b.worth - a.worth || a.bin - b.bin);
      const chosen: typeof found = [];
      for (const each of found) {
        const near = chosen.find(({ yuv }) => distance(yuv, each.yuv) < APART);
        if (near) near.share += each.share;
        else if (chosen.length < COLOURS) chosen.push(each);
      }
      return {
        colours: chosen.map(({ yuv, share }) => ({ hex: hexOf(yuv), share: Math.round(share * 1000) / 1000 })),
        placeholder: hexOf(total.map((sum) => sum / pixelCount)),
      };
    },
  };
}

function distance(a: number[], b: number[]): number {
  return Math.hypot(...a.map((each, i) => (each - (b[i] as number)) * (i === 0 ? 0.7 : 1.5)));
}

/** BT.709, limited range, as films are published. */
function hexOf([luma = 0, cb = 128, cr = 128]: number[]): string {
  const y = (luma - 16) * (255 / 219);
  const [b, r] = [(cb - 128) * (255 / 224), (cr - 128) * (255 / 224)];
  const channels = [y + 1.5748 * r, y - 0.1873 * b - 0.4681 * r, y + 1.8556 * b];
  const hex = (value: number) =>
    Math.round(Math.min(255, Math.max(0, value)))
      .toString(16)
      .padStart(2, '0');
  return `#${channels.map(hex).join('')}`;
}
