'use client';

import { MOVIE_STATES, type MovieState, VISIBILITIES } from '@marquee/core/movie';
import type { MovieSort } from '@marquee/core/ports';
import Form from 'next/form';
import type { FilmQuery } from '../../view/film-query.ts';
import { VISIBILITY_NAMES } from '../../view/visibility.ts';
import { Choice } from './choice.tsx';

const SORT_NAMES: Record<MovieSort, string> = {
  newest: 'Newest first',
  title: 'By title',
  updated: 'Last changed first',
};
const STATE_NAMES: Record<MovieState, string> = {
  ready: 'Ready',
  making: 'Playable, being made',
  unseen: 'Not playable',
};

/** Narrows the table down. Works as a plain form too. */
export function FilmFilters({ query }: { query: FilmQuery }) {
  return (
    <Form
      action="/admin/films"
      aria-label="Which films"
      onChange={(event) => {
        if (event.target instanceof HTMLSelectElement) event.currentTarget.requestSubmit();
      }}
      className="mt-6 grid grid-cols-2 gap-3 sm:flex sm:flex-wrap"
    >
      <input
        type="search"
        name="q"
        defaultValue={query.text}
        placeholder="Find by title"
        aria-label="Find by title"
        className="field min-w-0 max-sm:col-span-2 sm:max-w-sm sm:flex-[1_1_12rem]"
      />
      <Choice name="visibility" label="Seen by" value={query.visibility} all="Any visibility">
        {VISIBILITIES.map((each) => ({ value: each, name: VISIBILITY_NAMES[each] }))}
      </Choice>
      <Choice name="state" label="State" value={query.state} all="Any state">
        {MOVIE_STATES.map((each) => ({ value: each, name: STATE_NAMES[each] }))}
      </Choice>
      <Choice
        name="sort"
        label="Order"
        value={query.sort === 'newest' ? undefined : query.sort}
        all={SORT_NAMES.newest}
      >
        {(['title', 'updated'] as const).map((each) => ({ value: each, name: SORT_NAMES[each] }))}
      </Choice>
      <button type="submit" className="control">
        Show
      </button>
    </Form>
  );
}
