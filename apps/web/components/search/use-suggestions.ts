import { useEffect, useState } from 'react';
import type { Suggestions } from '../../view/suggestions.ts';

const DELAY_MS = 140;
const NONE: Suggestions = { own: [], titles: [], people: [] };

/**
 * What the letters typed so far may mean. While somebody types on, what was found before stays to be looked at, but
 * `isOld` says that a quick Enter must not choose it.
 */
export function useSuggestions(query: string): { found: Suggestions; isOld: boolean } {
  const [answer, setAnswer] = useState<{ query: string; found: Suggestions }>({ query: '', found: NONE });
  useEffect(() => {
    if (query === '') return setAnswer({ query, found: NONE });
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const response = await fetch(`/api/search?q=${encodeURIComponent(query)}`, { signal: stop.signal });
        if (response.ok) setAnswer({ query, found: (await response.json()) as Suggestions });
      } catch {
        // Typed on, or offline: what was found before stays.
      }
    }, DELAY_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [query]);
  return { found: answer.found, isOld: answer.query !== query };
}
