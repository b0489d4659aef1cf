'use client';

import type { EndedSlot } from '@marquee/core/job';
import { formatClock, formatCount, formatSpan } from '../../../view/format.ts';
import { barsOf, perHourWords } from '../../../view/throughput.ts';
import { useTimeZone } from '../../job/use-time-zone.ts';
import { Section } from './section.tsx';

const HEIGHT_PX = 120;
const AXIS_PX = 20;
/** Hours between the words under the bars. */
const WORD_EVERY = 6;

/** Hours of film that became ready in each hour, as a picture; a table says the same. */
export function ThroughputSection({ hours }: { hours: EndedSlot[] }) {
  const timeZone = useTimeZone();
  const bars = barsOf(hours);
  const lastMs = hours.at(-1)?.fromMs ?? 0;
  const clock = (ms: number) => formatClock(ms, ms, timeZone);
  const words = perHourWords(hours);
  return (
    <Section id="throughput" title="Film made in 24 hours">
      <p className="mt-2 text-14 text-quiet">{words}</p>
      <svg
        role="img"
        aria-label={`Hours of film that became ready in each of the last ${hours.length} hours. ${words}`}
        width="100%"
        height={HEIGHT_PX + AXIS_PX}
        className="mt-4 block overflow-visible"
      >
        <line x1="0" x2="100%" y1={HEIGHT_PX} y2={HEIGHT_PX} stroke="var(--line-strong)" />
        {bars.map(({ fromMs, x, width, made, failed }) => (
          <g key={fromMs}>
            <rect
              x={`${x * 100}%`}
              width={`${width * 100}%`}
              y={HEIGHT_PX * (1 - made)}
              height={HEIGHT_PX * made}
              fill="var(--stage-transcode)"
            />
            {failed > 0 && (
              <circle cx={`${(x + width / 2) * 100}%`} cy={HEIGHT_PX * (1 - made) - 8} r={3} fill="var(--lost)" />
            )}
          </g>
        ))}
        {bars.map(
          ({ fromMs, x }, i) =>
            i % WORD_EVERY === 0 && (
              <text key={fromMs} x={`${x * 100}%`} y={HEIGHT_PX + 16} className="figures text-12" fill="var(--quiet)">
                {clock(fromMs)}
              </text>
            ),
        )}
      </svg>
      <details className="mt-3 text-14">
        <summary className="inline-flex min-h-11 items-center text-quiet">As a table</summary>
        <table className="figures w-full text-left">
          <thead className="text-12 text-quiet">
            <tr className="border-b border-line">
              <th className="py-2 font-normal">Hour</th>
              <th className="py-2 text-right font-normal">Film made</th>
              <th className="py-2 text-right font-normal">Ready</th>
              <th className="py-2 text-right font-normal">Failed</th>
            </tr>
          </thead>
          <tbody>
            {hours.toReversed().map(({ fromMs, filmMs, ready, failed }) => (
              <tr key={fromMs} className="border-b border-line">
                <td className="py-1.5">{fromMs === lastMs ? `since ${clock(fromMs)}` : clock(fromMs)}</td>
                <td className="py-1.5 text-right">{filmMs === 0 ? '–' : formatSpan(filmMs)}</td>
                <td className="py-1.5 text-right">{formatCount(ready)}</td>
                <td className={`py-1.5 text-right ${failed > 0 ? 'text-lost' : ''}`}>{formatCount(failed)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </Section>
  );
}
