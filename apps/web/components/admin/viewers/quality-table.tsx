import type { ViewersQuality } from '@marquee/core/viewings';
import Link from 'next/link';
import { shareWords, waitWords } from '../../../view/viewers-words.ts';
import { RungBar, rungWords } from './rung-bar.tsx';

export interface QualityRow extends ViewersQuality {
  key: string;
  name: string;
  href: string | null;
}

/** One line for each film or player; on a phone each is a card of two lines. */
export function QualityTable({
  id,
  heading,
  what,
  rows,
}: {
  id: string;
  heading: string;
  what: string;
  rows: QualityRow[];
}) {
  return (
    <section aria-labelledby={id} className="mt-12">
      <h2 id={id} className="display text-20">
        {heading}
      </h2>
      <table className="mt-3 w-full text-left text-14 md:table-fixed">
        <thead className="text-12 text-quiet max-md:sr-only">
          <tr className="border-b border-line">
            <th className="py-2 pr-4 font-normal">{what}</th>
            <th className="w-[12%] py-2 pl-4 text-right font-normal">Viewings</th>
            <th className="w-[12%] py-2 pl-4 text-right font-normal">Picture after</th>
            <th className="w-[14%] py-2 pl-4 text-right font-normal">For one in twenty</th>
            <th className="w-[10%] py-2 pl-4 text-right font-normal">Stalled</th>
            <th className="w-[10%] py-2 pl-4 text-right font-normal">Errors</th>
            <th className="w-40 py-2 pl-6 font-normal">Quality</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={row.key}
              className="border-b border-line max-md:grid max-md:grid-cols-[repeat(3,auto)] max-md:justify-start max-md:gap-x-5 max-md:py-2"
            >
              <th
                scope="row"
                className="py-2.5 pr-4 font-medium [overflow-wrap:anywhere] max-md:col-span-3 max-md:py-1"
              >
                {row.href === null ? (
                  row.name
                ) : (
                  <Link href={row.href} className="inline-flex min-h-11 items-center hover:underline">
                    {row.name}
                  </Link>
                )}
              </th>
              <Figure label="viewings">{row.sessions.toLocaleString('en')}</Figure>
              <Figure label="until the picture">{waitWords(row.startupP50Ms)}</Figure>
              <Figure label="for one in twenty">{waitWords(row.startupP95Ms)}</Figure>
              <Figure label="stalled">{shareWords(row.stallShare)}</Figure>
              <Figure label="errors">{shareWords(row.errorShare)}</Figure>
              <td className="py-2.5 pl-6 max-md:col-span-3 max-md:pl-0">
                <RungBar shares={row.rungShare} />
                <span className="sr-only">{rungWords(row.rungShare)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Figure({ label, children }: { label: string; children: string }) {
  return (
    <td className="figures py-2.5 pl-4 text-right max-md:py-0 max-md:pl-0 max-md:text-left">
      {children} <span className="text-12 text-quiet md:sr-only">{label}</span>
    </td>
  );
}
