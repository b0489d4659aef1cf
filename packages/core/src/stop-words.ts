/**
 * The commonest words of some languages, which say nothing of what a text is about. Enough of each to tell them from one
 * another, too.
 */
const LISTS: Record<string, string> = {
  en: `a about after again all also am an and any are aren't as at be because been before being but by can can't come
    could couldn't did didn't do does doesn't doing don't down even ever every few for from get go going gonna good got
    had has have he he's her here him his how i i'd i'll i'm i've if in into is isn't it it's just know let let's like
    look make me more much must my never no not now of off oh ok okay on one only or other our out over really right
    said say see she she's should so some something still such take tell than thank thanks that that's the their them
    then there there's these they they're thing things think this those time to too up us very want was wasn't way we
    we'll we're we've well were what what's when where which while who why will with won't would yeah yes you you'd
    you'll you're you've your`,
  de: `aber alle also als am an auch auf aus bei bin bis bist da das dass dein dem den der des dich die dir doch du ein
    eine einen einer eines er es euch für ganz gar habe haben hast hat hatte hier ich ihm ihn ihr ihre im in ist ja jetzt
    kann kein keine komm man mal mehr mein meine mich mir mit muss nach nein nicht nichts noch nun nur ob oder okay schon
    sehr sein seine sich sie sind so um und uns vom von vor war warum was weil wenn wer werden wie wieder will wir wird
    wo zu zum zur`,
  es: `a al algo así aquí bien bueno casi como con cuando de del dónde donde el él ella ellos en era es esa ese eso esta
    está estaba estamos este esto estoy fue gracias ha hace hacer han hay he hombre la las le les lo los más me mi mis
    muy nada no nos nosotros o oh para pero por porque puede puedo pues que qué quién se sé señor ser si sí sin sobre
    solo son soy su sus también te tengo tiene todo todos tu tú un una uno usted va vamos voy y ya yo`,
  fr: `à ai alors au aussi avec avez bien bon c'est ça ce cela ces cette chez comme d'accord dans de des deux dit donc du
    elle elles en encore est et était être eux fait faire faut il ils j'ai je jamais juste l'on la là le les leur lui
    ma mais me mes moi mon ne nous non notre on ont ou où oui par parce pas peu peut plus pour pourquoi qu'est quand que
    quel quelle qui quoi rien sa sais sans se ses si son sont suis sur t'as ta te tes toi ton tous tout très tu un une
    va vais vas veux vient voilà vos votre vous y`,
  it: `a ai al alla anche andiamo bene c'è che chi ci come con cosa così da dai dal dei del della di dove e è era essere
    fare fatto gli grazie ha hai hanno ho i il in io la le lei li lo loro lui ma mai me mi mia mio molto ne nel nella
    niente no noi non o ora per perché più può qualcosa quando quella quello questa questo qui sei senza si sì solo
    sono sta stai sto su sua suo tu tua tuo tutti tutto un una va vi voglio voi`,
  nl: `aan al alles als bent ben bij dan dat de deze die dit doe doen door dus een en er gaan gaat geen goed had heb
    hebben hebt heeft hem het hier hij hoe ik in is ja je jij jou jouw kan kom kun maar mag me meer met mij mijn moet
    na naar nee niet niets nog nu of om ons ook op over te toch toen tot uit u van veel voor waar waarom was wat we weet
    wel wie wij wil worden ze zei zich zij zijn zo zou`,
  pt: `a agora ao aos aqui as até bem bom com como da das de dela dele deles do dos e é ela ele eles em entre era essa
    esse está estão estava este eu foi há isso isto já lá lhe mais mas me mesmo meu minha muito na não nada nas nem no
    nos nós o obrigado onde os ou para pela pelo por porque pra quando que quem se sei sem ser seu sim são só sua também
    te tem tenho ter tudo um uma vai vamos você vocês vou`,
};

const WORDS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(LISTS).map(([language, list]) => [language, new Set(list.split(/\s+/))]),
);

/** Of the words of a text, how many must be common ones of a language for the text to be in it. */
const LEAST_SHARE = 0.2;

/** @returns the words of a language that say nothing; none where the language is not known */
export function stopWords(language: string | null): ReadonlySet<string> {
  return WORDS.get(primaryOf(language)) ?? new Set();
}

/** `en` of `en-GB`. */
export function primaryOf(language: string | null): string {
  return (language ?? '').toLowerCase().split('-')[0] ?? '';
}

/** Tells a language by its common words. @returns null for one that is not known here */
export function guessLanguage(words: readonly string[]): string | null {
  let best: { language: string | null; count: number } = { language: null, count: words.length * LEAST_SHARE };
  for (const [language, list] of WORDS) {
    const count = words.filter((word) => list.has(word)).length;
    if (count > best.count) best = { language, count };
  }
  return best.language;
}
