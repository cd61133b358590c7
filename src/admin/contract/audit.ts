import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';

const Count = Type.Integer({ minimum: 0 });

const SignedPoint = Type.Object({
  size: Type.Integer({ minimum: 0, description: 'Heads and blocks that it vouches for.' }),
  records: Count,
  time: Type.String(),
  verified: Type.Boolean({ description: 'Whether its signature was verified.' }),
});

const SoundChain = Type.Object({
  writer: Type.String(),
  state: Type.Union([Type.Literal('whole'), Type.Literal('unopened')], {
    description: 'Unopened: no key was given, and the hashes agree.',
  }),
  records: Count,
  segments: Count,
  gaps: Type.Integer({ minimum: 0, description: 'Records that tell what crashes and full disks cost.' }),
  unopened: Count,
  removed: Type.Integer({ minimum: 0, description: 'Segments of which retention left the hashes.' }),
  tree: Type.Object({ size: Count, root: Type.String({ description: 'Base64.' }) }),
  checkpoints: Type.Array(SignedPoint),
});

const BrokenChain = Type.Object({
  writer: Type.String(),
  state: Type.Literal('broken'),
  segment: Type.String({
    description: 'Its file; `checkpoint` where that one is not to be trusted, `writers` where the list of writers tells it.',
  }),
  record: Type.Optional(Type.Integer({ minimum: 1, description: 'The first bad one, among those of the segment.' })),
  seq: Type.Optional(Type.Integer({ minimum: 0, description: 'The sequence number that belongs there.' })),
  reason: Type.String({ description: 'What was found and what was expected.' }),
  checkpoints: Type.Array(SignedPoint),
});

/** What was found of the chain of one writer; also what `cordon verify --json` lists. */
export type ChainAnswer = Static<typeof SoundChain> | Static<typeof BrokenChain>;

const Progress = Type.Object({
  kind: Type.Literal('progress'),
  writer: Type.String(),
  done: Type.Integer({ minimum: 0, description: 'Bytes of its files.' }),
  total: Count,
});

const End = Type.Object({
  kind: Type.Literal('end'),
  state: Type.Union([Type.Literal('whole'), Type.Literal('broken'), Type.Literal('unread')], {
    description: 'Of all chains; unread where they could not be read to their ends.',
  }),
  writers: Count,
  records: Count,
  detail: Type.Optional(Type.String({ description: 'Why they could not.' })),
});

/** `GET /v1/audit/verify`: lines of JSON. An answer without the line `end` did not come to its end, and shows nothing. */
export const VerifyLine = Type.Union([
  Progress,
  Type.Intersect([Type.Object({ kind: Type.Literal('chain') }), Type.Union([SoundChain, BrokenChain])]),
  End,
]);
export type VerifyLine = Static<typeof Progress> | ({ readonly kind: 'chain' } & ChainAnswer) | Static<typeof End>;
