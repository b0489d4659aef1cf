export const THEME_COOKIE = 'marquee-theme';

export type Theme = 'evening' | 'matinee';

/** Evening unless Matinee was chosen: a cinema is dark. */
export function readTheme(cookie: string | undefined): Theme {
  return cookie === 'matinee' ? 'matinee' : 'evening';
}
