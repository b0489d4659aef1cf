/**
 * Cuts a sentence where its parts meet. Words that are heard in context are right more often, and words that are heard
 * between two pauses have times: the parts only say where to cut, letter by letter (Levenshtein, 1965).
 *
 * @param text  as heard in one piece
 * @param parts the same as heard from pause to pause; one of them may be null, which was not heard again
 * @returns as many pieces of `text` as there are parts, some perhaps empty; together all of its words
 */
export function alignWords(text: string, parts: readonly (string | null)[]): string[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const letters = words.map(lettersOf);
  const heard = parts.map((part) => (part === null ? null : lettersOf(part)));
  const pieces: string[] = [];
  let from = 0;
  let seen = 0;
  for (const place of [...placesOf(letters.join(''), heard), Number.POSITIVE_INFINITY]) {
    let to = from;
    // A word belongs where most of it is.
    while (to < words.length && seen + (letters[to] as string).length / 2 <= place) {
      seen += (letters[to] as string).length;
      to++;
    }
    pieces.push(words.slice(from, to).join(' '));
    from = to;
  }
  return pieces;
}

function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** @returns for the end of each part but the last, how many letters of the whole lie before it */
function placesOf(whole: string, parts: readonly (string | null)[]): number[] {
  const heard = parts.join('');
  const unheard = parts.indexOf(null);
  /** Where the part that was not heard again lies among the letters that were: there any letters may stand. */
  const freeRow = unheard < 0 ? -1 : parts.slice(0, unheard).join('').length;
  const width = whole.length + 1;
  const costs = new Uint16Array((heard.length + 1) * width);
  const cost = (row: number, column: number) => costs[row * width + column] as number;
  const replaced = (row: number, column: number) =>
    row > 0 && column > 0
      ? cost(row - 1, column - 1) + Number(heard[row - 1] !== whole[column - 1])
      : Number.POSITIVE_INFINITY;
  const leftOut = (row: number, column: number) => (row > 0 ? cost(row - 1, column) + 1 : Number.POSITIVE_INFINITY);
  const putIn = (row: number, column: number) =>
    column > 0 ? cost(row, column - 1) + Number(row !== freeRow) : Number.POSITIVE_INFINITY;
  for (let row = 0; row <= heard.length; row++)
    for (let column = row === 0 ? 1 : 0; column < width; column++)
      costs[row * width + column] = Math.min(replaced(row, column), leftOut(row, column), putIn(row, column));

  /** By the number of letters heard: how many of the whole lie before; where any letters may stand, before them. */
  const before = new Array<number>(heard.length + 1).fill(0);
  let afterUnheard = whole.length;
  let column = whole.length;
  for (let row = heard.length; row >= 0; row--) {
    if (row === freeRow) afterUnheard = column;
    while (column > 0 && cost(row, column) === putIn(row, column) && (row === freeRow || !isStep(row, column)))
      column--;
    before[row] = column;
    if (row > 0 && cost(row, column) === replaced(row, column)) column--;
  }
  let row = 0;
  return parts.slice(0, -1).map((part, i) => {
    row += part?.length ?? 0;
    return row === freeRow && i >= unheard ? afterUnheard : (before[row] as number);
  });

  function isStep(at: number, under: number): boolean {
    return cost(at, under) === replaced(at, under);
  }
}
