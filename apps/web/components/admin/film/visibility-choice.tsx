'use client';

import { VISIBILITIES, type Visibility } from '@marquee/core/movie';
import { localTime } from '../../../view/local-time.ts';
import { VISIBILITY_NAMES } from '../../../view/visibility.ts';
import { useTimeZone } from '../../job/use-time-zone.ts';

const WORDS: Record<Visibility, string> = {
  draft: 'Admins alone see it.',
  unlisted: 'Whoever has its address can watch it; no list shows it.',
  published: 'Everybody finds it.',
  scheduled: 'A draft until its time, published from then on.',
};

/** Who sees the film, and from when on. */
export function VisibilityChoice(props: {
  visibility: Visibility;
  /** ISO time, or empty. */
  publishAt: string;
  error: string | undefined;
  onChange: (visibility: Visibility, publishAt: string) => void;
}) {
  const timeZone = useTimeZone();
  const { visibility, publishAt, error, onChange } = props;
  const local = publishAt === '' ? '' : localTime(Date.parse(publishAt), timeZone);
  return (
    <fieldset className="border-t border-line pt-5" aria-describedby="visibility-words">
      <legend className="display float-left w-full text-20">Who sees it</legend>
      <div className="clear-both grid gap-x-6 gap-y-1 pt-3 sm:grid-cols-2">
        {VISIBILITIES.map((each) => (
          <label key={each} className="flex min-h-11 cursor-pointer items-start gap-3 py-2">
            <input
              type="radio"
              name="visibility"
              value={each}
              checked={visibility === each}
              onChange={() => onChange(each, publishAt)}
              className="mt-0.5 size-5 shrink-0 accent-bulb"
            />
            <span className="text-14">
              <span className="font-medium">{VISIBILITY_NAMES[each]}</span>
              <span className="block text-quiet">{WORDS[each]}</span>
            </span>
          </label>
        ))}
      </div>
      {visibility === 'scheduled' && (
        <div className="mt-3 max-w-xs">
          <label htmlFor="publishAt" className="text-14 font-medium">
            Published at
          </label>
          <input
            id="publishAt"
            type="datetime-local"
            value={local}
            required
            onChange={(event) => {
              const ms = new Date(event.target.value).getTime();
              onChange('scheduled', Number.isFinite(ms) ? new Date(ms).toISOString() : '');
            }}
            className="field mt-1.5"
          />
          <p className="mt-1 text-12 text-quiet">In your time: {timeZone}</p>
        </div>
      )}
      <p id="visibility-words" className="mt-1 text-12 text-lost">
        {error}
      </p>
    </fieldset>
  );
}
