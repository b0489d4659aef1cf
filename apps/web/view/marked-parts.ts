/** A piece of a text, from `at` on in it, in UTF-16 units. */
export interface TextPart {
  at: number;
  text: string;
  isMatch: boolean;
}

/** Cuts a text where marks begin and end. @param matches in order, apart from each other */
export function markedParts(text: string, matches: readonly [start: number, end: number][]): TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const [start, end] of matches) {
    parts.push({ at, text: text.slice(at, start), isMatch: false });
    parts.push({ at: start, text: text.slice(start, end), isMatch: true });
    at = end;
  }
  parts.push({ at, text: text.slice(at), isMatch: false });
  return parts.filter((part) => part.text !== '');
}
