import { stdnum } from 'stdnum';
import { describe, expect, it } from 'vitest';
import { NATIONAL_ENTITIES } from '../../../../src/masking/entities/national/national-entities.ts';
import type { Shape } from '../../../../src/masking/entity.ts';
import { passes, withoutSeparators } from './support/reference-matcher.ts';
import { fill, mutate, type Random, seededRandom } from './support/seeded-random.ts';
import { EUROPE_NORTH, EUROPE_WEST } from './support/schemes-of-north-west-europe.ts';
import { EUROPE_EAST, EUROPE_SOUTH } from './support/schemes-of-south-east-europe.ts';
import { AMERICAS, REST_OF_THE_WORLD } from './support/schemes-of-the-world.ts';
import type { OracleScheme } from './support/oracle-scheme.ts';

const COUNT = 200;
const MOST_TRIES = 250_000;
/** So many tries at a valid value are put to stdnum though our check refuses them; asking is slow. */
const REFUSED = 500;

const ORACLE_SCHEMES = [...EUROPE_WEST, ...EUROPE_NORTH, ...EUROPE_SOUTH, ...EUROPE_EAST, ...AMERICAS, ...REST_OF_THE_WORLD];
const ROWS = ORACLE_SCHEMES.map((scheme) => [scheme.id, scheme.form, scheme] as const);
const EXAMPLES = ORACLE_SCHEMES.flatMap((scheme) =>
  (scheme.differences ?? []).flatMap((difference) =>
    difference.example === undefined
      ? []
      : [[scheme.id, difference.reason, difference.example, difference.accepts, scheme] as const],
  ),
);

/** The first shape of this form is the one with the checksum. */
function shapeOf(scheme: OracleScheme): Shape {
  const entity = NATIONAL_ENTITIES.find((candidate) => candidate.id === scheme.id);
  const shape = entity?.shapes?.find((candidate) => candidate.form === scheme.form);
  if (shape === undefined) throw new Error(`${scheme.id} has no form ${scheme.form}`);
  return shape;
}

function stdnumAccepts(scheme: OracleScheme, text: string): boolean {
  const [country, validator] = scheme.oracle;
  return stdnum[country]![validator]!.validate(text).isValid;
}

/** The separators of the form put into a value without any. */
function inForm(form: string, value: string): string {
  let next = 0;
  return Array.from(form, (character) => ('-./ +:'.includes(character) ? character : value.charAt(next++))).join('');
}

function fillTemplate(template: string, random: Random): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const dated = template
    .replace('yyyy', () => String(1900 + random(120)))
    .replace('yy', () => two(random(100)))
    .replace('mm', () => two(1 + random(12)))
    .replace('dd', () => two(1 + random(28)));
  return fill(dated, random);
}

describe('checks against npm stdnum', () => {
  it.each(ROWS)(`%s as %s agrees on ${COUNT} valid values, their mutations and random ones`, (_id, form, scheme) => {
    const shape = shapeOf(scheme);
    const random = seededRandom(7);
    const disagreements = new Set<string>();
    const compare = (text: string): boolean => {
      const isOurs = passes(shape, text);
      if (isOurs === stdnumAccepts(scheme, text)) return isOurs;
      const accepts = isOurs ? 'ours' : 'stdnum';
      const value = withoutSeparators(text);
      const isMeant =
        scheme.differences?.some((difference) => difference.accepts === accepts && difference.covers(value)) ?? false;
      if (!isMeant) disagreements.add(`${text} ${accepts}`);
      return isOurs;
    };

    const valid: string[] = [];
    for (let tries = 0; valid.length < COUNT && tries < MOST_TRIES; tries++) {
      const text = fillTemplate(scheme.template ?? form, random);
      if (tries < REFUSED ? compare(text) : passes(shape, text) && compare(text)) valid.push(text);
    }
    expect(valid).toHaveLength(COUNT);
    for (const text of valid) compare(mutate(form, text, random));
    for (let i = 0; i < COUNT; i++) compare(fill(form, random));
    expect([...disagreements]).toEqual([]);
  });

  it.each(EXAMPLES)('%s differs still: %s (%s is accepted by %s)', (_id, _reason, example, accepts, scheme) => {
    const text = inForm(scheme.form, example);
    expect([passes(shapeOf(scheme), text), stdnumAccepts(scheme, text)]).toEqual([accepts === 'ours', accepts === 'stdnum']);
  });

  it('shows each difference by a value that it covers', () => {
    const astray = EXAMPLES.filter(([, reason, example, , scheme]) =>
      scheme.differences?.every((difference) => difference.reason !== reason || !difference.covers(example)),
    );
    expect(astray).toEqual([]);
  });
});
