import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';

/**
 * A list that goes on beyond the edge of the window. Its links are reached by Tab, and by arrow keys where the page has
 * `RowKeys`; a mouse gets buttons, a finger needs none.
 */
export function Row(props: { id: string; heading: string; more?: ReactNode; children: ReactNode }) {
  return (
    <section aria-labelledby={props.id} className="group/row row-frame relative">
      <div className="edge flex items-baseline justify-between gap-4">
        <h2 id={props.id} className="display text-20 sm:text-28">
          {props.heading}
        </h2>
        {props.more}
      </div>
      <div className="relative">
        <ul data-row className="row-list edge">
          {props.children}
        </ul>
        <ScrollButton to="-1" />
        <ScrollButton to="1" />
      </div>
    </section>
  );
}

/** For mice alone: keys and fingers move the list itself. */
function ScrollButton({ to }: { to: '-1' | '1' }) {
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-hidden
      data-scroll={to}
      className={`row-button ${to === '1' ? 'right-0' : 'left-0'}`}
    >
      {to === '1' ? <ChevronRight size={28} /> : <ChevronLeft size={28} />}
    </button>
  );
}
