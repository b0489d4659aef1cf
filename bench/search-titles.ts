/** What is typed to find a title, and in which way it differs from it. */
export interface Question {
  kind: 'exact' | 'prefix' | 'typo' | 'accents' | 'swapped words';
  text: string;
  title: string;
}

const KINDS: Question['kind'][] = ['exact', 'prefix', 'typo', 'accents', 'swapped words'];
const ENDS = [
  'Returns',
  'Part II',
  'The Beginning',
  'Reloaded',
  'Forever',
  'in Paris',
  'at Dawn',
  'Redux',
  'Revisited',
];
const MIDDLES = ['of the', 'and the', 'in', 'without', 'beyond the', 'against', 'for a'];
const ACCENTS: Record<string, string> = { a: 'á', e: 'é', i: 'ï', o: 'ö', u: 'û', n: 'ñ', c: 'ç' };
const SYLLABLES = [
  'ka',
  'lo',
  'mer',
  'tin',
  'sa',
  'vor',
  'el',
  'dra',
  'pin',
  'gu',
  'ros',
  'ne',
  'fi',
  'bal',
  'ost',
  'un',
];
const INVENTED_WORDS = 4000;
const LEAST_TYPED = 3;

/** Numbers in `[0, 1)` that are the same at every run (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes as many different titles as are wanted, first the names themselves and then what can be made of their words. */
export function titlesFrom(names: string[], count: number, next: () => number): string[] {
  const sources = names.length > 0 ? names : inventedNames(next);
  const words = [...new Set(sources.flatMap((name) => name.split(' ')))].filter((word) => /^\p{L}{3,}$/u.test(word));
  const titles = new Set(names.slice(0, count));
  while (titles.size < count) {
    const base = pick(sources, next);
    const shape = next();
    if (shape < 0.35) titles.add(`${base} ${pick(ENDS, next)} ${pick(words, next)}`);
    else if (shape < 0.7) titles.add(`${pick(words, next)} ${pick(MIDDLES, next)} ${pick(words, next)}`);
    else if (shape < 0.85) titles.add(`The ${pick(words, next)} ${pick(words, next)}`);
    else titles.add(accented(`${base} ${pick(MIDDLES, next)} ${pick(words, next)}`, next));
  }
  return [...titles];
}

/** Questions of all kinds in turn, each about a title that can be asked for in that way. */
export function questionsOf(titles: string[], count: number, next: () => number): Question[] {
  const questions: Question[] = [];
  while (questions.length < count) {
    const kind = KINDS[questions.length % KINDS.length] as Question['kind'];
    const title = pick(titles, next);
    const text = typed(kind, title, next);
    if (text !== null && text.trim().length >= LEAST_TYPED) questions.push({ kind, text, title });
  }
  return questions;
}

function typed(kind: Question['kind'], title: string, next: () => number): string | null {
  switch (kind) {
    case 'exact':
      return title;
    case 'prefix':
      return title.slice(0, Math.max(LEAST_TYPED, Math.ceil(title.length * (0.5 + next() * 0.4)))).toLowerCase();
    case 'typo':
      return withTypo(title, next);
    case 'accents': {
      const other = accented(title, next);
      return other === title ? null : other;
    }
    case 'swapped words': {
      const words = title.split(' ');
      return words.length < 2 ? null : [...words.slice(1), words[0]].join(' ').toLowerCase();
    }
  }
}

/** One letter of a longer word left out, doubled, changed, or swapped with the next. */
function withTypo(title: string, next: () => number): string | null {
  const words = title.split(' ');
  const long = words.flatMap((word, i) => (/^\p{L}{5,}$/u.test(word) ? [i] : []));
  if (long.length === 0) return null;
  const at = pick(long, next);
  const word = words[at] as string;
  const i = 1 + Math.floor(next() * (word.length - 2));
  words[at] = pick(
    [
      word.slice(0, i) + word.slice(i + 1),
      word.slice(0, i) + word[i] + word.slice(i),
      `${word.slice(0, i)}x${word.slice(i + 1)}`,
      word.slice(0, i) + word[i + 1] + word[i] + word.slice(i + 2),
    ],
    next,
  );
  return words.join(' ').toLowerCase();
}

function accented(text: string, next: () => number): string {
  return text.replace(/[aeiounc]/g, (letter) => (next() < 0.4 ? (ACCENTS[letter] ?? letter) : letter));
}

function inventedNames(next: () => number): string[] {
  const word = () => {
    const text = Array.from({ length: 2 + Math.floor(next() * 3) }, () => pick(SYLLABLES, next)).join('');
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  };
  return Array.from({ length: INVENTED_WORDS }, () => `${word()} ${word()}`);
}

function pick<T>(list: T[], next: () => number): T {
  return list[Math.floor(next() * list.length)] as T;
}
