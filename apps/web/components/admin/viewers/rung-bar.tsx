import type { ViewersQuality } from '@marquee/core/viewings';
import { shareWords } from '../../../view/viewers-words.ts';

type Shares = ViewersQuality['rungShare'];

/** The sharper the picture, the more light: the first rung of a row is its highest. */
function lightOf(at: number, count: number): string {
  const percent = count === 1 ? 90 : 90 - (at / (count - 1)) * 65;
  return `color-mix(in oklch, var(--stage-transcode) ${percent}%, var(--ground))`;
}

/** How the playing time was shared among rungs, the highest first. */
export function RungBar({ shares }: { shares: Shares }) {
  return (
    <span className="flex h-2 w-full gap-px overflow-hidden rounded-full bg-line" aria-hidden>
      {shares.map(({ rung, share }, i) => (
        <span key={rung} style={{ width: `${share * 100}%`, background: lightOf(i, shares.length) }} />
      ))}
    </span>
  );
}

export function rungWords(shares: Shares): string {
  return shares.map(({ rung, share }) => `${rung}p ${shareWords(share)}`).join(', ');
}

/** The same with a line for each rung. */
export function RungShares({ shares }: { shares: Shares }) {
  if (shares.length === 0) return null;
  return (
    <section aria-labelledby="rungs" className="mt-12">
      <h2 id="rungs" className="display text-20">
        Playing time by quality
      </h2>
      <div className="mt-4">
        <RungBar shares={shares} />
      </div>
      <ul className="mt-3 flex flex-wrap gap-x-6 gap-y-1 text-14">
        {shares.map(({ rung, share }, i) => (
          <li key={rung} className="flex items-center gap-2">
            <span className="size-2.5 rounded-full" style={{ background: lightOf(i, shares.length) }} aria-hidden />
            {rung}p <span className="figures text-quiet">{shareWords(share)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
