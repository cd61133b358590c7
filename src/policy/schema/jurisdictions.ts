import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import { PlaceName, someOf } from './scalars.ts';

const Members = someOf(
  PlaceName,
  'a list of countries and sets such as [DE, AT, CH]',
  'Countries (ISO 3166-1 alpha-2) and other sets.',
);

const Difference = Type.Object(
  { include: Members, exclude: Type.Optional(Members) },
  { additionalProperties: false, description: 'Everything in `include` that is not in `exclude`.' },
);

/** `jurisdictions`: own named sets beside the built-in ones. */
export const JurisdictionsSchema = Type.Record(
  Type.String({ pattern: '^[a-z][a-z0-9-]*$' }),
  Type.Union([Members, Difference], { expected: 'a list of countries and sets, or { include, exclude }' }),
  {
    additionalProperties: false,
    expected: 'names of sets such as dach, each with its countries',
    description: 'Own sets of countries, beside the built-in ones such as eu, eea, eu-adequate, uk, ch and us.',
  },
);

export type JurisdictionText = Static<typeof JurisdictionsSchema>[string];
