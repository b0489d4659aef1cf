'use client';

import { AUDIT_KINDS } from '@marquee/core/audit';
import Form from 'next/form';
import type { AuditQuery } from '../../view/audit-query.ts';
import { AUDIT_KIND_NAMES } from '../../view/audit-words.ts';
import { Choice } from './choice.tsx';

/** Narrows the audit log down. Works as a plain form too. */
export function AuditFilters({ query }: { query: AuditQuery }) {
  return (
    <Form
      action="/admin/audit"
      aria-label="Which entries"
      onChange={(event) => {
        if (event.target instanceof HTMLSelectElement) event.currentTarget.requestSubmit();
      }}
      className="mt-6 grid grid-cols-2 gap-3 sm:flex sm:flex-wrap"
    >
      <input
        type="search"
        name="by"
        key={query.by ?? ''}
        defaultValue={query.by}
        placeholder="Done by: name or address"
        aria-label="Done by"
        className="field min-w-0 max-sm:col-span-2 sm:max-w-sm sm:flex-[1_1_12rem]"
      />
      <Choice name="kind" label="About" value={query.kind} all="About anything">
        {AUDIT_KINDS.map((each) => ({ value: each, name: AUDIT_KIND_NAMES[each] }))}
      </Choice>
      <button type="submit" className="control">
        Show
      </button>
    </Form>
  );
}
