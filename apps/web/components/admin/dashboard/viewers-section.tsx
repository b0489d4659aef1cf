import type { ViewersQuality } from '@marquee/core/viewings';
import { formatCount } from '../../../view/format.ts';
import { errorWords, shareWords, waitWords, watchedWords } from '../../../view/viewers-words.ts';
import { Section } from './section.tsx';

/** How films came to the screen in the last day, in a few lines. */
export function ViewersSection({ sum }: { sum: ViewersQuality }) {
  const lines = [
    { name: 'Viewings', value: `${formatCount(sum.sessions)}, ${watchedWords(sum.watchedSec)} watched` },
    {
      name: 'Until the picture',
      value: `${waitWords(sum.startupP50Ms)}, one in twenty ${waitWords(sum.startupP95Ms)}`,
    },
    { name: 'Time stalled', value: shareWords(sum.stallShare) },
    { name: 'Stopped by an error', value: [shareWords(sum.errorShare), errorWords(sum)].filter(Boolean).join(': ') },
  ];
  return (
    <Section id="viewers" title="Viewers in the last day" more={{ href: '/admin/viewers', name: 'All about viewers' }}>
      {sum.sessions === 0 ? (
        <p className="mt-2 text-14 text-quiet">Nobody has watched a film.</p>
      ) : (
        <dl className="figures mt-2 divide-y divide-line text-14">
          {lines.map(({ name, value }) => (
            <div key={name} className="flex flex-wrap items-baseline justify-between gap-x-4 py-2.5">
              <dt>{name}</dt>
              <dd className="text-quiet">{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </Section>
  );
}
