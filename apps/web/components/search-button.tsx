'use client';

import { Search } from 'lucide-react';
import { openPalette } from './palette-events.ts';

/** Opens the command palette for those who do not know Ctrl K. */
export function SearchButton() {
  return (
    <button
      type="button"
      onClick={openPalette}
      className="control control-bare px-3"
      aria-label="Find a film or a page"
      aria-keyshortcuts="Control+K Meta+K"
      title="Find a film or a page (Ctrl K)"
    >
      <Search size={20} aria-hidden />
    </button>
  );
}
