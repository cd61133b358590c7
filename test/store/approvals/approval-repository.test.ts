import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { databaseIn, temporaryDirectory } from '../fixtures.ts';
import { describeApprovalStore } from './approval-store-contract.ts';

// A thousand races run with the long tests.
describeApprovalStore('createApprovalRepository()', 50);

describe('the indexes of approvals on SQLite', () => {
  const plan = async (statement: string): Promise<string> => {
    const { db } = await databaseIn(temporaryDirectory());
    const { rows } = await sql.raw<{ readonly detail: string }>(`EXPLAIN QUERY PLAN ${statement}`).execute(db);
    return rows.map(({ detail }) => detail).join('; ');
  };
  const newest = 'ORDER BY created_at DESC, id DESC LIMIT 51';

  it.each([
    ['the first page', `SELECT * FROM approvals ${newest}`, 'SCAN approvals USING INDEX approvals_by_age'],
    [
      'a further page',
      `SELECT * FROM approvals WHERE (created_at, id) < (5, 'a') ${newest}`,
      'SEARCH approvals USING INDEX approvals_by_age ((created_at,id)<(?,?))',
    ],
    [
      'a further page of one state',
      `SELECT * FROM approvals WHERE state = 'denied' AND (created_at, id) < (5, 'a') ${newest}`,
      'SEARCH approvals USING INDEX approvals_by_state (state=? AND (created_at,id)<(?,?))',
    ],
    [
      'what is due',
      `UPDATE approvals SET state = 'expired' WHERE state IN (?, ?) AND expires_at <= ?`,
      'SEARCH approvals USING INDEX approvals_by_deadline (state=? AND expires_at<?)',
    ],
    [
      'what can be attached to',
      `SELECT * FROM approvals WHERE fingerprint = 'a' AND state IN (?, ?, ?) ${newest}`,
      'SEARCH approvals USING INDEX approvals_by_fingerprint (fingerprint=?)',
    ],
    [
      'how many of a subject wait',
      `SELECT count(*) FROM approvals WHERE subject = ? AND state IN (?, ?)`,
      'SEARCH approvals USING COVERING INDEX approvals_by_subject (subject=? AND state=?)',
    ],
    [
      'what is forgotten first',
      `SELECT id FROM approvals WHERE settled_at < 5 AND (state <> 'denied' OR expires_at <= 5) ORDER BY settled_at LIMIT 200`,
      'SEARCH approvals USING INDEX approvals_by_end (settled_at<?)',
    ],
    [
      'grants by scope',
      `SELECT * FROM grants WHERE revoked_at IS NULL AND ends_at > 5 AND scope IN ('a', 'b')`,
      'SEARCH grants USING INDEX grants_by_scope (scope=? AND ends_at>?)',
    ],
  ])('answer %s without sorting', async (_, statement, expected) => {
    expect(await plan(statement)).toBe(expected);
  });
});
