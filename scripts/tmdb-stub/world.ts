import { Dice } from './dice.ts';

/** An invented world of films, series and people: none of them is real, and all are the same in every run. */

export interface Human {
  id: number;
  name: string;
  department: string;
  popularity: number;
  profile: string | null;
  birthday: string | null;
  deathday: string | null;
  birthplace: string | null;
}

export interface Part {
  human: Human;
  /** Whom they play, or what they do. */
  as: string;
  department: string;
  episodes: number;
}

export interface Title {
  kind: 'movie' | 'tv';
  id: number;
  name: string;
  overview: string;
  tagline: string;
  /** Empty while unknown, as TMDB has it. */
  date: string;
  genres: { id: number; name: string }[];
  popularity: number;
  votes: { average: number; count: number };
  poster: string | null;
  backdrop: string | null;
  minutes: number;
  certificate: string;
  cast: Part[];
  crew: Part[];
  /** Episodes of each season; of films none. Season 0 has specials. */
  seasons: { number: number; date: string; episodes: number }[];
}

const FILMS = 360;
const SERIES = 120;
const PEOPLE = 420;
const GENRES = [
  { id: 28, name: 'Action' },
  { id: 12, name: 'Adventure' },
  { id: 35, name: 'Comedy' },
  { id: 80, name: 'Crime' },
  { id: 99, name: 'Documentary' },
  { id: 18, name: 'Drama' },
  { id: 14, name: 'Fantasy' },
  { id: 9648, name: 'Mystery' },
  { id: 878, name: 'Science Fiction' },
  { id: 53, name: 'Thriller' },
];
const JOBS = [
  ['Director', 'Directing'],
  ['Screenplay', 'Writing'],
  ['Original Music Composer', 'Sound'],
  ['Director of Photography', 'Camera'],
  ['Editor', 'Editing'],
  ['Casting', 'Production'],
  ['Producer', 'Production'],
] as const;
const ADJECTIVES =
  'Amber Borrowed Crooked Distant Electric Forgotten Gentle Hollow Idle Last Midnight Paper Quiet Restless Salt Tin Unlikely Velvet Winter Yellow'.split(
    ' ',
  );
const NOUNS =
  'Archive Beekeeper Cartographer Ferry Glacier Harbour Island Juggler Kite Lantern Meadow Nightingale Orchard Pendulum Quarry River Sextant Tailor Umbrella Violinist Weathervane'.split(
    ' ',
  );
const PLACES =
  'Brunnwald Calderó Dunmarrow Éstavel Fjærholm Gråvik Halloway Iskendra Jorvale Kestrelbury Límar Marrowby Nørhaven Ostvale Pellworth'.split(
    ' ',
  );
const FIRST =
  'Ada Bruno Celeste Dmitri Elif Fabian Greta Hugo Inés Jonas Kaia Léon Mira Noor Otto Petra Quentin Rosa Søren Tilda Uma Viggo Wanda Ximena Yusuf Zora'.split(
    ' ',
  );
const LAST_BEGINS = 'Aber Bell Corn Dray Ems Fen Gar Holm Ister Kal Lind Mor'.split(' ');
const LAST_ENDS = 'acre by dottir field gaard inski low mere nova quist stone wick'.split(' ');
const HEROES =
  'a lighthouse keeper|two rival clockmakers|a retired spy|the last projectionist in town|three sisters|a courier who could not lie|an apprentice cook|a village choir'.split(
    '|',
  );
const DEEDS =
  'found a map that showed tomorrow|had one night to bring a piano across the mountains|took in a stranger who knew every name|learned that the sea was leaving|answered a letter sent forty years before|had to win back the family ferry'.split(
    '|',
  );
const PRICES =
  'Nobody told them what it would cost.|It begins as a joke and ends at dawn.|Before winter, everything will have changed hands.|Some doors open only from the outside.'.split(
    '|',
  );
const PARTS = ['Captain', 'Doctor', 'Aunt', 'Old', 'Little', 'Inspector'];

export interface World {
  titles: Title[];
  people: Human[];
}

export function inventWorld(): World {
  const people = Array.from({ length: PEOPLE }, (_, i) => human(100 + i));
  const names = new Set<string>();
  const titles = [
    ...Array.from({ length: FILMS }, (_, i) => title('movie', 1000 + i, people, names)),
    ...Array.from({ length: SERIES }, (_, i) => title('tv', 5000 + i, people, names)),
  ];
  return { titles, people };
}

