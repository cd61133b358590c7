import type { Random } from '../random.ts';

const LISTS = {
  noun: `time year people way day man thing woman life child world school state family student group country problem hand part place
    case week company system program question work government number night point home water room mother area money story fact
    month lot right study book eye job word business issue side kind head house service friend father power hour game line end
    member law car city community name president team minute idea kid body information back parent face others level office door
    health person art war history party result change morning reason research girl guy moment air teacher force education`,
  verb: `changes considers explains follows includes keeps leaves makes moves needs offers opens pays plays produces provides
    reaches receives remembers requires sends serves shows starts supports takes understands uses wants watches wins writes`,
  adjective: `other new good high old great big American small large national young different black long little important
    political bad white real best right social only public sure low early able human local late hard major better economic
    strong possible whole free military true federal international full special easy clear recent certain personal open red`,
  adverb: 'however quickly often therefore perhaps recently usually almost certainly together instead rather simply already',
  preposition: 'about above across after against along among around before behind between during except from inside into near',
  opening: 'The This That Every Another Each Some Their Our Its Your My No Any',
  joint: 'and but because while although which so that unless where since',
};

const WORDS = Object.fromEntries(Object.entries(LISTS).map(([name, list]) => [name, list.split(/\s+/)])) as Record<
  keyof typeof LISTS,
  string[]
>;

/** A sentence of English words without digits: what most of a chat is made of. */
export function plainSentence(random: Random): string {
  const pick = (name: keyof typeof LISTS): string => random.pick(WORDS[name]);
  const group = (article: string): string => `${article} ${random.chance(0.5) ? `${pick('adjective')} ` : ''}${pick('noun')}`;
  const clause = (article: string): string =>
    `${group(article)} ${random.chance(0.2) ? `${pick('adverb')} ` : ''}${pick('verb')} ${group('the')} ${pick('preposition')} ${group(random.pick(['a', 'the', 'this']))}`;
  const rest = random.chance(0.5) ? `, ${pick('joint')} ${clause('the')}` : '';
  return `${clause(pick('opening'))}${rest}.`;
}

/** Three to eight sentences; one in three has a number, where `withNumber` gives it. */
export function plainParagraph(random: Random, withNumber: (random: Random) => string): string {
  return random
    .several(random.between(3, 8), () => (random.chance(0.3) ? withNumber(random) : plainSentence(random)))
    .join(' ');
}
