'use client';

import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useRef, useState, useTransition } from 'react';
import type { FilmDesk } from '../../../server/film-edit.ts';

type Uploaded = FilmDesk['subtitles']['uploaded'][number];

const KINDS = '.srt,.vtt,.ass,.ssa,text/vtt';

/** The film's subtitles: what its file brought along, and what people add. */
export function Subtitles({ desk }: { desk: FilmDesk }) {
  const { own, uploaded } = desk.subtitles;
  const router = useRouter();
  const [words, setWords] = useState<{ text: string; isBad: boolean } | null>(null);
  /** Raised when a form was taken, so that the next one is empty; what was refused stays typed. */
  const [taken, setTaken] = useState(0);
  const [busy, start] = useTransition();
  const address = `/api/films/${desk.title.id}/subtitles`;

  const run = (work: () => Promise<string>) =>
    start(async () => {
      try {
        setWords({ text: await work(), isBad: false });
      } catch (thrown) {
        setWords({
          text: thrown instanceof Refused ? thrown.message : 'The site does not answer. Try again.',
          isBad: true,
        });
      }
      router.refresh();
    });
  const send = (file: File, facts: Record<string, string>) =>
    run(async () => {
      const query = new URLSearchParams({ ...facts, name: file.name });
      const { track, encoding } = await ask<{ track: { cues: number }; encoding: string }>(
        `${address}?${query}`,
        'POST',
        file,
      );
      if (!facts.replace) setTaken((n) => n + 1);
      return `${file.name}: ${cueCount(track.cues)}${encoding === 'utf-8' ? '' : `, read as ${encoding}`}.`;
    });
  const remove = ({ id, label, hasOriginal }: Uploaded) =>
    run(async () => {
      await ask(`${address}?track=${id}`, 'DELETE');
      return hasOriginal ? `${label} is as it was at first.` : `${label} is removed.`;
    });

  return (
    <section aria-labelledby="subtitles" className="border-t border-line pt-6">
      <h2 id="subtitles" className="display text-20">
        Subtitles
      </h2>
      {own.length + uploaded.length > 0 && (
        <ul className="mt-3 divide-y divide-line text-14">
          {uploaded.map((track) => (
            <li key={track.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
              <span>{track.label}</span>
              <span className="figures min-w-0 flex-1 truncate text-quiet">
                {[cueCount(track.cues), track.fileName, track.editedFrom && 'edited'].filter(Boolean).join(' · ')}
              </span>
              <Edit filmId={desk.title.id} name={track.id} label={track.label} />
              <Replace
                label={track.label}
                busy={busy}
                onFile={(file) => send(file, { ...factsOf(track), replace: track.id })}
              />
              <button
                type="button"
                className="control control-bare"
                disabled={busy}
                aria-label={track.hasOriginal ? `Go back to the original of ${track.label}` : `Remove ${track.label}`}
                onClick={() => remove(track)}
              >
                {track.hasOriginal ? 'Go back to the original' : 'Remove'}
              </button>
            </li>
          ))}
          {own.map((track) => (
            <li key={track.name} className="flex min-h-15 flex-wrap items-center gap-x-4 py-2">
              <span>{track.label}</span>
              <span className={`figures min-w-0 ${track.leftOut === null ? 'flex-1 text-quiet' : 'text-lost'}`}>
                {track.leftOut === null
                  ? `${cueCount(track.cues)} · ${MADE_BY[track.madeBy]}`
                  : `Left out. ${track.leftOut}`}
              </span>
              {track.leftOut === null && <Edit filmId={desk.title.id} name={track.name} label={track.label} />}
            </li>
          ))}
        </ul>
      )}
      <AddForm key={taken} busy={busy} onSend={send} />
      <p role="status" className={`min-h-5 text-14 ${words?.isBad ? 'text-lost' : 'text-quiet'}`}>
        {words?.text}
      </p>
    </section>
  );
}

const MADE_BY = {
  people: 'from the film’s file',
  hearing: 'heard by a machine',
  reading: 'pictures, read by a machine',
  translating: 'translated by a machine',
};

function cueCount(count: number): string {
  return count === 1 ? '1 cue' : `${count} cues`;
}

function factsOf(track: Uploaded): Record<string, string> {
  return {
    language: track.language === 'und' ? '' : track.language,
    title: track.title,
    ...(track.forced ? { forced: '1' } : {}),
    ...(track.hearingImpaired ? { hearingImpaired: '1' } : {}),
  };
}

function Edit(props: { filmId: string; name: string; label: string }) {
  return (
    <Link
      href={`/admin/films/${props.filmId}/subtitles/${props.name}`}
      className="control control-bare"
      aria-label={`Edit ${props.label}`}
    >
      Edit
    </Link>
  );
}

function Replace(props: { label: string; busy: boolean; onFile: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={KINDS}
        aria-label={`File in place of ${props.label}`}
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) props.onFile(file);
          event.target.value = '';
        }}
      />
      <button
        type="button"
        className="control control-bare"
        disabled={props.busy}
        aria-label={`Replace ${props.label}`}
        onClick={() => input.current?.click()}
      >
        Replace
      </button>
    </>
  );
}

function AddForm(props: { busy: boolean; onSend: (file: File, facts: Record<string, string>) => void }) {
  return (
    <form
      aria-label="Add subtitles"
      className="mt-4 grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        const file = data.get('file');
        if (!(file instanceof File) || file.size === 0) return;
        const facts = Object.fromEntries(
          ['language', 'title', 'forced', 'hearingImpaired'].flatMap((name) => {
            const value = data.get(name);
            return typeof value === 'string' && value !== '' ? [[name, value]] : [];
          }),
        );
        props.onSend(file, facts);
      }}
    >
      <label className="grid gap-1 text-14">
        Subtitle file
        <input
          type="file"
          name="file"
          accept={KINDS}
          required
          className="max-w-full text-14 text-quiet file:mr-3 file:min-h-11 file:rounded-control file:border file:border-line-strong file:px-4 file:text-ink"
        />
      </label>
      <div className="grid gap-3 sm:grid-cols-2">
        <label className="grid gap-1 text-14">
          Language
          <input name="language" className="field" placeholder="en, pt-BR" maxLength={35} autoCapitalize="none" />
        </label>
        <label className="grid gap-1 text-14">
          Title, to tell it from others
          <input name="title" className="field" maxLength={80} />
        </label>
      </div>
      <div className="flex flex-wrap items-center gap-x-6 gap-y-2 text-14">
        <label className="flex min-h-11 items-center gap-2">
          <input type="checkbox" name="hearingImpaired" value="1" className="size-5 accent-bulb" /> For the hard of
          hearing
        </label>
        <label className="flex min-h-11 items-center gap-2">
          <input type="checkbox" name="forced" value="1" className="size-5 accent-bulb" /> Foreign passages only
        </label>
        <button type="submit" className="control" disabled={props.busy}>
          {props.busy ? 'Working' : 'Add subtitles'}
        </button>
      </div>
      <p className="max-w-[60ch] text-14 text-quiet">
        SRT, VTT or ASS in any encoding. They are the film’s: a version that is made later keeps them.
      </p>
    </form>
  );
}

/** A refusal with a sentence for the reader. */
class Refused extends Error {}

async function ask<T>(address: string, method: 'POST' | 'DELETE', body: File | null = null): Promise<T> {
  const answer = await fetch(address, { method, body });
  const said = (await answer.json().catch(() => null)) as (T & { error?: { message?: string } }) | null;
  if (!answer.ok || said === null) throw new Refused(said?.error?.message ?? 'The file was not taken. Try again.');
  return said;
}
