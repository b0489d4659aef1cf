'use client';

import { useState, useTransition } from 'react';
import { saveFilmAction } from '../../../server/film-actions.ts';
import type { FilmDesk } from '../../../server/film-edit.ts';
import { FIELD_NAMES, type FilmValues, prefilled } from '../../../view/film-values.ts';
import { EntryPicker } from './entry-picker.tsx';
import { Field, type FieldProps, LongField } from './fields.tsx';
import { Suggestions } from './suggestions.tsx';
import { VisibilityChoice } from './visibility-choice.tsx';

type Errors = Partial<Record<keyof FilmValues, string>>;

/** Somebody else's state of the film, which may be saved over. */
interface Theirs {
  basis: string;
  values: FilmValues;
}

/** What people say of a film. Nothing that was typed is lost by a refusal, or by somebody else's having saved. */
export function FilmEditor({ desk }: { desk: FilmDesk }) {
  const { id } = desk.title;
  const [values, setValues] = useState(desk.values);
  const [basis, setBasis] = useState(desk.basis);
  const [errors, setErrors] = useState<Errors>({});
  const [words, setWords] = useState<{ text: string; isBad: boolean } | null>(null);
  const [theirs, setTheirs] = useState<Theirs | null>(null);
  const [busy, start] = useTransition();

  const change = (field: keyof FilmValues, value: string) => {
    setValues((now) => ({ ...now, [field]: value }));
    setWords(null);
  };
  const save = (onBasis: string) =>
    start(async () => {
      const saved = await saveFilmAction(id, onBasis, values).catch(() => null);
      setErrors(saved?.state === 'refused' ? saved.errors : {});
      setTheirs(saved?.state === 'clash' ? { basis: saved.basis, values: saved.theirs } : null);
      if (saved === null) setWords({ text: 'The site does not answer. What you typed is still here.', isBad: true });
      else if (saved.state === 'refused') setWords({ text: saved.sentence, isBad: true });
      else if (saved.state === 'clash') setWords(null);
      else {
        setBasis(saved.basis);
        setValues(saved.values);
        setWords({ text: 'Saved.', isBad: false });
      }
    });
  const field = (name: keyof FilmValues): FieldProps => ({
    name,
    label: FIELD_NAMES[name],
    value: values[name],
    error: errors[name],
    onChange: (value) => change(name, value),
  });

  return (
    <form
      aria-label="About the film"
      onSubmit={(event) => {
        event.preventDefault();
        save(basis);
      }}
      className="grid grid-cols-1 gap-6"
    >
      <EntryPicker
        linked={values.tmdb}
        title={values.title}
        hasCatalogue={desk.hasCatalogue}
        onPick={(entry) => setValues((now) => prefilled(now, entry))}
        onUnlink={() => change('tmdb', '')}
      />
      <Suggestions
        desk={desk.description}
        values={values}
        onApply={(filled) => {
          setValues(filled);
          setWords(null);
        }}
      />
      <div className="grid gap-x-6 gap-y-5 sm:grid-cols-6">
        <Field {...field('title')} className="sm:col-span-6" required />
        <Field {...field('originalTitle')} className="sm:col-span-4" />
        <Field {...field('year')} className="sm:col-span-2" inputMode="numeric" />
        <Field {...field('tagline')} className="sm:col-span-6" />
        <LongField {...field('synopsis')} className="sm:col-span-6" rows={6} />
        <Field {...field('genres')} className="sm:col-span-2" hint="Commas between them" />
        <Field {...field('certificate')} className="sm:col-span-2" hint="PG-13, 12" />
        <Field {...field('language')} className="sm:col-span-2" hint="fr" />
        <Field {...field('series')} className="sm:col-span-4" hint="Where the film is an episode of one" />
        <Field {...field('season')} className="sm:col-span-1" inputMode="numeric" />
        <Field {...field('episode')} className="sm:col-span-1" inputMode="numeric" />
        <LongField {...field('cast')} className="sm:col-span-3" rows={5} hint="One a line: name, role" />
        <LongField {...field('crew')} className="sm:col-span-3" rows={5} hint="One a line: name, what they did" />
      </div>
      <VisibilityChoice
        visibility={values.visibility}
        publishAt={values.publishAt}
        error={errors.visibility ?? errors.publishAt}
        onChange={(visibility, publishAt) => {
          setValues((now) => ({ ...now, visibility, publishAt }));
          setWords(null);
        }}
      />
      {theirs && (
        <ClashWords
          mine={values}
          theirs={theirs.values}
          onMine={() => save(theirs.basis)}
          onTheirs={() => {
            setValues(theirs.values);
            setBasis(theirs.basis);
            setTheirs(null);
          }}
        />
      )}
      <div className="flex min-h-11 flex-wrap items-center gap-4">
        <button type="submit" className="control control-solid px-6" disabled={busy || theirs !== null}>
          {busy ? 'Saving' : 'Save'}
        </button>
        <p role="status" className={`text-14 ${words?.isBad ? 'text-lost' : 'text-quiet'}`}>
          {words?.text}
        </p>
      </div>
    </form>
  );
}

/** What somebody else wrote meanwhile, field by field, and the two ways on. */
function ClashWords(props: { mine: FilmValues; theirs: FilmValues; onMine: () => void; onTheirs: () => void }) {
  const { mine, theirs } = props;
  const differing = (Object.keys(FIELD_NAMES) as (keyof FilmValues)[]).filter((name) => mine[name] !== theirs[name]);
  return (
    <div role="alert" className="border-l-2 border-lost pl-4">
      <p className="text-16">
        Somebody else changed this film while you typed. Nothing of yours is lost, or saved yet.
      </p>
      <dl className="mt-3 grid gap-2 text-14">
        {differing.map((name) => (
          <div key={name}>
            <dt className="text-quiet">{FIELD_NAMES[name]}, as it stands now</dt>
            <dd className="line-clamp-3 whitespace-pre-line">{theirs[name] || '(empty)'}</dd>
          </div>
        ))}
      </dl>
      <div className="mt-4 flex flex-wrap gap-3">
        <button type="button" className="control" onClick={props.onMine}>
          Save mine over it
        </button>
        <button type="button" className="control" onClick={props.onTheirs}>
          Take what stands now
        </button>
      </div>
    </div>
  );
}
