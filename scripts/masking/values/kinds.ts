import type { Entity, FieldForm } from '../../../src/masking/entity.ts';
import type { Random } from '../random.ts';
import { uuid } from '../texts/identifiers.ts';
import { OTHER_EUROPE } from './national-other-europe.ts';
import { WESTERN_EUROPE } from './national-western-europe.ts';
import { WORLD } from './national-world.ts';
import * as other from './other-values.ts';
import * as secret from './secret-values.ts';
import { makeValid, type Variant } from './template.ts';

/** What tells that a value is one: its form alone, a word before it, or the name of its field. */
export type Proof = 'A' | 'B' | 'name';

/** One way in which a value of an entity is written. */
export interface Kind {
  readonly entity: string;
  readonly proof: Proof;
  /** Words of which one stands before it, or names of which one is that of its field; empty for A. */
  readonly words: readonly string[];
  readonly make: (random: Random) => string;
  /** What belongs around it. */
  readonly around?: readonly [before: string, after: string];
}

const NATIONAL: Readonly<Record<string, readonly Variant[]>> = { ...WESTERN_EUROPE, ...OTHER_EUROPE, ...WORLD };
const SEPARATORS = /[-. /:+]/g;

/** Every way that the catalogue knows in which a value of the entity is written. */
export function kindsOf(entity: Entity): readonly Kind[] {
  const kinds = [
    ...codedKinds(entity),
    ...shapeKinds(entity),
    ...tokenKinds(entity),
    ...(entity.fields ?? []).map((form) => fieldKind(entity, form)),
  ];
  if (kinds.length === 0) throw new Error(`There is nothing to plant for ${entity.id}`);
  return kinds;
}

function kind(entity: Entity, proof: 'A' | 'B', make: (random: Random) => string): Kind {
  return { entity: entity.id, proof, words: proof === 'A' ? [] : entity.context, make };
}

const CODED: Readonly<Record<string, (entity: Entity) => readonly Kind[]>> = {
  email: (entity) => [kind(entity, 'A', other.email)],
  phone: (entity) => [kind(entity, 'A', other.internationalPhone), kind(entity, 'B', other.nationalPhone)],
  'ip-address': (entity) => [kind(entity, 'A', other.ipAddress)],
  'mac-address': (entity) => [kind(entity, 'A', other.macAddress)],
  jwt: (entity) => [kind(entity, 'A', secret.jwt)],
  'private-key': (entity) => [kind(entity, 'A', secret.privateKey)],
  'url-credentials': (entity) => [
    { ...kind(entity, 'A', secret.credentials), around: ['postgres://', '@db.example:5432/app'] },
  ],
  'seed-phrase': (entity) => [
    { ...kind(entity, 'B', other.seedPhrase), words: ['seed phrase', 'mnemonic', 'recovery phrase'] },
  ],
};

function codedKinds(entity: Entity): readonly Kind[] {
  return CODED[entity.id]?.(entity) ?? [];
}

function shapeKinds(entity: Entity): readonly Kind[] {
  return (entity.shapes ?? []).flatMap(({ form, tier }) => {
    if (entity.id === 'iban') return form.startsWith('DE') ? [kind(entity, tier, (random) => ibanLike(random, form))] : [];
    return [kind(entity, tier, makerFor(entity.id, form))];
  });
}

/** As one word, or in groups of four. */
function ibanLike(random: Random, form: string): string {
  const separator = /[ -]/.exec(form)?.[0] ?? '';
  return other.iban(random).replaceAll(/(.{4})(?=.)/g, `$1${separator}`);
}

function makerFor(id: string, form: string): (random: Random) => string {
  const { length } = form.replaceAll(SEPARATORS, '');
  switch (id) {
    case 'payment-card':
      return (random) => inForm(form, other.card(random, length));
    case 'us-aba-routing':
      return other.routingNumber;
    case 'imei':
      return (random) => inForm(form, other.imei(random));
    case 'iccid':
      return (random) => other.iccid(random, length);
    case 'vin':
      return other.vin;
    default:
      return nationalMaker(id, form);
  }
}

function nationalMaker(id: string, form: string): (random: Random) => string {
  for (const variant of NATIONAL[id] ?? []) {
    if (fits(form, variant.template)) return (random) => makeValid(random, variant);
    if (fits(form.replaceAll(SEPARATORS, ''), variant.template)) return (random) => inForm(form, makeValid(random, variant));
  }
  throw new Error(`There is no way to make ${id} in the form ${form}`);
}

/** Whether what the template makes has the form. */
function fits(form: string, template: string): boolean {
  if (form.length !== template.length) return false;
  return Array.from(form).every((character, i) => {
    const made = template[i]!;
    if (character === '#') return /[\d#ymd]/.test(made);
    if (character === '@' || character === '^') return /[A-Z@]/.test(made);
    return character === '*' || character === '&' || character === made;
  });
}

function inForm(form: string, compact: string): string {
  let next = 0;
  return Array.from(form)
    .map((character) => (/[-. /:+]/.test(character) ? character : compact[next++]!))
    .join('');
}

function tokenKinds(entity: Entity): readonly Kind[] {
  if (entity.id === 'bitcoin-address') return [kind(entity, 'A', other.bitcoinAddress)];
  if (entity.id === 'ethereum-address') return [kind(entity, 'A', other.ethereumAddress)];
  return (entity.tokens ?? []).map(({ pattern, tier = 'A' }) =>
    kind(entity, tier, (random) => {
      if (entity.id === 'payment-card') return `${other.card(random, 16)}=2${random.digits(18)}`;
      // Encoded signs of base64 are all that its percent signs stand for.
      if (entity.id === 'x-bearer-token')
        return `${'A'.repeat(21)}${secret.opaque(random, 40)}%2B${secret.opaque(random, 20)}%3D`;
      return secret.fromPattern(random, pattern.replaceAll('[0-9a-f-]{36}', uuid(random)));
    }),
  );
}

function fieldKind(entity: Entity, form: FieldForm): Kind {
  return { entity: entity.id, proof: 'name', words: form.names, make: (random) => fieldValue(random, entity.id, form) };
}

function fieldValue(random: Random, id: string, { value, min, max }: FieldForm): string {
  switch (value) {
    case 'any':
      if (id === 'http-authorization') return `Bearer ${secret.opaque(random, 40)}`;
      if (id === 'seed-phrase') return other.seedPhrase(random);
      return id === 'password' ? secret.password(random) : `Server=db.example;Uid=app;Pwd=${secret.password(random)}`;
    case 'opaque':
      return secret.opaque(random, random.between(min, Math.min(max, Math.max(min, 48))));
    case 'digits':
      return random.digits(random.between(min, max));
    case 'date':
      return random.pick([
        `19${random.between(40, 99)}-0${random.between(1, 9)}-${random.between(10, 28)}`,
        `${random.between(10, 28)}.0${random.between(1, 9)}.19${random.between(40, 99)}`,
        `0${random.between(1, 9)}/${random.between(10, 28)}/19${random.between(40, 99)}`,
      ]);
    case 'word':
      return `${random.text('ABCDEFGHIJKLMNOPQRSTUVWXYZ', 4)}${random.pick(['DE', 'FR', 'GB', 'US'])}${random.text('ABCDEFGHIJKLMNPQRSTUVWXYZ', 2)}${random.pick(['', 'XXX', '500'])}`;
  }
}
