import { getImageProps } from 'next/image';
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
  /** Stands in the frame where there is no picture. */
  standIn?: string;
  /** True for what is seen first. */
  first?: boolean;
  className?: string;
}

/** A picture of the catalogue in a frame that keeps its place; a plain frame where there is none. */
export function CataloguePicture(props: Props) {
  const { address, shape, placeholder, widthPx, sizes, alt = '', standIn, first, className } = props;
  return (
    <div
      className={`still ${FRAME[shape]} ${className ?? ''}`}
      style={placeholder === undefined ? undefined : { backgroundImage: placeholder }}
    >
      {address === null && standIn !== undefined && (
        <span
          aria-hidden
          className="display flex size-full items-center justify-center border border-line p-3 text-center text-20 text-quiet"
        >
          <span className="line-clamp-4">{standIn}</span>
        </span>
      )}
      {address !== null && (
        // The component would have to be hydrated, a hundred times on the home page, and has nothing to do there.
        // biome-ignore lint/performance/noImgElement: these are the properties that the component gives its own.
        <img
          {...getImageProps({
            src: sourceOf(address, shape),
            alt,
            width: widthPx,
            height: Math.round(widthPx * RATIO[shape]),
            ...(sizes === undefined ? {} : { sizes }),
            loading: first ? 'eager' : 'lazy',
            fetchPriority: first ? 'high' : 'auto',
          }).props}
          alt={alt}
          className="size-full object-cover"
        />
      )}
    </div>
  );
}
