'use client';

import { Command } from 'cmdk';
import { Clapperboard, Film, Gauge, Heart, Home, ListVideo, LogIn, Search, SunMoon, Upload, User } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Suggestion } from '../view/suggestions.ts';
import { useSuggestions } from './search/use-suggestions.ts';
import { switchTheme } from './theme.ts';

/** Goes anywhere and finds a title by typing. Opens whenever `asked` changes. */
export function Palette({ asked }: { asked: number }) {
  const router = useRouter();
  const dialog = useRef<HTMLDialogElement>(null);
  const [query, setQuery] = useState('');
  const text = query.trim();
  const { found, isOld } = useSuggestions(text);
  const [chosen, setChosen] = useState('');
  // The best of what was found is what Enter opens, also where it came after the pages.
  useEffect(() => {
    const best = [...found.own, ...found.titles, ...found.people][0];
    if (best) setChosen(best.href);
  }, [found]);

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
      <Command label="Go to" shouldFilter={false} loop value={chosen} onValueChange={setChosen}>
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
          {/* What was found for the letters before must not be chosen by a quick Enter. */}
          <Hits heading="Of this house" hits={isOld ? [] : found.own} icon={<Film size={18} />} go={go} />
          <Hits heading="Films and series" hits={isOld ? [] : found.titles} icon={<Film size={18} />} go={go} />
          <Hits heading="People" hits={isOld ? [] : found.people} icon={<User size={18} />} go={go} />
          <Pages query={query} go={go} close={close} />
          {text !== '' && (
            <Item value="search" icon={<Search size={18} />} onSelect={() => go(searchPath(text))}>
              Everything for “{text}”
            </Item>
          )}
        </Command.List>
      </Command>
    </dialog>
  );
}

function searchPath(text: string): string {
  return `/search?q=${encodeURIComponent(text)}`;
}

function Hits(props: { heading: string; hits: Suggestion[]; icon: ReactNode; go: (href: string) => void }) {
  if (props.hits.length === 0) return null;
  return (
    <Group heading={props.heading}>
      {props.hits.map(({ href, name, note, picture }) => (
        <Item
          key={href}
          value={href}
          icon={
            picture === null ? (
              <span className="flex w-8 justify-center">{props.icon}</span>
            ) : (
              // biome-ignore lint/performance/noImgElement: the catalogue's smallest size as it is.
              <img src={picture} alt="" width={32} height={48} className="still h-12 w-8 object-cover" />
            )
          }
          onSelect={() => props.go(href)}
        >
          {name}
          {note && <span className="figures ml-2 text-quiet">{note}</span>}
        </Item>
      ))}
    </Group>
  );
}

function Pages({ query, go, close }: { query: string; go: (href: string) => void; close: () => void }) {
  const pages: { name: string; icon: ReactNode; act: () => void }[] = [
    { name: 'Home', icon: <Home size={18} />, act: () => go('/') },
    { name: 'Search films, series and people', icon: <Search size={18} />, act: () => go('/search') },
    { name: 'Your list', icon: <Heart size={18} />, act: () => go('/library') },
    { name: 'Upload a film', icon: <Upload size={18} />, act: () => go('/admin/upload') },
    { name: 'Run the house', icon: <Gauge size={18} />, act: () => go('/admin') },
    { name: 'Films of the house', icon: <Clapperboard size={18} />, act: () => go('/admin/films') },
    { name: 'Jobs', icon: <ListVideo size={18} />, act: () => go('/admin/jobs') },
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
