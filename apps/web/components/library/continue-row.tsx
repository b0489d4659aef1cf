import Link from 'next/link';
import type { ShelfPage } from '../../server/library.ts';
import { Row } from '../row.tsx';
import { ShelfCard } from './shelf-card.tsx';

/** What a viewer has begun, before everything else. */
export function ContinueRow({ shelf }: { shelf: ShelfPage }) {
  if (shelf.items.length === 0) return null;
  return (
    <Row
      id="continue"
      heading="Continue watching"
      more={
        <Link
          href="/library"
          className="inline-flex min-h-11 items-center text-14 text-quiet underline-offset-4 hover:text-ink hover:underline"
        >
          Your list
        </Link>
      }
    >
      {shelf.items.map((item) => (
        <li key={item.entry.title} className="w-60 sm:w-80">
          <ShelfCard item={item} goesOn />
        </li>
      ))}
    </Row>
  );
}
