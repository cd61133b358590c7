/** Held requests and grants: what the admin API takes and gives. */
import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import type { GrantState } from '../../core/approval/approval-store.ts';
import { LONGEST_REASON } from '../../core/approval/approver.ts';
import type { ApprovalState } from '../../core/approval/transitions.ts';
import { next, paging } from './paging.ts';

const closed = { additionalProperties: false } as const;

export const APPROVAL_STATES: readonly ApprovalState[] = [
  'pending',
  'approved',
  'passed',
  'denied',
  'expired',
  'stale',
  'cancelled',
];
export const GRANT_STATES: readonly GrantState[] = ['active', 'ended', 'revoked'];

const State = Type.Unsafe<ApprovalState>({ type: 'string', enum: APPROVAL_STATES });
const StateOfGrant = Type.Unsafe<GrantState>({ type: 'string', enum: GRANT_STATES });
const Moment = (description: string) => Type.String({ format: 'date-time', description });
const Places = Type.Object({ entry: Type.String(), processing: Type.String(), storage: Type.String() });

const Countries = Type.Array(Type.String());

export const ApprovalsQuery = Type.Object({ state: Type.Optional(State), ...paging }, closed);

export const GrantsQuery = Type.Object({ state: Type.Optional(StateOfGrant), ...paging }, closed);

export const ApprovalParams = Type.Object({ id: Type.String({ pattern: '^[0-9a-f-]{36}$' }) }, closed);

export const DecisionBody = Type.Object(
  {
    decision: Type.Unsafe<'approve' | 'deny'>({ type: 'string', enum: ['approve', 'deny'] }),
    reason: Type.String({ minLength: 1, maxLength: LONGEST_REASON, description: 'Why; it is on the record.' }),
    grant: Type.Optional(
      Type.Object(
        { for: Type.String({ maxLength: 16, description: 'How long the same kind may pass: 15m, 8h.' }) },
        { ...closed, description: 'With an approval, where a rule allows it.' },
      ),
    ),
  },
  closed,
);
/** `POST /v1/approvals/{id}/decision` */
export type DecisionBody = Static<typeof DecisionBody>;

export const PurgeBody = Type.Object(
  { settledBefore: Type.String({ maxLength: 16, description: 'How long ago they came to their end, at least: 12h, 30d.' }) },
  closed,
);
/** `POST /v1/approvals/purge` */
export type PurgeBody = Static<typeof PurgeBody>;

export const PurgeAnswer = Type.Object({ purged: Type.Integer({ description: 'How many approvals were forgotten.' }) });
export type PurgeAnswer = Static<typeof PurgeAnswer>;

const Covers = Type.Object({
  subject: Type.String(),
  rule: Type.String(),
  method: Type.String(),
  origin: Type.String(),
  path: Type.String({ description: 'A pattern of the rule, or one path.' }),
  places: Places,
  entities: Type.Array(Type.String(), { description: 'Kinds of values that may be in content, target and fields.' }),
});

const summary = {
  id: Type.String(),
  state: State,
  agent: Type.String(),
  home: Type.String(),
  owners: Type.Array(Type.String()),
  reason: Type.Optional(Type.String({ description: 'Of the requester.' })),
  method: Type.String(),
  target: Type.String({ description: 'Masked; values of the query are left out.' }),
  origin: Type.String(),
  mediaType: Type.Optional(Type.String()),
  size: Type.Optional(Type.Integer({ description: 'Bytes of content, as it came; absent where there is none.' })),
  places: Places,
  transfer: Type.Optional(Type.Object({ rule: Type.String(), basis: Type.String(), reference: Type.Optional(Type.String()) })),
  findings: Type.Optional(
    Type.Record(Type.String(), Type.Integer(), {
      description: 'Values found in content, target and fields; absent where nobody could look.',
    }),
  ),
  unmasked: Type.Optional(
    Type.Array(Type.String(), {
      description:
        'Of these entities, those that no rule masks: their values leave as they came. What is shown is masked always.',
    }),
  ),
  rules: Type.Array(
    Type.Object({
      rule: Type.String(),
      by: Type.Array(Type.String()),
      quorum: Type.Integer(),
      approvals: Type.Integer({ description: 'Persons who have approved for it.' }),
      stepUp: Type.Boolean(),
    }),
  ),
  createdAt: Moment('When it was asked first.'),
  expiresAt: Moment('The one deadline, for decisions and for the pass.'),
  settledAt: Type.Optional(Moment('When it came to its end.')),
};

export const ApprovalSummary = Type.Object(summary);
/** An approval as lists show it. */
export type ApprovalSummary = Static<typeof ApprovalSummary>;

export const ApprovalAnswer = Type.Object({
  ...summary,
  minter: Type.Optional(Type.String({ description: 'Who minted the token that the agent showed.' })),
  fields: Type.Optional(
    Type.Array(Type.Object({ name: Type.String(), value: Type.String() }), {
      description: 'Field lines that the decision is bound to, masked: of `approval.fields`, and those that name an operation.',
    }),
  ),
  evidence: Type.Array(Type.String()),
  countries: Type.Optional(
    Type.Object(
      {
        home: Type.Optional(Countries),
        entry: Type.Optional(Countries),
        processing: Type.Optional(Countries),
        storage: Type.Optional(Countries),
      },
      {
        description:
          'Every country that home and places may be (ISO 3166-1 alpha-2, XK); a member is absent where it may be any.',
      },
    ),
  ),
  preview: Type.Optional(Type.String({ description: 'Beginning of the content, masked; absent where it cannot be shown.' })),
  previewCut: Type.Optional(Type.Literal(true, { description: 'There is more content than the preview shows.' })),
  decisions: Type.Array(
    Type.Object({
      person: Type.String(),
      groups: Type.Array(Type.String()),
      decision: Type.Unsafe<'approve' | 'deny'>({ type: 'string', enum: ['approve', 'deny'] }),
      reason: Type.String(),
      at: Moment('When.'),
      grantFor: Type.Optional(Type.Integer({ description: 'Milliseconds.' })),
    }),
  ),
  mayNot: Type.Optional(Type.String({ description: 'Why you cannot decide on it now; absent where you can.' })),
  offers: Type.Array(
    Type.Object({ rule: Type.String(), max: Type.Integer({ description: 'Milliseconds.' }), covers: Covers }),
    { description: 'What a grant would cover, by rule.' },
  ),
});
/** An approval, whole. */
export type ApprovalAnswer = Static<typeof ApprovalAnswer>;

export const ApprovalsAnswer = Type.Object({ items: Type.Array(ApprovalSummary), next });
export type ApprovalsAnswer = Static<typeof ApprovalsAnswer>;

export const GrantItem = Type.Object({
  id: Type.String(),
  state: StateOfGrant,
  approval: Type.String(),
  covers: Covers,
  by: Type.Array(Type.String(), { description: 'Who gave it.' }),
  createdAt: Moment('When it was given.'),
  endsAt: Moment('The one end; use does not move it.'),
  revokedAt: Type.Optional(Moment('When it was revoked.')),
  revokedBy: Type.Optional(Type.String()),
});
export type GrantItem = Static<typeof GrantItem>;

export const GrantsAnswer = Type.Object({ items: Type.Array(GrantItem), next });
export type GrantsAnswer = Static<typeof GrantsAnswer>;
