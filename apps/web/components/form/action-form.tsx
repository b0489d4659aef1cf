'use client';

import { type ReactNode, startTransition, useActionState, useEffect, useRef } from 'react';
import type { Answer } from '../../view/answer.ts';

/**
 * A form that an action on the server answers with a sentence. Works before its script is there; with it, what was
 * typed stays when the answer is no.
 */
export function ActionForm(props: {
  action: (before: Answer, form: FormData) => Promise<Answer>;
  submit: string;
  busy: string;
  /** Empties the fields when the answer is yes. */
  clears?: boolean;
  children: ReactNode;
}) {
  const { clears = false } = props;
  const [answer, act, isBusy] = useActionState(props.action, null);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (clears && answer?.ok) form.current?.reset();
  }, [clears, answer]);
  return (
    <form
      ref={form}
      action={act}
      onSubmit={(event) => {
        event.preventDefault();
        const sent = new FormData(event.currentTarget);
        startTransition(() => act(sent));
      }}
      className="max-w-md"
    >
      {props.children}
      <p className={`mt-3 min-h-10 text-14 ${answer && !answer.ok ? 'text-lost' : 'text-quiet'}`} aria-live="polite">
        {answer?.says}
      </p>
      <button type="submit" disabled={isBusy} className="control control-solid mt-3 px-6">
        {isBusy ? props.busy : props.submit}
      </button>
    </form>
  );
}
