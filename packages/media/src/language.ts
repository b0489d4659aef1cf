/** ISO 639-2 codes (both forms) of the languages that have a two-letter code and appear in film files. */
const TWO_LETTERS: Record<string, string> = {
  ara: 'ar',
  bul: 'bg',
  cat: 'ca',
  ces: 'cs',
  cze: 'cs',
  chi: 'zh',
  zho: 'zh',
  dan: 'da',
  deu: 'de',
  ger: 'de',
  ell: 'el',
  gre: 'el',
  eng: 'en',
  est: 'et',
  eus: 'eu',
  baq: 'eu',
  fas: 'fa',
  per: 'fa',
  fin: 'fi',
  fra: 'fr',
  fre: 'fr',
  gle: 'ga',
  glg: 'gl',
  heb: 'he',
  hin: 'hi',
  hrv: 'hr',
  hun: 'hu',
  hye: 'hy',
  arm: 'hy',
  ice: 'is',
  isl: 'is',
  ind: 'id',
  ita: 'it',
  jpn: 'ja',
  kat: 'ka',
  geo: 'ka',
  kor: 'ko',
  lav: 'lv',
  lit: 'lt',
  mac: 'mk',
  mkd: 'mk',
  may: 'ms',
  msa: 'ms',
  nld: 'nl',
  dut: 'nl',
  nor: 'no',
  nob: 'nb',
  nno: 'nn',
  pol: 'pl',
  por: 'pt',
  ron: 'ro',
  rum: 'ro',
  rus: 'ru',
  slk: 'sk',
  slo: 'sk',
  slv: 'sl',
  spa: 'es',
  srp: 'sr',
  swe: 'sv',
  tam: 'ta',
  tel: 'te',
  tha: 'th',
  tur: 'tr',
  ukr: 'uk',
  urd: 'ur',
  vie: 'vi',
  wel: 'cy',
  cym: 'cy',
};

/**
 * Turns a container's language into a BCP 47 tag (RFC 5646: the shortest ISO 639 code).
 *
 * @returns `und` where the file is silent or the value is no language code
 */
export function languageTag(value: string | undefined): string {
  const code = (value ?? '').trim().toLowerCase();
  if (TWO_LETTERS[code]) return TWO_LETTERS[code];
  if (!/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/.test(code)) return 'und';
  try {
    return (Intl.getCanonicalLocales(code)[0] ?? 'und').toLowerCase();
  } catch {
    // Shaped like a tag, but none: files are labelled by hand.
    return 'und';
  }
}
