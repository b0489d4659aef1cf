'use client';

import type { PictureUse } from '@marquee/core/picture-maker';
import { useRouter } from 'next/navigation';
import { useRef, useState, useTransition } from 'react';
import { choosePictureAction, generatePictureAction } from '../../../server/film-actions.ts';
import type { FilmDesk } from '../../../server/film-edit.ts';

/** The film's pictures: one of the stills that were found fit, or one's own. */
export function PictureChooser({ desk }: { desk: FilmDesk }) {
  return (
    <section aria-labelledby="pictures" className="border-t border-line pt-6">
      <h2 id="pictures" className="display text-20">
        Pictures
      </h2>
      {desk.pictureMaker !== null && (
        <p className="mt-1 max-w-prose text-14 text-quiet">
          Pictures can be made by {desk.pictureMaker}. It is told what the film’s page says: title, year, genres,
          tagline and synopsis, as they are saved.
        </p>
      )}
      <div className="mt-4 grid grid-cols-1 gap-8">
        <One
          desk={desk}
          use="backdrop"
          heading="Backdrop"
          shape="aspect-video w-40 sm:w-56"
          current={desk.title.still}
        />
        <One desk={desk} use="poster" heading="Poster" shape="aspect-2/3 w-28" current={desk.title.poster} />
      </div>
    </section>
  );
}

function One(props: { desk: FilmDesk; use: PictureUse; heading: string; shape: string; current: string | null }) {
  const { desk, use, heading } = props;
  const router = useRouter();
  const file = useRef<HTMLInputElement>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const [busy, start] = useTransition();
  const chosen = desk.chosen[use];
  const generated = desk.generated[use];
  const offered = [
    ...(generated ? [{ ...generated, name: `Generated picture as the ${use}` }] : []),
    ...desk.candidates.map((still, i) => ({ ...still, name: `Still ${i + 1} as the ${use}`, by: null })),
  ];

  const run = (work: () => Promise<string | null>) =>
    start(async () => {
      setRefused(await work().catch(() => 'The site does not answer. Try again.'));
      router.refresh();
    });
  const send = (picture: File) =>
    run(async () => {
      const answer = await fetch(`/api/films/${desk.title.id}/pictures?as=${use}`, { method: 'POST', body: picture });
      if (answer.ok) return null;
      const said = (await answer.json().catch(() => null)) as { error?: { message?: string } } | null;
      return said?.error?.message ?? 'The picture was not taken. Try again.';
    });

  return (
    <div>
      <h3 className="mb-2 text-16 font-medium">{heading}</h3>
      <div className="flex flex-wrap items-end gap-x-4 gap-y-3">
        <div className={`still shrink-0 ${props.shape}`}>
          {props.current === null ? (
            <span className="grid size-full place-items-center p-2 text-center text-12 text-quiet">None yet</span>
          ) : (
            // biome-ignore lint/performance/noImgElement: stills are scaled by a route of ours, with addresses that never change.
            <img src={`${props.current}/480`} alt={`${heading} of the film`} className="size-full object-cover" />
          )}
        </div>
        <div className="flex flex-wrap items-center gap-3">
          <input
            ref={file}
            type="file"
            accept="image/jpeg,image/png,image/webp"
            aria-label={`Picture file for the ${use}`}
            className="sr-only"
            tabIndex={-1}
            onChange={(event) => {
              const picture = event.target.files?.[0];
              if (picture) send(picture);
              event.target.value = '';
            }}
          />
          <button type="button" className="control" disabled={busy} onClick={() => file.current?.click()}>
            {busy ? 'Working' : 'Upload a picture'}
          </button>
          {desk.pictureMaker !== null && (
            <button
              type="button"
              className="control"
              disabled={busy}
              onClick={() => run(() => generatePictureAction(desk.title.id, use))}
            >
              {generated ? 'Have another one made' : 'Have one made'}
            </button>
          )}
          {chosen !== null && (
            <button
              type="button"
              className="control control-bare"
              disabled={busy}
              onClick={() => run(() => choosePictureAction(desk.title.id, use, null))}
            >
              {use === 'backdrop' ? 'Leave it to Marquee' : 'Remove'}
            </button>
          )}
        </div>
      </div>
      {offered.length > 0 && (
        <ul className="mt-3 flex gap-2 overflow-x-auto pb-2">
          {offered.map(({ key, url, name, by }) => (
            <li key={key} className="shrink-0 p-1">
              <button
                type="button"
                aria-pressed={chosen === key}
                aria-label={name}
                disabled={busy}
                onClick={() => run(() => choosePictureAction(desk.title.id, use, key))}
                className={`still block aspect-video w-32 ${chosen === key ? 'outline-2 outline-offset-2 outline-bulb' : 'opacity-80 hover:opacity-100'}`}
              >
                {/* biome-ignore lint/performance/noImgElement: a candidate is shown as it lies in storage. */}
                <img src={url} alt="" loading="lazy" className="size-full object-cover" />
              </button>
              {by !== null && <p className="mt-1 w-32 text-12 text-quiet">Generated by {by}</p>}
            </li>
          ))}
        </ul>
      )}
      <p role="status" className="min-h-5 text-14 text-lost">
        {refused}
      </p>
    </div>
  );
}
