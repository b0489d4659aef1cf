import Link from 'next/link';
import type { FoundMoment } from '../../server/moments.ts';
import type { SaidAnswer } from '../../server/search.ts';
import { formatLength } from '../../view/format.ts';
import { languageName } from '../../view/language-name.ts';
import { MarkedText } from '../marked-text.tsx';
import { StillPicture } from '../still-picture.tsx';

const FRAME = 'aspect-video w-28 shrink-0 outline-line group-hover:outline-2 group-hover:outline-line-strong sm:w-40';

const KIND_WORDS = { letters: 'Stands in the picture', seen: 'Seen in the picture' };

/**
 * Lines of films with what was looked for marked, and what is seen then; each opens the film where it is said.
 *
 * @param props.more address of all lines, where these are the first
 */
export function MomentList({ moments, more }: { moments: FoundMoment[]; more: string | null }) {
  return (
    <section aria-labelledby="said">
      <div className="mb-4 flex items-baseline justify-between gap-4">
        <h2 id="said" className="display text-20 sm:text-28">
          {moments.some(({ kind }) => kind !== 'said') ? 'Said and seen in films' : 'Said in films'}
        </h2>
        {more && (
          <Link href={more} prefetch={false} className="control control-bare px-3 text-quiet hover:text-ink">
            Only lines
          </Link>
        )}
      </div>
      <ul className="grid grid-cols-1 gap-x-8 gap-y-5 lg:grid-cols-2">
        {moments.map(({ title, kind, language, startSec, frame, parts }) => {
          const atSec = Math.floor(startSec);
          return (
            <li key={`${title.id} ${kind} ${language} ${startSec}`}>
              <Link
                href={`/watch/${title.id}${atSec > 0 ? `?t=${atSec}` : ''}`}
                prefetch={false}
                className="group flex min-h-11 items-start gap-4"
              >
                {frame ? (
                  <div className={`still ${FRAME}`}>
                    {/* biome-ignore lint/performance/noImgElement: frames are cut by a route of ours, with addresses that never change. */}
                    <img
                      src={frame}
                      width={320}
                      height={180}
                      alt=""
                      loading="lazy"
                      decoding="async"
                      className="size-full object-cover"
                    />
                  </div>
                ) : (
                  <StillPicture still={title.still} preview={title.preview} sizes="160px" className={FRAME} />
                )}
                <span className="min-w-0">
                  <span lang={language === 'und' ? undefined : language} className="block text-16 leading-snug">
                    <MarkedText parts={parts} />
                  </span>
                  {kind !== 'said' && <span className="mt-1 block text-14 text-quiet">{KIND_WORDS[kind]}</span>}
                  <span className="mt-1 block text-14 text-quiet">
                    {title.title}, <span className="figures">{formatLength(atSec)}</span>
                  </span>
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Narrows lines down to one film, or to one language, where there are several. */
export function SaidFilters(props: {
  text: string;
  said: SaidAnswer;
  narrowed: { movieId: string | undefined; language: string | undefined };
}) {
  const { text, said, narrowed } = props;
  const path = (film: string | undefined, language: string | undefined) =>
    `/search?${new URLSearchParams({ q: text, kind: 'said', ...(film && { film }), ...(language && { language }) })}`;
  const films = [{ id: undefined, title: 'All films' }, ...said.films];
  const languages = [
    { language: undefined, name: 'All languages' },
    ...said.languages.map((language) => ({ language, name: languageName(language) })),
  ];
  return (
    <div className="-mt-4 -ml-3">
      {said.films.length > 1 && (
        <nav aria-label="Films" className="flex flex-wrap" data-row>
          {films.map(({ id, title }) => (
            <Narrow key={id ?? ''} href={path(id, narrowed.language)} name={title} isOn={id === narrowed.movieId} />
          ))}
        </nav>
      )}
      {said.languages.length > 1 && (
        <nav aria-label="Languages" className="flex flex-wrap" data-row>
          {languages.map(({ language, name }) => (
            <Narrow
              key={language ?? ''}
              href={path(narrowed.movieId, language)}
              name={name}
              isOn={language === narrowed.language}
            />
          ))}
        </nav>
      )}
    </div>
  );
}

function Narrow({ href, name, isOn }: { href: string; name: string; isOn: boolean }) {
  return (
    <Link
      href={href}
      prefetch={false}
      scroll={false}
      aria-current={isOn ? 'page' : undefined}
      className={`control control-bare max-w-full px-3 text-14 ${isOn ? 'underline decoration-bulb decoration-2 underline-offset-8' : 'text-quiet hover:text-ink'}`}
    >
      <span className="truncate">{name}</span>
    </Link>
  );
}
