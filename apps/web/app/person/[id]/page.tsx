import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { CatalogueAway } from '../../../components/catalogue/away.tsx';
import { gradientOf, TitleCard } from '../../../components/catalogue/cards.tsx';
import { CataloguePicture } from '../../../components/catalogue/catalogue-picture.tsx';
import { SiteHeader } from '../../../components/site-header.tsx';
import { readPerson } from '../../../server/catalogue.ts';
import { placeholdersOf } from '../../../server/placeholders.ts';
import { idOf, initialsOf, lifeOf, pictureOf, shorten } from '../../../view/catalogue-words.ts';

/** A biography longer than this, in characters, is opened on request. */
const LONG_CHARS = 900;

type Props = { params: Promise<{ id: string }> };

async function told({ params }: Props) {
  const number = idOf((await params).id);
  if (number === null) notFound();
  return readPerson(number);
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const answer = await told(props);
  if (answer.state === 'away') return { title: 'Away' };
  const person = answer.value;
  if (person === null) notFound();
  const description = shorten(person.biography || person.knownFor.join(', '), 160);
  return {
    title: person.name,
    description,
    openGraph: {
      title: person.name,
      description,
      type: 'profile',
      images: person.portrait === null ? [] : [pictureOf(person.portrait, 'h632')],
    },
  };
}

export default async function PersonPage(props: Props) {
  const answer = await told(props);
  if (answer.state === 'away') return <CatalogueAway path={`/person/${(await props.params).id}`} />;
  const person = answer.value;
  if (person === null) notFound();
  const placeholders = await placeholdersOf([
    { address: person.portrait, shape: 'portrait' },
    ...person.credits.map(({ poster }) => ({ address: poster, shape: 'poster' as const })),
  ]);
  const life = lifeOf(person);
  return (
    <div className="min-h-dvh">
      <SiteHeader />
      <main id="content" className="edge pt-8 pb-24 sm:pt-12">
        <div className="flex flex-col gap-6 sm:flex-row sm:gap-10">
          <CataloguePicture
            address={person.portrait}
            shape="portrait"
            placeholder={gradientOf(placeholders, person.portrait)}
            widthPx={250}
            alt={`Portrait of ${person.name}`}
            standIn={initialsOf(person.name)}
            first
            className="w-32 shrink-0 self-start sm:w-48 lg:w-64"
          />
          <div className="min-w-0">
            <h1 className="display text-40 lg:text-64">{person.name}</h1>
            {life && <p className="figures mt-3 text-16 text-quiet">{life}</p>}
            <Biography text={person.biography} />
          </div>
        </div>
        {person.credits.length > 0 && (
          <section aria-labelledby="credits" className="mt-14">
            <h2 id="credits" className="display text-20 sm:text-28">
              Known for
            </h2>
            <ul className="mt-5 grid grid-cols-2 gap-x-4 gap-y-8 min-[30rem]:grid-cols-3 md:grid-cols-4 lg:grid-cols-6 xl:grid-cols-7">
              {person.credits.map((credit) => (
                <li key={`${credit.kind}-${credit.tmdbId}`}>
                  <TitleCard
                    card={credit}
                    placeholders={placeholders}
                    note={[credit.year, credit.role].filter(Boolean).join(' · ')}
                  />
                </li>
              ))}
            </ul>
          </section>
        )}
      </main>
    </div>
  );
}

function Biography({ text }: { text: string }) {
  if (text === '') return <p className="mt-5 text-16 text-quiet">Nobody has written this life down yet.</p>;
  const paragraphs = text.split(/\n+/).filter((paragraph) => paragraph.trim() !== '');
  // At least one stays, however long it is.
  let shown = 0;
  for (let chars = 0; shown < paragraphs.length && (shown === 0 || chars < LONG_CHARS); shown++)
    chars += paragraphs[shown]?.length ?? 0;
  return (
    <div className="mt-5 max-w-[68ch] space-y-4 text-16">
      {paragraphs.slice(0, shown).map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
      {shown < paragraphs.length && (
        <details className="space-y-4">
          <summary className="inline-flex min-h-11 items-center text-quiet hover:text-ink">The rest of it</summary>
          {paragraphs.slice(shown).map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </details>
      )}
    </div>
  );
}
