'use client';

import { ExternalLink } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import type { FilmDesk } from '../../../server/film-edit.ts';
import { Analysis } from './analysis.tsx';
import { DeleteFilms } from './delete-films.tsx';
import { FilmEditor } from './film-editor.tsx';
import { PictureChooser } from './picture-chooser.tsx';
import { Sights } from './sights.tsx';
import { Skips } from './skips.tsx';
import { Subtitles } from './subtitles.tsx';
import { Versions } from './versions.tsx';

/** All that can be done to one film. */
export function FilmPage({ desk, renderedAtMs }: { desk: FilmDesk; renderedAtMs: number }) {
  const router = useRouter();
  const { title } = desk;
  return (
    <>
      <div className="flex flex-wrap items-end justify-between gap-4">
        <h1 className="display min-w-0 text-28 sm:text-40">{title.title}</h1>
        <Link href={`/film/${title.id}`} className="control">
          <ExternalLink size={18} aria-hidden /> See its page
        </Link>
      </div>
      <div className="mt-8 grid grid-cols-1 gap-x-16 gap-y-12 lg:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)]">
        <FilmEditor desk={desk} />
        <div className="grid min-w-0 grid-cols-1 content-start gap-10">
          <PictureChooser desk={desk} />
          <Subtitles desk={desk} />
          <Analysis desk={desk} />
          <Skips desk={desk} />
          <Sights desk={desk.sights} movieId={title.id} />
          <Versions desk={desk} nowMs={renderedAtMs} />
          <section aria-labelledby="delete" className="border-t border-line pt-6">
            <h2 id="delete" className="display text-20">
              Delete
            </h2>
            <p className="mt-2 mb-4 max-w-[60ch] text-14 text-quiet">
              Removes the film with everything that was made of it. To hide it only, make it a draft.
            </p>
            <DeleteFilms ids={[title.id]} titles={[title.title]} onDone={() => router.push('/admin/films')} />
          </section>
        </div>
      </div>
    </>
  );
}
