import { languageName } from './language-name.ts';

/** What a sound track is called in a menu: its language, and its own name where that says more. */
export function audioName(language: string, name: string): string {
  if (language === '' || language === 'und') return name || 'Original';
  const spoken = languageName(language);
  return name === '' || name.startsWith(spoken) ? name || spoken : `${spoken}: ${name}`;
}
