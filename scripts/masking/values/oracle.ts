import { stdnum } from 'stdnum';

/** Asks npm `stdnum`, which knows the schemes without us. */
export function known(
  country: string,
  scheme: string,
  spell: (text: string) => string = (text) => text,
): (text: string) => boolean {
  const validator = stdnum[country]?.[scheme];
  if (validator === undefined) throw new Error(`stdnum has no ${country}.${scheme}`);
  return (text) => validator.validate(spell(text)).isValid;
}

/** The same for a value behind a prefix that the validator does without. */
export function knownBehind(prefix: number, country: string, scheme: string): (text: string) => boolean {
  return known(country, scheme, (text) => text.slice(prefix));
}
