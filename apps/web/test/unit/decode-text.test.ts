import { describe, expect, it } from 'vitest';
import { decodeText } from '../../server/decode-text.ts';

/** What people say in films, in languages whose files come in many encodings. */
const LINES: Record<string, string[]> = {
  fr: ['Où étais-tu passé ?', 'Je t’ai cherché partout, près de la forêt.', 'Ça ne fait rien. Voilà le garçon.'],
  de: ['Wo bist du gewesen?', 'Ich hörte die Vögel über den Dächern.', 'Das heißt, wir müssen früher zurück.'],
  es: ['¿Dónde estabas mañana por la mañana?', 'El niño soñó con el corazón de la montaña.', '¡Qué alegría, señor!'],
  sv: ['Var har du varit någonstans?', 'Vi åkte båt över sjön i går kväll.', 'Det är för mörkt för att se något.'],
  pl: [
    'Gdzie byłeś przez cały dzień?',
    'Zażółć gęślą jaźń, powiedział książę.',
    'Chciałbym się dowiedzieć, która jest godzina.',
  ],
  cs: ['Kde jsi byl celý den?', 'Příliš žluťoučký kůň úpěl ďábelské ódy.', 'Nevím, ale můžeme se zeptat sousedů.'],
  ru: [
    'Где ты был весь день?',
    'Я искал тебя повсюду, даже возле старого моста.',
    'Ничего страшного, пойдём домой, уже поздно.',
  ],
  uk: ['Де ти був увесь день?', 'Я шукав тебе всюди, навіть біля старого мосту.', 'Нічого страшного, ходімо додому.'],
  el: ['Πού ήσουν όλη τη μέρα;', 'Σε έψαχνα παντού, ακόμα και κοντά στη γέφυρα.', 'Δεν πειράζει, πάμε σπίτι τώρα.'],
  tr: [
    'Bütün gün neredeydin?',
    'Seni her yerde aradım, eski köprünün yanında bile.',
    'Önemli değil, şimdi eve gidiyoruz, ığdır.',
  ],
  he: ['איפה היית כל היום?', 'חיפשתי אותך בכל מקום, אפילו ליד הגשר הישן.', 'לא נורא, בוא נלך הביתה.'],
  ar: ['أين كنت طوال اليوم؟', 'بحثت عنك في كل مكان، حتى قرب الجسر القديم.', 'لا بأس، هيا نعود إلى البيت.'],
  ja: ['一日中どこにいたの？', 'あちこち探したんだよ、古い橋の近くまで。', '大丈夫、もう遅いから家に帰ろう。'],
  zh: ['你一整天都去哪儿了？', '我到处找你，连老桥附近都找过了。', '没关系，天已经晚了，我们回家吧。'],
  ko: ['하루 종일 어디 있었어?', '오래된 다리 근처까지 사방으로 찾아다녔어.', '괜찮아, 늦었으니까 집에 가자.'],
};

/** A subtitle file that says these lines some forty times over, as a scene's worth of them. */
function fileOf(language: string): string {
  const lines = LINES[language] ?? [];
  return Array.from({ length: 12 }, (_, i) => {
    const sec = String(10 + 3 * i);
    return `${i + 1}\r\n00:00:${sec},000 --> 00:00:${sec},900\r\n${lines[i % lines.length]}\r\n`;
  }).join('\r\n');
}

/** Writes text in an encoding by asking the decoder what each letter would have been. */
function encode(text: string, encoding: string): Uint8Array {
  const table = new Map<string, number[]>();
  const decoder = new TextDecoder(encoding);
  const learn = (...bytes: number[]) => {
    const char = decoder.decode(new Uint8Array(bytes));
    if ([...char].length === 1 && char !== '\ufffd' && !table.has(char)) table.set(char, bytes);
  };
  for (let a = 0; a < 256; a++) learn(a);
  const isWide = !/^(windows|iso-8859|koi8)/i.test(encoding);
  for (let a = 0x81; isWide && a < 256; a++) for (let b = 0x40; b < 256; b++) learn(a, b);
  return Uint8Array.from(
    [...text].flatMap((char) => {
      const bytes = table.get(char);
      if (!bytes) throw new Error(`${encoding} has no ${char}`);
      return bytes;
    }),
  );
}

const FILES: [language: string, encoding: string][] = [
  ...['fr', 'de', 'es', 'sv'].map((language): [string, string] => [language, 'windows-1252']),
  ['de', 'iso-8859-1'],
  ...['pl', 'cs'].flatMap((language): [string, string][] => [
    [language, 'windows-1250'],
    [language, 'iso-8859-2'],
  ]),
  ...['ru', 'uk'].map((language): [string, string] => [language, 'windows-1251']),
  ['ru', 'koi8-r'],
  ['ru', 'iso-8859-5'],
  ['el', 'windows-1253'],
  ['el', 'iso-8859-7'],
  ['tr', 'windows-1254'],
  ['he', 'windows-1255'],
  ['ar', 'windows-1256'],
  ['ja', 'shift_jis'],
  ['ja', 'euc-jp'],
  ['zh', 'gb18030'],
  ['ko', 'euc-kr'],
];

describe('text files', () => {
  it.each(Object.keys(LINES))('of %s are read in every kind of Unicode, marked or not', (language) => {
    const text = fileOf(language);
    const little = Buffer.from(text, 'utf16le');
    const big = Buffer.from(little).swap16();
    const mark = (...bytes: number[]) => Buffer.from(bytes);
    const files: [Buffer, string][] = [
      [Buffer.from(text), 'utf-8'],
      [Buffer.concat([mark(0xef, 0xbb, 0xbf), Buffer.from(text)]), 'utf-8'],
      [Buffer.concat([mark(0xff, 0xfe), little]), 'utf-16le'],
      [little, 'utf-16le'],
      [Buffer.concat([mark(0xfe, 0xff), big]), 'utf-16be'],
      [big, 'utf-16be'],
    ];
    for (const [bytes, encoding] of files) expect(decodeText(bytes, '')).toEqual({ text, encoding });
  });

  it.each(FILES)('of %s in %s are read when their language is said', (language, encoding) => {
    const text = fileOf(language).replaceAll('’', "'");
    expect(decodeText(encode(text, encoding), language).text).toBe(text);
  });

  it.each(FILES)('of %s in %s are read when nobody says their language', (language, encoding) => {
    const text = fileOf(language).replaceAll('’', "'");
    expect(decodeText(encode(text, encoding), 'und').text).toBe(text);
  });

  it('of no known letters are read without failing', () => {
    const bytes = Uint8Array.from({ length: 400 }, (_, i) => (i * 37) % 256);
    expect(decodeText(bytes, '').text.length).toBeGreaterThan(0);
    expect(decodeText(new Uint8Array(), '')).toEqual({ text: '', encoding: 'utf-8' });
  });
});
