/** What to know before one is chosen. */
export const PASSWORD_HELP = 'At least 10 characters. Four unrelated words are easy to keep and hard to guess.';

/** Fewer characters that nobody would guess than this, and a password is refused. */
const OWN_CHARACTERS = 4;

/** What the lists of stolen passwords are made of. */
const COMMON =
  `password passwort motdepasse contrasena senha parola qwerty qwertz azerty asdf zxcv welcome letmein iloveyou
  monkey dragon football baseball basketball superman batman princess sunshine master shadow michael jordan michelle
  charlie jessica ashley hunter trustno starwars computer internet whatever pokemon liverpool chelsea arsenal
  administrator admin login guest test secret changeme default summer winter spring autumn january february march april
  june july august september october november december monday friday family freedom flower hello loveme lovely angel
  babygirl butterfly chocolate samsung google facebook linkedin movie film cinema marquee`
    .split(/\s+/)
    .sort((a, b) => b.length - a.length);
const ROWS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', '1qaz2wsx3edc4rfv'];
const LEET: Record<string, string> = { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's' };

/**
 * Says why a password may not be used: too short, too long, or one of those that are tried first. What is left
 * of it without common words, runs of keys and what the account says anyway has to be something of its own.
 *
 * @param known the name and the address of whose it is
 * @returns null if it may
 */
export function passwordRefusal(password: string, known: string[], range: { min: number; max: number }): string | null {
  const characters = [...password].length;
  if (characters < range.min) return `It needs at least ${range.min} characters; it has ${characters}.`;
  if (characters > range.max) return `It may have ${range.max} characters at most.`;
  const words = [...known.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u)), ...COMMON].filter(
    (word) => word.length > 2,
  );
  const plain = password.toLowerCase();
  const isGuessable = [plain, [...plain].map((char) => LEET[char] ?? char).join('')].some(
    (text) => remains(text, words) < OWN_CHARACTERS,
  );
  return isGuessable
    ? 'That is one of the passwords that are tried first. Take something longer, or less usual.'
    : null;
}

/** Counts the different characters that are left without words and runs. */
function remains(text: string, words: string[]): number {
  let rest = text;
  for (const word of words) rest = rest.replaceAll(word, ' ');
  for (const row of ROWS.flatMap((keys) => [keys, [...keys].reverse().join('')])) {
    for (let length = Math.min(row.length, rest.length); length >= 3; length--) {
      for (let at = 0; at + length <= row.length; at++) rest = rest.replaceAll(row.slice(at, at + length), ' ');
    }
  }
  rest = rest.replace(/(.)\1+/g, '$1').replace(/[\s\p{P}\p{S}]+/gu, '');
  // A year or a number at the end is no secret.
  return new Set(rest.replace(/(19|20)?\d{1,2}$/, '')).size;
}
