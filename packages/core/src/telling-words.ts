/** Words of a title, at most. */
const MOST_WORDS = 2;
/** A second word is worth this share of the first, or the first stands alone. */
const SECOND_SHARE = 0.4;
/** Shorter ones tell little. */
const SHORTEST = 4;
/** What everybody says in English, and what is said of nothing in particular. */
const COMMON = new Set(
  `about after again against almost also always another anybody anything around away back because been before being
  better between both bring came cannot come could does doing done dont down each else enough even ever every everything
  feel find first from gave getting give gone gonna good great have having hear heard hello help here herself himself
  however into isnt itself just keep knew know last least leave less like little long look looking made make many maybe
  mean might mine more most much must myself need never next nothing okay once only other ours over part perhaps please
  possible quite rather really right said same says seem seen shall should since some somebody someone something soon
  still stop such sure take talk tell than thank thanks that their them then there these they thing things think this
  those though thought through till time today together told tomorrow took toward trying under until upon very wait want
  wanted watch well went were what whatever when where which while whom whose will with within without would yeah years
  yesterday your yours yourself able ask`.split(/\s+/),
);

/**
 * The words by which parts of a film can be told apart: said often there, and hardly elsewhere.
 *
 * @param parts what is said in each
 * @returns a title for each, in the words' own spelling; empty where nothing tells it apart
 */
export function tellingWords(parts: readonly (readonly string[])[]): string[] {
  const counts = parts.map((lines) => countWords(lines.join('\n')));
  const within = new Map<string, number>();
  for (const words of counts) for (const word of words.keys()) within.set(word, (within.get(word) ?? 0) + 1);
  return counts.map((words) => {
    const ranked = [...words]
      .map(([word, { count, spelling }]) => ({
        spelling,
        // A name is said with a capital in the middle of sentences, and tells most.
        worth: count * Math.log((1 + parts.length) / (within.get(word) as number)) * (isName(spelling) ? 1.5 : 1),
        length: word.length,
      }))
      .filter(({ worth }) => worth > 0)
      .sort((a, b) => b.worth - a.worth || b.length - a.length || (a.spelling < b.spelling ? -1 : 1));
    const least = (ranked[0]?.worth ?? 0) * SECOND_SHARE;
    const title = ranked
      .slice(0, MOST_WORDS)
      .filter(({ worth }) => worth >= least)
      .map(({ spelling }) => spelling);
    return title.map((word, i) => (i === 0 ? word.charAt(0).toUpperCase() + word.slice(1) : word)).join(', ');
  });
}

function isName(spelling: string): boolean {
  return spelling !== spelling.toLowerCase();
}

function countWords(text: string): Map<string, { count: number; spelling: string }> {
  const found = new Map<string, { count: number; spelling: string }>();
  for (const match of text.matchAll(/[\p{L}\p{M}'’]+/gu)) {
    const spelling = match[0].replace(/['’]s?$|^['’]/g, '');
    const word = spelling.toLowerCase();
    if (word.length < SHORTEST || COMMON.has(word.replace(/['’]/g, ''))) continue;
    const known = found.get(word);
    // Whoever begins a sentence has a capital for that alone.
    const isOpening = /(^|[.!?…]["”»]?\s+|\n|^["“«-]\s*)$/u.test(text.slice(0, match.index));
    if (!known) found.set(word, { count: 1, spelling: isOpening ? word : spelling });
    else {
      known.count++;
      if (!isOpening && spelling === word) known.spelling = word;
      else if (!isOpening && known.spelling === word && known.count === 2) known.spelling = spelling;
    }
  }
  return found;
}
