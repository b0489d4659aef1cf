import { THEME_COOKIE, type Theme } from '../view/theme.ts';

const YEAR_SEC = 365 * 24 * 3600;

/** Changes to the other theme at once and remembers it for the next visit. */
export function switchTheme(): void {
  const root = document.documentElement;
  const next: Theme = root.dataset.theme === 'matinee' ? 'evening' : 'matinee';
  root.dataset.theme = next;
  // biome-ignore lint/suspicious/noDocumentCookie: the server reads it; the Cookie Store API is not everywhere yet.
  document.cookie = `${THEME_COOKIE}=${next}; path=/; max-age=${YEAR_SEC}; samesite=lax`;
}
