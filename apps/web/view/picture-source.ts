/** Shapes of the catalogue's pictures: each comes in sizes of its own. */
export type PictureShape = 'poster' | 'backdrop' | 'portrait';

/** What `next/image` is given for a catalogue's picture: its address, and in the fragment of what shape it is. */
export function sourceOf(address: string, shape: PictureShape): string {
  return `${address}#${shape}`;
}
