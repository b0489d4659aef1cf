'use client';

import { JOB_STATUSES } from '@marquee/core/job';
import Form from 'next/form';
import type { JobQuery } from '../../view/job-query.ts';
import { STATUS_NAMES } from '../../view/job-sentence.ts';
import { Choice } from './choice.tsx';

/** Narrows the table of jobs down. Works as a plain form too. */
export function JobFilters({ query }: { query: JobQuery }) {
  return (
    <Form
      action="/admin/jobs"
      aria-label="Which jobs"
      onChange={(event) => {
        if (event.target instanceof HTMLSelectElement) event.currentTarget.requestSubmit();
      }}
      className="mt-6 grid grid-cols-2 gap-3 sm:flex sm:flex-wrap"
    >
      <input
        type="search"
        name="q"
        defaultValue={query.text}
        placeholder="Find by film"
        aria-label="Find by film"
        className="field min-w-0 max-sm:col-span-2 sm:max-w-sm sm:flex-[1_1_12rem]"
      />
      <Choice name="status" label="State" value={query.status} all="Any state">
        {JOB_STATUSES.map((each) => ({ value: each, name: STATUS_NAMES[each] }))}
      </Choice>
      <button type="submit" className="control">
        Show
      </button>
    </Form>
  );
}
