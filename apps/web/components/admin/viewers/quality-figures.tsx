import type { ViewersQuality } from '@marquee/core/viewings';
import { errorWords, shareWords, waitWords, watchedWords } from '../../../view/viewers-words.ts';

/** What counts, in six figures, each with what it means. */
export function QualityFigures({ sum }: { sum: ViewersQuality }) {
  const figures = [
    { name: 'Viewings', value: sum.sessions.toLocaleString('en'), note: `${watchedWords(sum.watchedSec)} watched` },
    {
      name: 'Until the picture',
      value: waitWords(sum.startupP50Ms),
      note: `One in twenty waits ${waitWords(sum.startupP95Ms)} or more`,
    },
    {
      name: 'Time stalled',
      value: shareWords(sum.stallShare),
      note: `${shareWords(sum.stalledShare)} of viewings stopped to load`,
    },
    {
      name: 'Stopped by an error',
      value: shareWords(sum.errorShare),
      note: errorWords(sum) || 'No film was stopped',
    },
    {
      name: 'Left without a picture',
      value: shareWords(sum.unseenShare),
      note: 'Wanted to watch, and saw nothing',
    },
  ];
  return (
    <dl className="mt-8 grid grid-cols-2 gap-x-8 gap-y-8 border-t border-line pt-8 lg:grid-cols-5">
      {figures.map(({ name, value, note }) => (
        <div key={name} className="min-w-0 first:max-lg:col-span-2">
          <dt className="text-14 text-quiet">{name}</dt>
          <dd className="figures display mt-1 text-28">{value}</dd>
          <dd className="figures mt-1 text-12 text-quiet">{note}</dd>
        </div>
      ))}
    </dl>
  );
}
