'use client';

import { useActionState, useEffect, useRef } from 'react';
import { loginAction } from '../../server/login-actions.ts';

/** Asks for the admin secret. A link that ends in `#secret=...` fills it in; that part never leaves the browser. */
export function LoginForm({ next }: { next: string }) {
  const [refused, act, busy] = useActionState(loginAction, null);
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const given = new URLSearchParams(location.hash.slice(1)).get('secret');
    if (!given || !field.current) return;
    field.current.value = given;
    history.replaceState(history.state, '', location.pathname + location.search);
  }, []);

  return (
    <form action={act} className="mt-8 max-w-md">
      <input type="hidden" name="next" value={next} />
      <label htmlFor="secret" className="text-14 font-medium">
        Admin secret
      </label>
      <input
        ref={field}
        id="secret"
        name="secret"
        type="password"
        autoComplete="current-password"
        required
        aria-invalid={refused !== null}
        aria-describedby="secret-help"
        className="field mt-2"
      />
      <p
        id="secret-help"
        className={`mt-2 min-h-10 text-14 ${refused ? 'text-lost' : 'text-quiet'}`}
        aria-live="polite"
      >
        {refused ??
          'It was printed in the terminal at the first start, and stands in the file admin-secret in the data folder.'}
      </p>
      <button type="submit" disabled={busy} className="control control-solid mt-4 px-6">
        {busy ? 'Checking' : 'Sign in'}
      </button>
    </form>
  );
}
