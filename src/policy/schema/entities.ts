import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import { Id, Line, withDefault } from './scalars.ts';

/** One entry of `entities`: an own kind of value to find. */
export const EntitySchema = Type.Object(
  {
    id: Id,
    pattern: Type.String({
      maxLength: 500,
      expected: 'a regular expression',
      description: 'Linear-time: no backreferences, no lookaround, no ambiguous repetition.',
    }),
    checksum: withDefault(Type.String({ pattern: '^[a-z][a-z0-9-]*$', expected: 'the name of a checksum, or none' }), 'none'),
    context: withDefault(Type.Array(Line, { description: 'Words that must stand near a match.' }), []),
    max: Type.Integer({
      minimum: 1,
      maximum: 4096,
      expected: 'the length of the longest match, 1 to 4096',
      description: 'Characters of the longest match.',
    }),
  },
  { additionalProperties: false, description: 'An own kind of personal or secret value.' },
);

export type EntityText = Static<typeof EntitySchema>;
