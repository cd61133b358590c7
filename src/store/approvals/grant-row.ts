import type { Grant } from '../../core/approval/grant.ts';
import type { Schema } from '../schema.ts';
import type { RowCipher, SealedColumn } from '../sealing/row-cipher.ts';

export type GrantRow = Schema['grants'];

/** All but a revocation and that it has ended. */
type SealedGrant = Omit<Grant, 'revoked' | 'endedAt'>;

export function toGrantRow(grant: Grant, cipher: RowCipher): GrantRow {
  const { revoked, endedAt, ...sealed } = grant;
  const { id, approval, covers, scope, createdAt, endsAt } = grant;
  return {
    id,
    approval,
    subject: covers.subject,
    rule: covers.rule,
    scope,
    created_at: createdAt,
    ends_at: endsAt,
    revoked_at: revoked?.at ?? null,
    cover: cipher.seal(sealed satisfies SealedGrant, columnOf(id, 'cover')),
    revoked_by: revoked === undefined ? null : sealRevoker(id, revoked.by, cipher),
    ended_at: endedAt ?? null,
  };
}

export function sealRevoker(id: string, person: string, cipher: RowCipher): string {
  return cipher.seal(person, columnOf(id, 'revoked_by'));
}

/** Throws `UnsealError` where the row is not what was stored. */
export function fromGrantRow(row: GrantRow, cipher: RowCipher): Grant {
  const sealed = cipher.unseal(row.cover, columnOf(row.id, 'cover')) as SealedGrant;
  return {
    ...sealed,
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
    ...(row.revoked_at !== null && { revoked: { at: row.revoked_at, by: revokerOf(row, cipher) } }),
  };
}

function revokerOf({ id, revoked_by }: GrantRow, cipher: RowCipher): string {
  return revoked_by === null ? '' : (cipher.unseal(revoked_by, columnOf(id, 'revoked_by')) as string);
}

function columnOf(id: string, column: 'cover' | 'revoked_by'): SealedColumn {
  return { table: 'grants', id, column };
}
