'use client';

import { Command } from 'cmdk';
import { Clapperboard, Film, Home, LogIn, SunMoon, Upload } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { switchTheme } from './theme.ts';

const SEARCH_DELAY_MS = 120;

interface Found {
  id: string;
  title: string;
}

/** Goes anywhere and finds a title by typing. Opens whenever `asked` changes. */
export function Palette({ asked }: { asked: number }) {
  const router = useRouter();
  const dialog = useRef<HTMLDialogElement>(null);
  const [query, setQuery] = useState('');
  const titles = useTitles(query);

  useEffect(() => {
    if (asked > 0 && !dialog.current?.open) {
      setQuery('');
      dialog.current?.showModal();
    }
  }, [asked]);

  const close = () => dialog.current?.close();
  const go = (href: string) => {
    close();
    router.push(href);
  };

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself; this is the click beside it.
    <dialog
      ref={dialog}
      aria-label="Go to"
      className="mt-[12vh] w-[min(36rem,calc(100vw-2rem))] rounded-control border border-line bg-ground p-0 shadow-2xl backdrop:bg-shade"
      onClick={(event) => event.target === event.currentTarget && close()}
    >
      <Command label="Go to" shouldFilter={false} loop>
        <Command.Input
          value={query}
          onValueChange={setQuery}
          placeholder="Go to, or find a film"
          className="h-14 w-full border-b border-line bg-transparent px-5 text-16 outline-none placeholder:text-quiet"
        />
        <Command.List className="max-h-[50vh] overflow-y-auto p-2">
          <Command.Empty className="px-3 py-6 text-14 text-quiet">
            No film and no page of that name. Try fewer letters.
          </Command.Empty>
          {titles.length > 0 && (
            <Group heading="Films">
              {titles.map((title) => (
                <Item
                  key={title.id}
                  value={title.id}
                  icon={<Film size={18} />}
                  onSelect={() => go(`/watch/${title.id}`)}
                >
                  {title.title}
                </Item>
              ))}
            </Group>
          )}
          <Pages query={query} go={go} close={close} />
        </Command.List>
      </Command>
    </dialog>
  );
}

function Pages({ query, go, close }: { query: string; go: (href: string) => void; close: () => void }) {
  const pages: { name: string; icon: ReactNode; act: () => void }[] = [
    { name: 'Home', icon: <Home size={18} />, act: () => go('/') },
    { name: 'Upload a film', icon: <Upload size={18} />, act: () => go('/admin/upload') },
    { name: 'Films and jobs', icon: <Clapperboard size={18} />, act: () => go('/admin') },
    { name: 'Sign in', icon: <LogIn size={18} />, act: () => go('/sign-in') },
    {
      name: 'Switch theme: Evening or Matinee',
      icon: <SunMoon size={18} />,
      act: () => {
        switchTheme();
        close();
      },
    },
  ];
  const wanted = pages.filter((page) => page.name.toLowerCase().includes(query.trim().toLowerCase()));
  if (wanted.length === 0) return null;
  return (
    <Group heading="Go to">
      {wanted.map((page) => (
        <Item key={page.name} value={page.name} icon={page.icon} onSelect={page.act}>
          {page.name}
        </Item>
      ))}
    </Group>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:py-2 [&_[cmdk-group-heading]]:text-12 [&_[cmdk-group-heading]]:text-quiet"
    >
      {children}
    </Command.Group>
  );
}

function Item(props: { value: string; icon: ReactNode; onSelect: () => void; children: ReactNode }) {
  return (
    <Command.Item
      value={props.value}
      onSelect={props.onSelect}
      className="flex min-h-11 cursor-pointer items-center gap-3 rounded-control px-3 text-14 aria-selected:bg-raised aria-selected:outline-1 aria-selected:outline-line-strong"
    >
      <span className="text-quiet" aria-hidden>
        {props.icon}
      </span>
      <span className="truncate">{props.children}</span>
    </Command.Item>
  );
}

function useTitles(query: string): Found[] {
  const [titles, setTitles] = useState<Found[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const answer = await fetch(`/api/titles?q=${encodeURIComponent(query)}`, { signal: stop.signal });
        if (answer.ok) setTitles(((await answer.json()) as { titles: Found[] }).titles);
      } catch {
        // Typed on, or offline: what was found before stays.
      }
    }, SEARCH_DELAY_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [query]);
  // What was found for the letters before must not be chosen by a quick Enter.
  const words = query.toLowerCase().split(/\s+/);
  return titles.filter(({ title }) => words.every((word) => title.toLowerCase().includes(word)));
}
