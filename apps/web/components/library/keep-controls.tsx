'use client';

import { Check, Heart, Star, X } from 'lucide-react';
import Link from 'next/link';
import { startTransition, useId, useOptimistic, useState } from 'react';
import type { Kept } from '../../server/library.ts';
import { favouriteAction, rateAction, watchedAction } from '../../server/library-actions.ts';
import type { Answer } from '../../view/answer.ts';

const STARS = [1, 2, 3, 4, 5];

/**
 * What a viewer can keep of a title: their list, that they have watched it, and stars. Shows at once what was asked for,
 * and takes it back if the site says no.
 *
 * @param props.title as the library knows it
 * @param props.path  where whoever is not signed in comes back to
 */
export function KeepControls(props: { title: string; name: string; path: string; kept: Kept | null }) {
  if (props.kept === null) {
    return (
      <Link href={`/sign-in?next=${encodeURIComponent(props.path)}`} prefetch={false} className="control">
        <Heart size={18} aria-hidden /> Sign in to keep it
      </Link>
    );
  }
  return <Controls title={props.title} name={props.name} kept={props.kept} />;
}

function Controls({ title, name, kept }: { title: string; name: string; kept: Kept }) {
  const [shown, show] = useOptimistic(kept, (now: Kept, change: Partial<Kept>) => ({ ...now, ...change }));
  const [says, setSays] = useState('');

  const act = (change: Partial<Kept>, work: () => Promise<Answer>) =>
    startTransition(async () => {
      show(change);
      const answer = await work().catch(() => null);
      const failed = answer === null ? 'That was not kept: the site did not answer. Try again.' : answer.says;
      startTransition(() => setSays(answer?.ok ? '' : failed));
    });

  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <button
        type="button"
        className="control"
        aria-pressed={shown.isFavourite}
        onClick={() => act({ isFavourite: !shown.isFavourite }, () => favouriteAction(title, !shown.isFavourite))}
      >
        <Heart size={18} fill={shown.isFavourite ? 'currentColor' : 'none'} aria-hidden />
        Your list
      </button>
      <button
        type="button"
        className="control"
        aria-pressed={shown.isWatched}
        onClick={() => act({ isWatched: !shown.isWatched, place: null }, () => watchedAction(title, !shown.isWatched))}
      >
        <Check size={18} strokeWidth={shown.isWatched ? 3 : 1.5} aria-hidden />
        {shown.isWatched ? 'Watched' : 'Mark as watched'}
      </button>
      <Stars name={name} rating={shown.rating} rate={(rating) => act({ rating }, () => rateAction(title, rating))} />
      <p aria-live="polite" className="w-full text-14 text-lost empty:hidden">
        {says}
      </p>
    </div>
  );
}

/** Five stars as the five choices that they are: one Tab, then arrow keys. */
function Stars(props: { name: string; rating: number | null; rate: (rating: number | null) => void }) {
  const group = useId();
  const { rating } = props;
  return (
    <fieldset className="-ml-2.5 flex items-center">
      <legend className="sr-only">Your rating of {props.name}</legend>
      {STARS.map((stars) => (
        <label
          key={stars}
          className="flex size-11 items-center justify-center rounded-control hover:bg-raised has-focus-visible:outline-2 has-focus-visible:outline-bulb-text"
        >
          <input
            type="radio"
            name={group}
            className="sr-only"
            checked={rating === stars}
            onChange={() => props.rate(stars)}
            aria-label={stars === 1 ? '1 star' : `${stars} stars`}
          />
          <Star
            size={22}
            fill={rating !== null && stars <= rating ? 'currentColor' : 'none'}
            className={rating !== null && stars <= rating ? '' : 'text-quiet'}
            aria-hidden
          />
        </label>
      ))}
      {rating !== null && (
        <button
          type="button"
          className="control control-bare px-3 text-quiet"
          aria-label="Take the rating back"
          title="Take the rating back"
          onClick={() => props.rate(null)}
        >
          <X size={18} aria-hidden />
        </button>
      )}
    </fieldset>
  );
}
