import Link from 'next/link';
import type { ReactNode } from 'react';

/** A part of the dashboard under its heading, with the way to the page that knows more. */
export function Section(props: {
  id: string;
  title: string;
  more?: { href: string; name: string };
  children: ReactNode;
}) {
  return (
    <section aria-labelledby={props.id} className="min-w-0 border-t border-line pt-5 pb-10">
      <div className="flex min-h-11 flex-wrap items-center justify-between gap-x-4">
        <h2 id={props.id} className="display text-20">
          {props.title}
        </h2>
        {props.more && (
          <Link
            href={props.more.href}
            className="inline-flex min-h-11 items-center text-14 text-quiet underline underline-offset-4 hover:text-ink"
          >
            {props.more.name}
          </Link>
        )}
      </div>
      {props.children}
    </section>
  );
}
