import type { Random } from '../random.ts';

const SENTENCES = {
  en: [
    'The team met on @weekday to talk about the @adjective @noun, and nobody was surprised by what came of it.',
    'We looked at the @noun again: it costs @price per month, which is @percent more than last year.',
    'If the @noun is @adjective, restart the @noun and try once more.',
    'Please summarise the attached @noun in @small bullet points and keep the tone @adjective.',
    'In @year the @noun was moved to @city, where @small people still work on it.',
    'The meeting starts at @time; room @small is on the second floor.',
    'According to section @small.@small of the contract, the @noun must be returned within @small days.',
    'I am not sure whether the @adjective @noun explains the difference, but it is the best guess we have.',
    'Version @small.@small.@small fixed the @noun, and version @small.@small brought the @adjective one back.',
    'Could you explain step by step how a @noun becomes a @noun?',
    'The survey had @thousands answers; @percent of them mention the @noun.',
    'Order @order left the warehouse on @date and should arrive before the weekend.',
    'Our flight @flight was late, so we missed the @adjective @noun in @city.',
    'Article @article is out of stock; article @article is a good replacement for the @noun.',
    'She wrote: "the @noun is @adjective", and then changed her mind.',
    'The answer is in section @section of the standard, as far as it has one.',
    'See chapters @small to @small, pages @small-@small, for the @adjective details of the @noun.',
    'The sensor reads @decimal °C at a pressure of @decimal hPa.',
    'Population grew from @millions to @millions between @year and @year.',
  ],
  de: [
    'Die Besprechung am @date dauerte bis @time Uhr und drehte sich um das Thema „@noun“.',
    'Bitte fassen Sie den Anhang in @small Punkten zusammen und achten Sie auf den Ton.',
    'Im Jahr @year zog die Abteilung nach @city; seither arbeiten dort @small Leute.',
    'Der Preis stieg um @percent auf @price, was niemanden überrascht hat.',
    'Die Bestellung @order wurde verschickt, die Größe stimmt aber nicht.',
    'Für Rückfragen zum Vorgang stehen wir Ihnen gern zur Verfügung.',
  ],
  fr: [
    'La réunion du @date a duré jusqu’à @time et portait sur « @noun ».',
    'Merci de résumer le document en @small points, sans changer le ton.',
    'En @year, l’équipe s’est installée à @city avec @small collègues.',
    'Le prix a augmenté de @percent pour atteindre @price, ce qui était prévu.',
    'La commande @order est partie de l’entrepôt hier soir.',
  ],
} as const;

/** Languages that prose is written in here. */
export type Language = keyof typeof SENTENCES;

const WORDS: Readonly<Record<string, (random: Random) => string>> = {
  noun: (random) =>
    random.pick(
      'report budget server contract printer garden survey engine deployment invoice window schedule bridge recipe dataset proposal queue index paragraph sensor'.split(
        ' ',
      ),
    ),
  adjective: (random) =>
    random.pick('new quiet expensive careful broken friendly brief ordinary remarkable useful slow early recent'.split(' ')),
  weekday: (random) => random.pick('Monday Tuesday Wednesday Thursday Friday'.split(' ')),
  city: (random) => random.pick('Hamburg Lyon Utrecht Porto Gdansk Aarhus Leeds Toronto Osaka Nairobi'.split(' ')),
  small: (random) => String(random.between(2, 40)),
  year: (random) => String(random.between(1950, 2026)),
  percent: (random) => `${random.between(1, 99)}.${random.between(0, 9)} %`,
  price: (random) =>
    random.pick([
      `€${random.between(2, 900)}.${random.digits(2)}`,
      `$${random.between(1, 9)},${random.digits(3)}`,
      `${random.between(10, 99)} EUR`,
    ]),
  section: (random) => random.several(random.chance(0.1) ? 4 : 3, () => String(random.between(1, 12))).join('.'),
  time: (random) => `${random.between(8, 19)}:${random.between(10, 59)}`,
  date: (random) =>
    random.pick([
      `${random.between(1, 28)} March ${random.between(2019, 2026)}`,
      `${random.between(2019, 2026)}-0${random.between(1, 9)}-${random.between(10, 28)}`,
      `${random.between(10, 28)}.0${random.between(1, 9)}.${random.between(2019, 2026)}`,
    ]),
  order: (random) =>
    random.pick([`#${random.digits(8)}`, `${random.text('ABCDEFGHKMNPQRSTUVWXYZ', 2)}-${random.digits(6)}`, random.digits(10)]),
  article: (random) => `${random.digits(3)}.${random.digits(3)}.${random.digits(2)}`,
  flight: (random) => `${random.text('ABKLS', 2)}${random.digits(4)}`,
  thousands: (random) => `${random.between(1, 99)},${random.digits(3)}`,
  millions: (random) => `${random.between(1, 99)}.${random.digits(3)}.${random.digits(3)}`,
  decimal: (random) => `${random.between(1, 1100)}.${random.digits(random.between(1, 8))}`,
};

/** One sentence, with numbers as people write them and no value of anybody. */
export function sentence(random: Random, language: Language = 'en'): string {
  return random.pick(SENTENCES[language]).replaceAll(/@([a-z]+)/g, (_, name: string) => WORDS[name]!(random));
}

/** Two to six sentences. */
export function paragraph(random: Random, language: Language = 'en'): string {
  return random.several(random.between(2, 6), () => sentence(random, language)).join(' ');
}

/** Mostly English, as the texts that agents send are. */
export function anyLanguage(random: Random): Language {
  return random.pick(['en', 'en', 'en', 'de', 'fr']);
}
