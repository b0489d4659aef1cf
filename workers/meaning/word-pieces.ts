/** Words beyond these say nothing more about a line. */
const MAX_PIECES = 128;
/** A longer word is none. */
const MAX_LETTERS = 100;

/** What a model of the BERT family was given its words in. */
export interface Vocabulary {
  pieces: ReadonlyMap<string, number>;
  begin: number;
  end: number;
  unknown: number;
}

/** @param file the `tokenizer.json` of such a model @throws if it is no such file */
export function readVocabulary(file: string): Vocabulary {
  const { model } = JSON.parse(file) as { model: { vocab: Record<string, number> } };
  const pieces = new Map(Object.entries(model.vocab));
  const known = (piece: string): number => {
    const number = pieces.get(piece);
    if (number === undefined) throw new Error(`The vocabulary has no ${piece}.`);
    return number;
  };
  return { pieces, begin: known('[CLS]'), end: known('[SEP]'), unknown: known('[UNK]') };
}

/**
 * Cuts a text into pieces that a model knows, each as long as can be (Devlin et al., "BERT", 2019: uncased, without
 * accents, signs and Chinese characters on their own).
 *
 * @returns their numbers, `MAX_PIECES` at most, with those for begin and end
 */
export function wordPieces(text: string, vocabulary: Vocabulary): number[] {
  const plain = text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '');
  const words = plain.match(/\p{Script=Han}|[^\s\p{P}\p{S}\p{C}\p{Script=Han}]+|[\p{P}\p{S}]/gu) ?? [];
  const numbers = words.flatMap((word) => piecesOf(word, vocabulary));
  return [vocabulary.begin, ...numbers.slice(0, MAX_PIECES - 2), vocabulary.end];
}

function piecesOf(word: string, { pieces, unknown }: Vocabulary): number[] {
  if (word.length > MAX_LETTERS) return [unknown];
  const numbers: number[] = [];
  for (let at = 0; at < word.length; ) {
    let end = word.length;
    let number: number | undefined;
    for (; end > at; end--) {
      number = pieces.get(`${at === 0 ? '' : '##'}${word.slice(at, end)}`);
      if (number !== undefined) break;
    }
    if (number === undefined) return [unknown];
    numbers.push(number);
    at = end;
  }
  return numbers;
}