function human(id: number): Human {
  const dice = new Dice(`person ${id}`);
  const isPlayer = id % 4 !== 0;
  const born = dice.between(1931, 2004);
  return {
    id,
    name: `${dice.pick(FIRST)} ${dice.pick(LAST_BEGINS)}${dice.pick(LAST_ENDS)}`,
    department: isPlayer ? 'Acting' : dice.pick(JOBS)[1],
    popularity: round(dice.share() * 40),
    profile: dice.once(6) ? null : `/f${dice.code(12)}.jpg`,
    birthday: dice.once(7) ? null : day(dice, born),
    deathday: born < 1950 && dice.once(3) ? day(dice, dice.between(2005, 2024)) : null,
    birthplace: dice.once(5) ? null : dice.pick(PLACES),
  };
}

function title(kind: 'movie' | 'tv', id: number, people: Human[], names: Set<string>): Title {
  const dice = new Dice(`${kind} ${id}`);
  let name = invented(dice);
  while (names.has(name)) name = `${invented(dice)} ${dice.pick(['Again', 'Returns', 'II', 'at Sea'])}`;
  names.add(name);
  const players = people.filter((one) => one.department === 'Acting');
  const makers = people.filter((one) => one.department !== 'Acting');
  const year = dice.between(1948, 2026);
  const date = dice.once(29) ? '' : day(dice, year);
  const seasons =
    kind === 'movie'
      ? []
      : Array.from({ length: dice.between(1, 5) }, (_, i) => ({
          number: i + 1,
          date: date && day(dice, year + i),
          episodes: dice.between(4, 12),
        }));
  if (kind === 'tv' && dice.once(4)) seasons.unshift({ number: 0, date: '', episodes: 2 });
  const episodes = seasons.reduce((sum, season) => sum + season.episodes, 0);
  return {
    kind,
    id,
    name,
    overview: dice.once(23)
      ? ''
      : `In ${dice.pick(PLACES)} ${dice.pick(HEROES)} ${dice.pick(DEEDS)}. ${dice.pick(PRICES)}`,
    tagline: dice.once(3) ? '' : dice.pick(PRICES),
    date,
    genres: dice.some(GENRES, dice.between(1, 3)),
    popularity: round(dice.share() ** 4 * 900),
    votes: dice.once(20)
      ? { average: 0, count: 0 }
      : { average: round(4 + dice.share() * 5), count: dice.between(3, 20_000) },
    poster: dice.once(17) ? null : `/p${dice.code(12)}.jpg`,
    backdrop: dice.once(11) ? null : `/b${dice.code(12)}.jpg`,
    minutes: kind === 'movie' ? dice.between(71, 178) : dice.between(22, 62),
    certificate: dice.pick(kind === 'movie' ? ['G', 'PG', 'PG-13', 'R', ''] : ['TV-Y7', 'TV-PG', 'TV-14', 'TV-MA', '']),
    cast: dice.some(players, dice.between(5, 26)).map((one, i) => ({
      human: one,
      as: i > 20 ? '' : `${dice.pick(PARTS)} ${dice.pick(FIRST)}`,
      department: 'Acting',
      episodes: kind === 'tv' ? dice.between(1, episodes) : 0,
    })),
    crew: dice.some(makers, JOBS.length).map((one, i) => ({
      human: one,
      as: JOBS[i]?.[0] ?? 'Producer',
      department: JOBS[i]?.[1] ?? 'Production',
      episodes: kind === 'tv' ? dice.between(1, episodes) : 0,
    })),
    seasons,
  };
}

function invented(dice: Dice): string {
  const [adjective, noun, other] = [dice.pick(ADJECTIVES), dice.pick(NOUNS), dice.pick(NOUNS)];
  return dice.pick([
    `The ${adjective} ${noun}`,
    `${noun} of ${dice.pick(PLACES)}`,
    `${adjective} ${noun}`,
    `The ${noun} and the ${other === noun ? 'Sea' : other}`,
    `${dice.pick(FIRST)}’s ${noun}`,
    `One ${noun} for ${dice.pick(FIRST)}`,
    `Before the ${noun}`,
  ]);
}

function day(dice: Dice, year: number): string {
  const two = (number: number) => `${number}`.padStart(2, '0');
  return `${year}-${two(dice.between(1, 12))}-${two(dice.between(1, 28))}`;
}

/** To three digits, as TMDB gives votes. */
export function round(number: number): number {
  return Math.round(number * 1000) / 1000;
}
