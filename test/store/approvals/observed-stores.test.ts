import { describe, expect, it } from 'vitest';
import type { ApprovalStore } from '../../../src/core/approval/approval-store.ts';
import type { ApprovalId, Fingerprint, GrantId } from '../../../src/core/ids.ts';
import { createApprovalRepository } from '../../../src/store/approvals/approval-repository.ts';
import { createGrantRepository } from '../../../src/store/approvals/grant-repository.ts';
import { observedApprovals, observedGrants } from '../../../src/store/approvals/observed-stores.ts';
import { RowCipher } from '../../../src/store/sealing/row-cipher.ts';
import { approved, ASKED_AT, EXPIRES_AT, grant, question } from '../../approval/support/approvals.ts';
import { MACHINE_RANDOM } from '../../support/clock.ts';
import { databaseIn, temporaryDirectory } from '../fixtures.ts';

const CIPHER = new RowCipher(new Uint8Array(32).fill(3), MACHINE_RANDOM);

async function observed(): Promise<{ readonly store: ApprovalStore; readonly told: readonly (readonly string[])[] }> {
  const { db } = await databaseIn(temporaryDirectory());
  const told: (readonly string[])[] = [];
  const store = observedApprovals(createApprovalRepository(db, CIPHER), (change, ids) => told.push([change, ...ids]));
  return { store, told };
}

describe('observedApprovals()', () => {
  it('tells each change once, by what it was and which approvals', async () => {
    const { store, told } = await observed();
    const ask = async (name: string) => await store.ask(question({ name }), ASKED_AT);
    const decide = async (name: string, event: 'support' | 'approve' | 'deny', revision = 0) =>
      await store.decide({
        id: name as ApprovalId,
        revision,
        event,
        decisions: [approved('petra')],
        grants: [],
        at: ASKED_AT,
      });
    await ask('passes');
    await decide('passes', 'support');
    await decide('passes', 'approve', 1);
    await store.take('passes' as ApprovalId, question({ name: 'passes' }).fingerprint, ASKED_AT);
    await ask('is-denied');
    await decide('is-denied', 'deny');
    await ask('is-stale');
    await store.settle('is-stale' as ApprovalId, 'outdate', ASKED_AT);
    await ask('ends');
    await store.expireDue(EXPIRES_AT);
    expect(told).toEqual([
      ['ask', 'passes'],
      ['support', 'passes'],
      ['approve', 'passes'],
      ['pass', 'passes'],
      ['ask', 'is-denied'],
      ['deny', 'is-denied'],
      ['ask', 'is-stale'],
      ['outdate', 'is-stale'],
      ['ask', 'ends'],
      ['expire', 'ends'],
    ]);
  });

  it('tells nothing where nothing has changed, or the store could not be asked', async () => {
    const { store, told } = await observed();
    const unknown = 'a2' as ApprovalId;
    await store.ask(question(), ASKED_AT);
    await store.ask(question(), ASKED_AT);
    await store.decide({ id: unknown, revision: 0, event: 'approve', decisions: [], grants: [], at: ASKED_AT });
    await store.take('a1' as ApprovalId, 'another' as Fingerprint, ASKED_AT);
    await store.settle(unknown, 'cancel', ASKED_AT);
    await store.expireDue(ASKED_AT);
    await store.ask(question({ fingerprint: 'of another request' as Fingerprint }), ASKED_AT);
    expect(told).toEqual([['ask', 'a1']]);
  });
});

describe('observedGrants()', () => {
  it('tells of a grant that was given, and of one that was revoked', async () => {
    const { db } = await databaseIn(temporaryDirectory());
    let told = 0;
    const store = observedGrants(createGrantRepository(db, CIPHER), () => (told += 1));
    await store.insert(grant());
    expect(told).toBe(1);
    await store.revoke('g2' as GrantId, ASKED_AT, 'anna');
    expect(told).toBe(1);
    await store.revoke('g1' as GrantId, ASKED_AT, 'anna');
    expect(told).toBe(2);
  });
});
