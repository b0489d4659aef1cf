import { z } from 'zod';
import { VISIBILITIES, type Visibility } from './movie.ts';

/** Highest rungs that new films can be held to, in pixels. */
export const RUNG_CAPS: readonly number[] = [2160, 1440, 1080, 720, 480];
/** Who finds a film that was just uploaded; a time to be scheduled for is nobody's to guess. */
export const NEW_FILM_VISIBILITIES: readonly Visibility[] = VISIBILITIES.filter((each) => each !== 'scheduled');
const LONGEST_NAME = 40;

/** What admins change while the house runs. Where it is null, the environment decides. */
export interface HouseSettings {
  /** What the house is called, in its header and in titles. */
  houseName: string;
  /** Whether anybody may ask for an account, or those alone who are invited. */
  signUp: 'open' | 'closed' | null;
  /** Highest rung of films that are uploaded or made again from now on. */
  maxRungPx: number | null;
  newFilmVisibility: Visibility;
}

/** The settings with a number that each change raises (compare-and-set); 0 when nobody ever changed them. */
export interface StoredSettings {
  version: number;
  values: HouseSettings;
}

const FIELDS = {
  houseName: z.string().trim().min(1).max(LONGEST_NAME),
  signUp: z.enum(['open', 'closed']).nullable(),
  maxRungPx: z.literal([...RUNG_CAPS]).nullable(),
  newFilmVisibility: z.literal([...NEW_FILM_VISIBILITIES]),
};

export const houseSettings = z.object(FIELDS);

const UNCHANGED: HouseSettings = {
  houseName: 'Marquee',
  signUp: null,
  maxRungPx: null,
  newFilmVisibility: 'published',
};

/** Reads what a store keeps, by whatever version it was written: a field that makes no sense is as nobody changed it. */
export function completeSettings(stored: Record<string, unknown>): HouseSettings {
  const values: Record<string, unknown> = { ...UNCHANGED };
  for (const [name, schema] of Object.entries(FIELDS)) {
    const read = schema.safeParse(stored[name]);
    if (read.success) values[name] = read.data;
  }
  return values as unknown as HouseSettings;
}
