'use client';

import { Search } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type FormEvent, useEffect, useRef, useState, useTransition } from 'react';

const DELAY_MS = 200;

/**
 * The one large field. Results follow the letters, and the address follows both; without scripts it is a form.
 *
 * @param props.text what the page was asked for
 * @param props.kind the filter that stays
 */
export function SearchField({ text, kind }: { text: string; kind: string | undefined }) {
  const router = useRouter();
  const [isBusy, begin] = useTransition();
  const [typed, setTyped] = useState(text);
  const asked = useRef(text);
  /** Asked for here and not yet shown. */
  const own = useRef(new Set<string>());

  // Links, back and forward change the letters. An answer to fewer letters than stand here by now does not.
  useEffect(() => {
    if (text === asked.current) own.current.clear();
    if (text === asked.current || own.current.delete(text)) return;
    asked.current = text;
    setTyped(text);
  }, [text]);

  const ask = (words: string) => {
    if (words === asked.current) return;
    asked.current = words;
    own.current.add(words);
    const query = new URLSearchParams({ ...(words && { q: words }), ...(kind && { kind }) });
    begin(() => router.replace(`/search?${query}`, { scroll: false }));
  };
  useEffect(() => {
    const timer = setTimeout(() => ask(typed.trim()), DELAY_MS);
    return () => clearTimeout(timer);
  });

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    ask(typed.trim());
  };
  return (
    <form action="/search" onSubmit={onSubmit} className="relative">
      <label htmlFor="search-text" className="sr-only">
        Films, series and people
      </label>
      <Search
        size={28}
        aria-hidden
        className={`pointer-events-none absolute top-1/2 left-0 -translate-y-1/2 text-quiet ${isBusy ? 'breathing' : ''}`}
      />
      <input
        id="search-text"
        name="q"
        type="search"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        maxLength={100}
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="search"
        placeholder="Films, series, people"
        // biome-ignore lint/a11y/noAutofocus: whoever comes here comes to type.
        autoFocus={text === ''}
        className="display h-16 w-full border-b border-line-strong bg-transparent pl-11 text-28 placeholder:text-quiet sm:h-20 sm:text-40"
      />
      {kind && <input type="hidden" name="kind" value={kind} />}
      <noscript>
        <button type="submit" className="control mt-4">
          Search
        </button>
      </noscript>
    </form>
  );
}
