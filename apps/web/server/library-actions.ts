'use server';

import {
  type KeptCard,
  type LibraryPatch,
  MAX_RATING,
  markedWatched,
  rated,
  readRef,
  refKey,
  setAside,
  type TitleRef,
} from '@marquee/core/library';
import { refresh } from 'next/cache';
import { redirect } from 'next/navigation';
import { type Answer, done, refused } from '../view/answer.ts';
import { readTitle } from './catalogue.ts';
import { container } from './container.ts';
import { requireUser } from './require-admin.ts';
import { viewableMovie } from './viewing.ts';

/** @param title as `refKey` writes it; so in all of these */
export async function favouriteAction(title: string, isFavourite: boolean): Promise<Answer> {
  return keep(title, (nowMs) => ({ favouriteAtMs: isFavourite === true ? nowMs : null }));
}

/** @param rating 1 to 5, or null to take it back */
export async function rateAction(title: string, rating: number | null): Promise<Answer> {
  const isRating = rating === null || (Number.isInteger(rating) && rating >= 1 && rating <= MAX_RATING);
  return keep(title, (nowMs) => (isRating ? rated(rating, nowMs) : null));
}

export async function watchedAction(title: string, isWatched: boolean): Promise<Answer> {
  return keep(title, (nowMs) => markedWatched(isWatched === true, nowMs));
}

/** Takes a film off what is being watched; it begins anew the next time. */
export async function setAsideAction(title: string): Promise<Answer> {
  return keep(title, setAside);
}

/** Forgets all that whoever sends this has kept. */
export async function forgetLibraryAction(): Promise<void> {
  const user = await requireUser('/library');
  const { engines } = await container();
  await engines.store.library.forget(user.id);
  redirect('/library');
}

async function keep(title: string, change: (nowMs: number) => LibraryPatch | null): Promise<Answer> {
  const user = await requireUser('/library');
  const ref = readRef(String(title));
  const patch = change(Date.now());
  if (ref === null || patch === null) return refused('That is nothing that can be kept.');
  const known = await cardOf(ref);
  if (known === 'away') return refused('The catalogue is away just now. Try again in a moment.');
  if (known === 'gone') return refused('This title is not there any more.');
  const { engines } = await container();
  await engines.store.library.keep(user.id, refKey(ref), { ...patch, ...(known === null ? {} : { card: known }) });
  refresh();
  return done('');
}

/** Makes sure that there is such a title for whoever asks. @returns a catalogue's card; null for a film of the house */
async function cardOf(ref: TitleRef): Promise<KeptCard | null | 'away' | 'gone'> {
  if (ref.kind === 'own') return (await viewableMovie(ref.movieId)) ? null : 'gone';
  const told = await readTitle(ref.kind, ref.tmdbId);
  if (told.state === 'away') return 'away';
  if (told.value === null) return 'gone';
  const { title, year, backdrop, poster } = told.value;
  return { title, year, backdrop, poster };
}
