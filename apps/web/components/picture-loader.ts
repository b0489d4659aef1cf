import type { PictureShape } from '../view/picture-source.ts';

/** Widths that the catalogue keeps pictures in, in pixels. People's largest is named by its height. */
const SIZES: Record<PictureShape, [widthPx: number, name: string][]> = {
  poster: [
    [92, 'w92'],
    [154, 'w154'],
    [185, 'w185'],
    [342, 'w342'],
    [500, 'w500'],
    [780, 'w780'],
  ],
  backdrop: [
    [300, 'w300'],
    [780, 'w780'],
    [1280, 'w1280'],
  ],
  portrait: [
    [45, 'w45'],
    [185, 'w185'],
    [421, 'h632'],
  ],
};

/** Loader of `next/image`: the smallest of the catalogue's own sizes that is wide enough, so that nothing is scaled here. */
export default function pictureLoader({ src, width }: { src: string; width: number }): string {
  const [address = src, shape] = src.split('#');
  const sizes = SIZES[shape as PictureShape] ?? SIZES.poster;
  const size = sizes.find(([widthPx]) => widthPx >= width) ?? sizes.at(-1);
  return address.replace('{size}', size?.[1] ?? 'original');
}
