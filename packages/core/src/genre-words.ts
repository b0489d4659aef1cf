import { GENRES, type Genre } from './description.ts';
import { primaryOf } from './stop-words.ts';

/** English words by which people in films give their genre away. A word ends in `*` where any ending will do. */
const LISTS: Partial<Record<Genre, string>> = {
  Action: `ambush bomb* bulletproof chopper detonat* explo* explosives grenade* gunfire hostage* mission shootout sniper*
    target* weapon*`,
  Adventure: `compass expedition explorer* harbor harbour horizon island jungle map maps pirate* quest sail* ship
    shipwreck* treasure voyage* wilderness`,
  Comedy: `awkward banana clown* embarrass* funny goofy hilarious idiot* joke* kidding laugh* moron prank* ridiculous
    silly spinach weirdo*`,
  Crime: `alibi* arrest* bail burglar* cartel cop cops crime* criminal* detective* evidence fingerprint* gangster* heist
    inmate* jail killer* lawyer mob murder* parole police precinct prison robber* steal* thief thieves warden witness*`,
  Documentary: `agency astronaut* century climate data decade* discover* engineer* experiment* flight* footage interview*
    launch* observ* program research* satellite* scien* species survey* technolog* telescope*`,
  Family: `bedtime birthday bunny candy christmas daddy grandma grandpa kitten* mommy playground puppy puppies santa toy
    toys`,
  Fantasy: `curse* dragon* dwarf dwarves elf elves enchant* fairy kingdom magic* potion* prophecy sorcer* spell* sword*
    throne unicorn* wand witch* wizard*`,
  History: `ancient army century colon* constitution crown dynasty emperor empire independence king liberty majesty nation*
    parliament peasant* president queen rebellion republic revolution* senator* throne treaty`,
  Horror: `blood* buried cemetery coffin* corpse* creature* curse* demon* devil evil exorcis* ghost* grave* haunt* monster*
    possess* scream* undead vampire* werewol* zombie*`,
  Music: `album audition* band bands choir chord* concert* drummer guitar* lyric* melod* musician* orchestra piano
    rehears* singer* song* stage symphon* violin*`,
  Mystery: `clue* conceal* disappear* disguise* hidden investigat* mysterious mystery puzzle* riddle* secret* suspect*
    suspicious vanish*`,
  Romance: `beloved bride darling date divorce* engaged flowers groom heart honeymoon jealous kiss* lover* marriage
    marry married romantic sweetheart valentine* wedding*`,
  'Science Fiction': `alien* android* asteroid* astronaut* clone* cosmos cyborg* galax* hologram* interstellar laser* mars
    mutant* orbit* planet* quantum reactor robot* rocket* satellite* space* spacecraft spaceship* starship* telescope*
    universe`,
  Thriller: `assassin* blackmail* bomb* conspir* double-cross* hostage* kidnap* murder* ransom spy spies stalk* surveillance
    terroris* traitor* undercover`,
  War: `airstrike* allied armies army artillery battalion* battle* bomber* captain casualt* colonel enemy front general
    infantry lieutenant* military platoon* regiment* sergeant soldier* squadron* submarine* tank tanks trench* troops war
    wars`,
  Western: `cattle cavalry corral cowboy* deputy gunslinger* horse horses lasso marshal outlaw* posse ranch* rodeo saloon*
    sheriff* stagecoach* wagon*`,
};

const PATTERNS: [Genre, RegExp][] = GENRES.flatMap((genre) => {
  const list = LISTS[genre];
  if (!list) return [];
  const words = list.split(/\s+/).map((word) => word.replace('*', "[\\p{L}'-]*"));
  return [[genre, new RegExp(`^(?:${words.join('|')})$`, 'u')] as [Genre, RegExp]];
});

/** One word may be there by chance, and one said again and again is a name. */
const LEAST_DIFFERENT = 3;
/** Of a thousand words that are said, how many at least. */
const LEAST_IN_1000 = 6;
const MOST = 2;

/**
 * Genres by the words that are said in a film, the likeliest first. Different words count, and how often they are said
 * only by its logarithm.
 *
 * @param words in small letters
 * @returns null where the language has no list
 */
export function genresByWords(words: readonly string[], language: string | null): Genre[] | null {
  if (primaryOf(language) !== 'en') return null;
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const found = PATTERNS.flatMap(([genre, pattern]) => {
    const hits = [...counts].filter(([word]) => pattern.test(word)).map(([, count]) => count);
    const said = hits.reduce((sum, count) => sum + count, 0);
    if (hits.length < LEAST_DIFFERENT || said * 1000 < words.length * LEAST_IN_1000) return [];
    return [{ genre, score: hits.reduce((sum, count) => sum + 1 + Math.log(count), 0) }];
  });
  return found
    .sort((a, b) => b.score - a.score)
    .filter(({ score }) => score >= (found[0]?.score ?? 0) / 2)
    .slice(0, MOST)
    .map(({ genre }) => genre);
}
