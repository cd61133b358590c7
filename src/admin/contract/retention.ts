/** Legal holds, and content that is made unreadable: what the admin API takes and gives. */
import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import type { IndexedShredding } from '../../core/exchange/exchange-index.ts';
import type { LegalHold } from '../../core/exchange/legal-hold.ts';
import { instantText } from '../../core/time-text.ts';

const closed = { additionalProperties: false } as const;

const Reason = Type.String({ minLength: 1, maxLength: 500, pattern: String.raw`\S`, description: 'For the record.' });
const Name = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 255, description }));
const Moment = (description: string) => Type.Optional(Type.String({ maxLength: 40, description }));

const covered = {
  subject: Name('Records of this agent.'),
  session: Name('Records of this session.'),
  home: Name('Records of the agents at home there, as the policy names it.'),
  since: Moment('What was recorded from this date or instant on (RFC 3339).'),
  until: Moment('What was recorded before.'),
};

export const HoldBody = Type.Object({ ...covered, reason: Reason }, closed);
/** `POST /v1/legal-holds`: all of what is given has to fit, and something is given. */
export type HoldBody = Static<typeof HoldBody>;

export const HoldItem = Type.Object({
  id: Type.String(),
  createdAt: Type.String({ format: 'date-time' }),
  by: Type.String({ description: 'Who had it made.' }),
  reason: Type.String(),
  ...covered,
});
/** A legal hold, as people see it. */
export type HoldItem = Static<typeof HoldItem>;

export const HoldsAnswer = Type.Object({ items: Type.Array(HoldItem) });
export type HoldsAnswer = Static<typeof HoldsAnswer>;

export const HoldParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) }, closed);
export const ReleaseBody = Type.Object({ reason: Reason }, closed);

export const ShredBody = Type.Object({ subject: covered.subject, session: covered.session, reason: Reason }, closed);
/** `POST /v1/content/shred`: of one session, or of all sessions of one agent. */
export type ShredBody = Static<typeof ShredBody>;

export const ShredAnswer = Type.Object({
  sessions: Type.Array(Type.String(), { description: 'Whose recorded content nobody can read any more.' }),
});
export type ShredAnswer = Static<typeof ShredAnswer>;

export const SessionRetentionAnswer = Type.Object({
  holds: Type.Array(HoldItem, { description: 'Legal holds that cover a part of it, in the order in which they were made.' }),
  otherHolds: Type.Integer({ description: 'More that cover a part of it, and are outside of the scope of who asks.' }),
  keys: Type.Integer({ description: 'Keys of its recorded content that there are; with none, nobody reads any of it.' }),
  shredded: Type.Array(
    Type.Object({
      at: Type.String({ format: 'date-time' }),
      by: Type.String({ description: 'Who had it made unreadable; `cordon` when its time was over.' }),
      reason: Type.String(),
    }),
    { description: 'In order.' },
  ),
});
/** What keeps the records of a session, and what was made unreadable of them. */
export type SessionRetentionAnswer = Static<typeof SessionRetentionAnswer>;

/** The same, as the gateway has it. */
export interface SessionRetention {
  /** That cover a part of it, and are in scope. */
  readonly holds: readonly LegalHold[];
  /** That cover a part of it, and are not. */
  readonly otherHolds: number;
  /** Keys of its recorded content that there are. */
  readonly keys: number;
  /** In order. */
  readonly shredded: readonly IndexedShredding[];
}

export function sessionRetentionAnswer({ holds, otherHolds, keys, shredded }: SessionRetention): SessionRetentionAnswer {
  return {
    holds: holds.map(holdItem),
    otherHolds,
    keys,
    shredded: shredded.map(({ at, by, reason }) => ({ at: instantText(at), by, reason })),
  };
}

export function holdItem({ id, createdAt, by, reason, subject, session, home, since, until }: LegalHold): HoldItem {
  return {
    id,
    createdAt: instantText(createdAt),
    by,
    reason,
    ...(subject !== undefined && { subject }),
    ...(session !== undefined && { session }),
    ...(home !== undefined && { home }),
    ...(since !== undefined && { since: instantText(since) }),
    ...(until !== undefined && { until: instantText(until) }),
  };
}
