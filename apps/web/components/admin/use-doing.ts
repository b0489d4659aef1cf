'use client';

import { useState, useTransition } from 'react';
import type { Told } from '../../server/user-actions.ts';

/** Runs actions one at a time and keeps what the last one said. */
export function useDoing() {
  const [told, setTold] = useState<Told | null>(null);
  const [isBusy, start] = useTransition();
  const run = (action: () => Promise<Told>) =>
    start(async () => {
      try {
        setTold(await action());
      } catch {
        setTold({ ok: false, says: 'The site did not answer. Look whether it was done, and try again.' });
      }
    });
  return { told, isBusy, run };
}
