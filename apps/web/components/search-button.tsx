'use client';

import { Search } from 'lucide-react';
import { openPalette } from './palette-events.ts';

/** Opens the command palette for those who do not know Ctrl K; without scripts, and in a new tab, the search page. */
export function SearchButton() {
  return (
    <a
      href="/search"
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        openPalette();
      }}
      className="control control-bare px-3"
      aria-label="Find a film or a page"
      aria-keyshortcuts="Control+K Meta+K"
      title="Find a film or a page (Ctrl K)"
    >
      <Search size={20} aria-hidden />
    </a>
  );
}
