import Link from 'next/link';
import type { FoundMoment } from '../../server/moments.ts';
import { formatLength } from '../../view/format.ts';
import { StillPicture } from '../still-picture.tsx';

/** Lines of films with what was looked for marked; each opens the film where it is said. */
export function MomentList({ moments }: { moments: FoundMoment[] }) {
  return (
    <section aria-labelledby="said">
      <h2 id="said" className="display mb-4 text-20 sm:text-28">
        Said in films
      </h2>
      <ul className="grid gap-x-8 gap-y-5 lg:grid-cols-2">
        {moments.map(({ title, language, startSec, parts }) => {
          const atSec = Math.floor(startSec);
          return (
            <li key={`${title.id} ${language} ${startSec}`}>
              <Link
                href={`/watch/${title.id}${atSec > 0 ? `?t=${atSec}` : ''}`}
                prefetch={false}
                className="group flex min-h-11 items-start gap-4"
              >
                <StillPicture
                  still={title.still}
                  preview={title.preview}
                  sizes="160px"
                  className="aspect-video w-28 shrink-0 outline-line group-hover:outline-2 group-hover:outline-line-strong sm:w-40"
                />
                <span className="min-w-0">
                  <span lang={language === 'und' ? undefined : language} className="block text-16 leading-snug">
                    {parts.map(({ at, text, isMatch }) =>
                      isMatch ? (
                        <mark key={at} className="bg-bulb text-on-bulb">
                          {text}
                        </mark>
                      ) : (
                        <span key={at}>{text}</span>
                      ),
                    )}
                  </span>
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
