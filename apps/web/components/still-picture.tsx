import type { Preview } from '../server/still.ts';

/** Widths of the served stills, in pixels; the server refuses others. */
const WIDTHS_PX = [160, 480, 960, 1600];

/** @returns addresses of a still in all its widths, as for `<img srcset>` */
export function stillWidths(still: string): string {
  return WIDTHS_PX.map((width) => `${still}/${width} ${width}w`).join(', ');
}

/**
 * A film's still over its own blurred preview. The frame keeps its shape while the picture loads.
 *
 * @param props.sizes how wide it is shown, as for `<img sizes>`
 */
export function StillPicture(props: {
  still: string | null;
  preview: Preview | null;
  sizes: string;
  /** True for the picture that fills the first screen. */
  first?: boolean;
  className?: string;
}) {
  const { still, preview } = props;
  return (
    <div
      className={`still ${props.className ?? ''}`}
      style={preview ? { backgroundImage: `url(${preview.dataUrl})` } : undefined}
    >
      {still && (
        // biome-ignore lint/performance/noImgElement: stills are scaled by a route of ours, with addresses that never change.
        <img
          src={`${still}/960`}
          srcSet={stillWidths(still)}
          sizes={props.sizes}
          width={1600}
          height={900}
          alt=""
          loading={props.first ? 'eager' : 'lazy'}
          fetchPriority={props.first ? 'high' : 'auto'}
          decoding="async"
          className="size-full object-cover"
        />
      )}
    </div>
  );
}
