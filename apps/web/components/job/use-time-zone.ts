'use client';

import { useEffect, useState, useSyncExternalStore } from 'react';

const nothing = () => () => {};

/** The reader's time zone; UTC in what the server renders, so that both agree until the page is alive. */
export function useTimeZone(): string {
  return useSyncExternalStore(
    nothing,
    () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    () => 'UTC',
  );
}

/** Now, at every so many milliseconds while `on`. Starts at `startMs`, which server and browser share. */
export function useNow(startMs: number, everyMs: number, on: boolean): number {
  const [nowMs, setNowMs] = useState(startMs);
  useEffect(() => {
    if (!on) return;
    const tick = () => setNowMs(Date.now());
    tick();
    const timer = setInterval(tick, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, on]);
  return nowMs;
}
