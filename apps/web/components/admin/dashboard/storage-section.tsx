import type { Dashboard } from '../../../server/dashboard.ts';
import { formatAge, formatBytes, formatCount } from '../../../view/format.ts';
import { Section } from './section.tsx';

/** What is kept, by kind, with the age of the sum. */
export function StorageSection({ stored, renderedAtMs }: { stored: Dashboard['stored']; renderedAtMs: number }) {
  const kinds = [
    { name: 'Uploaded files', bytes: stored.sourceBytes },
    { name: 'Picture', bytes: stored.pictureBytes },
    { name: 'Sound', bytes: stored.soundBytes },
    { name: 'Stills', bytes: stored.stillBytes },
  ];
  const most = Math.max(1, ...kinds.map(({ bytes }) => bytes));
  return (
    <Section id="stored" title="Stored">
      <dl className="mt-2 grid grid-cols-[auto_1fr_auto] items-center gap-x-4 gap-y-2 text-14">
        {kinds.map(({ name, bytes }) => (
          <div key={name} className="contents">
            <dt>{name}</dt>
            <dd aria-hidden className="h-1.5 overflow-hidden rounded-full bg-line">
              <span className="block h-full bg-quiet" style={{ width: `${(bytes / most) * 100}%` }} />
            </dd>
            <dd className="figures text-right">{formatBytes(bytes)}</dd>
          </div>
        ))}
      </dl>
      <p className="figures mt-4 max-w-[60ch] text-12 text-quiet">
        Summed up {formatAge(renderedAtMs - stored.countedAtMs)} from what finished versions say of themselves; what is
        just being made is not in it.
        {stored.uncounted > 0 &&
          ` Nor ${stored.uncounted === 1 ? 'is one version that an' : `are ${formatCount(stored.uncounted)} versions that an`} earlier Marquee made.`}
      </p>
    </Section>
  );
}
