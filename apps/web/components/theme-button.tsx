'use client';

import { SunMoon } from 'lucide-react';
import { switchTheme } from './theme.ts';

/** Switches between Evening and Matinee. */
export function ThemeButton() {
  return (
    <button
      type="button"
      onClick={switchTheme}
      className="control control-bare px-3"
      aria-label="Switch between Evening and Matinee"
      title="Evening or Matinee"
    >
      <SunMoon size={20} aria-hidden />
    </button>
  );
}
