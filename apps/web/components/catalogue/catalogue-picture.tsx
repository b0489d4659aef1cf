import Image from 'next/image';
import { type PictureShape, sourceOf } from '../../view/picture-source.ts';

/** Width and height of each shape, in parts of each other. */
const RATIO = { poster: 3 / 2, backdrop: 9 / 16, portrait: 3 / 2 };
const FRAME = { poster: 'aspect-2/3', backdrop: 'aspect-video', portrait: 'aspect-2/3' };

interface Props {
  address: string | null;
  shape: PictureShape;
  /** What fills the frame until the picture is there, as CSS for `background-image`. */
  placeholder: string | undefined;
  /** About how wide it is shown, in CSS pixels. */
  widthPx: number;
  /** For pictures whose width follows the window's: as for `<img sizes>`. */
  sizes?: string;
  /** Empty where the words beside it say it all. */
  alt?: string;
  /** True for what is seen first. */
  first?: boolean;
  className?: string;
}

/** A picture of the catalogue in a frame that keeps its place; a plain frame where there is none. */
export function CataloguePicture({ address, shape, placeholder, widthPx, sizes, alt = '', first, className }: Props) {
  return (
    <div
      className={`still ${FRAME[shape]} ${className ?? ''}`}
      style={placeholder === undefined ? undefined : { backgroundImage: placeholder }}
    >
      {address !== null && (
        <Image
          src={sourceOf(address, shape)}
          alt={alt}
          width={widthPx}
          height={Math.round(widthPx * RATIO[shape])}
          {...(sizes === undefined ? {} : { sizes })}
          loading={first ? 'eager' : 'lazy'}
          fetchPriority={first ? 'high' : 'auto'}
          className="size-full object-cover"
        />
      )}
    </div>
  );
}
