import type { Approval, ApprovalQuestion, Requester } from '../../core/approval/approval.ts';
import type { ApproverDecision } from '../../core/approval/approver.ts';
import type { ApprovalState } from '../../core/approval/transitions.ts';
import { CountrySet } from '../../core/place/country-set.ts';
import type { CountryCode } from '../../core/place/country.ts';
import type { Schema } from '../schema.ts';
import type { RowCipher, SealedColumn } from '../sealing/row-cipher.ts';

export type ApprovalRow = Schema['approvals'];

/**
 * What is sealed of a question: all of it, with the countries of home as a list. Columns beside it are for looking rows up; who
 * can write to the database and moves a deadline there changes nothing of what was asked.
 */
interface SealedQuestion extends Omit<ApprovalQuestion, 'requester'> {
  readonly requester: Omit<Requester, 'home'> & {
    readonly home: Omit<Requester['home'], 'countries'> & { readonly countries: readonly CountryCode[] };
  };
}

/** The row of a question that nobody has decided on. */
export function toRow(question: ApprovalQuestion, cipher: RowCipher): ApprovalRow {
  const { id, fingerprint, requester, createdAt, expiresAt } = question;
  const home = { ...requester.home, countries: requester.home.countries.toArray() };
  const sealed: SealedQuestion = { ...question, requester: { ...requester, home } };
  return {
    id,
    fingerprint,
    subject: requester.subject,
    state: 'pending',
    created_at: createdAt,
    expires_at: expiresAt,
    settled_at: null,
    revision: 0,
    question: cipher.seal(sealed, columnOf(id, 'question')),
    decisions: sealDecisions(id, [], cipher),
  };
}

export function sealDecisions(id: string, decisions: readonly ApproverDecision[], cipher: RowCipher): string {
  return cipher.seal(decisions, columnOf(id, 'decisions'));
}

/** Throws `UnsealError` where the row is not what was stored. */
export function fromRow(row: ApprovalRow, cipher: RowCipher): Approval {
  const { requester, ...question } = cipher.unseal(row.question, columnOf(row.id, 'question')) as SealedQuestion;
  return {
    ...question,
    requester: { ...requester, home: { ...requester.home, countries: CountrySet.of(requester.home.countries) } },
    state: row.state as ApprovalState,
    decisions: cipher.unseal(row.decisions, columnOf(row.id, 'decisions')) as readonly ApproverDecision[],
    ...(row.settled_at !== null && { settledAt: row.settled_at }),
    revision: row.revision,
  };
}

function columnOf(id: string, column: 'question' | 'decisions'): SealedColumn {
  return { table: 'approvals', id, column };
}
