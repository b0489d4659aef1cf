import type { ViewersFigures } from '../../../server/viewers.ts';
import { spanName, waitWords } from '../../../view/viewers-words.ts';

const HEIGHT = 100;
/** Of the room that a span has, how much its bar takes. */
const BAR = 0.72;

interface Props {
  figures: ViewersFigures;
  heading: string;
  value: (span: ViewersFigures['spans'][number]) => number | null;
  words: (value: number) => string;
}

/** One bar for each hour or day. The words under it say the same to whoever cannot see it. */
function SpanBars({ figures, heading, value, words }: Props) {
  const { spans, spanMs } = figures;
  const most = Math.max(...spans.map((span) => value(span) ?? 0));
  const [first, last] = [spans[0], spans.at(-1)];
  const peak = spans.find((span) => value(span) === most);
  return (
    <figure className="min-w-0">
      <figcaption className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="text-14 font-medium">{heading}</span>
        <span className="figures text-12 text-quiet">
          {most > 0 && peak ? `At most ${words(most)}, ${spanName(peak.atMs, spanMs)}` : 'Nothing to show'}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${spans.length} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="mt-3 h-28 w-full border-b border-line-strong"
        aria-hidden
      >
        {spans.map((span, i) => {
          const height = most > 0 ? ((value(span) ?? 0) / most) * HEIGHT : 0;
          return (
            <g key={span.atMs}>
              <title>{`${spanName(span.atMs, spanMs)}: ${words(value(span) ?? 0)}`}</title>
              <rect x={i} y={0} width={1} height={HEIGHT} fill="transparent" />
              <rect
                x={i + (1 - BAR) / 2}
                y={HEIGHT - height}
                width={BAR}
                height={height}
                fill="var(--stage-transcode)"
              />
            </g>
          );
        })}
      </svg>
      <p className="figures mt-1 flex justify-between text-12 text-quiet" aria-hidden>
        <span>{first && spanName(first.atMs, spanMs)}</span>
        <span>{last && spanName(last.atMs, spanMs)}</span>
      </p>
    </figure>
  );
}

/** How much was watched, and how long it took to begin, over the range. */
export function SpanPictures({ figures }: { figures: ViewersFigures }) {
  return (
    <div className="mt-10 grid gap-x-12 gap-y-8 lg:grid-cols-2">
      <SpanBars
        figures={figures}
        heading="Viewings"
        value={(span) => span.sessions}
        words={(sessions) => `${sessions.toLocaleString('en')} ${sessions === 1 ? 'viewing' : 'viewings'}`}
      />
      <SpanBars
        figures={figures}
        heading="Until the picture, for one in twenty"
        value={(span) => span.startupP95Ms}
        words={waitWords}
      />
    </div>
  );
}
