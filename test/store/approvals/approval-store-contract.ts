import type { Kysely } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { decideApproval, type DecisionOutcome } from '../../../src/approval/decide-approval.ts';
import type { ProposedDecision } from '../../../src/approval/weigh-decision.ts';
import type { Approval, ApprovalQuestion } from '../../../src/core/approval/approval.ts';
import type { ApprovalStore, DecidedChange, GrantStore } from '../../../src/core/approval/approval-store.ts';
import type { Failure } from '../../../src/core/codes.ts';
import type { AgentId, ApprovalId, Fingerprint, GrantId } from '../../../src/core/ids.ts';
import type { Result } from '../../../src/core/result.ts';
import { createApprovalRepository } from '../../../src/store/approvals/approval-repository.ts';
import { createGrantRepository } from '../../../src/store/approvals/grant-repository.ts';
import { RowCipher } from '../../../src/store/sealing/row-cipher.ts';
import type { Schema } from '../../../src/store/schema.ts';
import {
  approved,
  approver,
  ASKED_AT,
  askedRule,
  EXPIRES_AT,
  grant,
  OFFER,
  question,
} from '../../approval/support/approvals.ts';
import { MACHINE_RANDOM } from '../../support/clock.ts';
import { describeOnEveryEngine, type Engine } from '../engines.ts';

const YES: ProposedDecision = { decision: 'approve', reason: 'fine' };
const NO: ProposedDecision = { decision: 'deny', reason: 'no' };
const NOW = ASKED_AT + 1000;
const HOUR = 3_600_000;

function valueOf<T>(result: Result<T, Failure>): T {
  if (!result.ok) throw new Error(result.failure.detail);
  return result.value;
}

function named(name: string, values: Partial<ApprovalQuestion> = {}): ApprovalQuestion {
  return question({ name, ...values });
}

function changeOf(of: Approval, values: Partial<DecidedChange> = {}): DecidedChange {
  const decisions = [...of.decisions, approved('petra')];
  return { id: of.id, revision: of.revision, event: 'approve', decisions, grants: [], at: NOW, ...values };
}

/**
 * What every ApprovalStore and GrantStore do, for two replicas that share a database, on each engine.
 * @param races how often people race each other
 */
export function describeApprovalStore(title: string, races: number): void {
  describeOnEveryEngine(title, (engine) => describeReplicas('shared by two replicas', engine, races));
}

function describeReplicas(name: string, engine: Engine, races: number): void {
  describe(name, () => {
    const replicas = engine.openTwice(['approvals', 'grants']);
    const cipher = new RowCipher(new Uint8Array(32).fill(3), MACHINE_RANDOM);
    /** Two replicas. */
    let a: ApprovalStore;
    let b: ApprovalStore;
    let grants: GrantStore;
    let db: Kysely<Schema>;
    beforeEach(() => {
      const [first, second] = replicas();
      db = first.db;
      a = createApprovalRepository(first.db, cipher);
      b = createApprovalRepository(second.db, cipher);
      grants = createGrantRepository(second.db, cipher);
    });

    const replica = (i: number): ApprovalStore => (i % 2 === 0 ? a : b);
    const stateOf = async (id: ApprovalId): Promise<string | undefined> => valueOf(await b.find(id))?.state;
    const asked = async (values: ApprovalQuestion = question()): Promise<Approval> =>
      valueOf(await a.ask(values, values.createdAt)).approval;
    const armed = async (values: ApprovalQuestion = question()): Promise<Approval> => {
      const pending = await asked(values);
      expect(valueOf(await a.decide(changeOf(pending)))).toBe('decided');
      return valueOf(await a.find(pending.id))!;
    };

    let grantCount = 0;
    const decideBy = async (
      store: ApprovalStore,
      id: ApprovalId,
      person: string,
      proposed: ProposedDecision,
      now = NOW,
    ): Promise<DecisionOutcome> => {
      const newGrantId = (): GrantId => `grant${++grantCount}` as GrantId;
      return valueOf(await decideApproval(store, { id, approver: approver(person), proposed, now, newGrantId }));
    };
    const kindOf = (outcome: DecisionOutcome): string => (outcome.kind === 'refused' ? outcome.refusal.kind : outcome.kind);

    describe('ask() and find()', () => {
      it('give back what was asked, on the other replica too', async () => {
        const expected = { ...question(), state: 'pending', decisions: [], revision: 0 };
        expect(await a.ask(question(), ASKED_AT)).toEqual({ ok: true, value: { approval: expected, isAttached: false } });
        expect(await b.find('a1' as ApprovalId)).toEqual({ ok: true, value: expected });
        expect(await b.find('a2' as ApprovalId)).toEqual({ ok: true, value: undefined });
      });

      it('changedSince() names what is at another revision than was seen, or gone, of however many', async () => {
        const many = Array.from({ length: 600 }, (_, i) => `c${i}` as ApprovalId);
        for (const id of many) await asked(named(id));
        const seen = new Map(many.map((id) => [id, 0]));
        expect(valueOf(await b.changedSince(seen))).toEqual([]);
        expect(valueOf(await b.changedSince(new Map()))).toEqual([]);
        await decideBy(a, many[3]!, 'petra', YES);
        await a.settle(many[599]!, 'cancel', NOW);
        const gone = 'never' as ApprovalId;
        expect(valueOf(await b.changedSince(seen.set(gone, 0)))).toEqual([many[3], many[599], gone]);
        expect(valueOf(await b.changedSince(seen.set(many[3]!, 1)))).toEqual([many[599], gone]);
      });

      it('attach to what is pending, approved or denied with the same fingerprint', async () => {
        const { id, fingerprint } = await asked();
        const again = named('a2', { fingerprint });
        expect(valueOf(await b.ask(again, NOW))).toMatchObject({ isAttached: true, approval: { id, state: 'pending' } });
        await decideBy(a, id, 'petra', YES);
        expect(valueOf(await b.ask(again, NOW))).toMatchObject({ isAttached: true, approval: { id, state: 'approved' } });

        const denied = await asked(named('a3'));
        await decideBy(a, denied.id, 'petra', NO);
        const retried = named('a4', { fingerprint: denied.fingerprint });
        expect(valueOf(await b.ask(retried, EXPIRES_AT - 1))).toMatchObject({ approval: { id: 'a3', state: 'denied' } });
        expect(valueOf(await b.ask(retried, EXPIRES_AT))).toMatchObject({ isAttached: false, approval: { id: 'a4' } });
      });

      it('ask anew once it has passed, was withdrawn or became stale, and once its time is over', async () => {
        const first = await armed();
        const again = (id: string, now = NOW): ReturnType<ApprovalStore['ask']> =>
          b.ask(named(id, { fingerprint: first.fingerprint, expiresAt: EXPIRES_AT + HOUR }), now);
        expect(valueOf(await a.take(first.id, first.fingerprint, NOW))).toBe(true);
        expect(valueOf(await again('a2'))).toMatchObject({ isAttached: false, approval: { id: 'a2' } });
        await a.settle('a2' as ApprovalId, 'cancel', NOW);
        expect(valueOf(await again('a3'))).toMatchObject({ isAttached: false, approval: { id: 'a3' } });
        await a.settle('a3' as ApprovalId, 'outdate', NOW);
        expect(valueOf(await again('a4'))).toMatchObject({ isAttached: false, approval: { id: 'a4' } });

        const late = await asked(named('a5'));
        const anew = await b.ask(named('a6', { fingerprint: late.fingerprint, expiresAt: EXPIRES_AT + HOUR }), EXPIRES_AT);
        expect(valueOf(anew)).toMatchObject({ isAttached: false, approval: { id: 'a6' } });
        expect(await stateOf(late.id)).toBe('expired');
      });

      it('ask once when many ask the same at once on both replicas', async () => {
        const fingerprint = 'one' as Fingerprint;
        const all = await Promise.all(
          Array.from({ length: 60 }, (_, i) => replica(i).ask(named(`a${i}`, { fingerprint }), ASKED_AT)),
        );
        const answers = all.map(valueOf);
        expect(answers.filter(({ isAttached }) => !isAttached)).toHaveLength(1);
        expect(new Set(answers.map(({ approval }) => approval.id)).size).toBe(1);
      });

      it('hold only so many of one subject at once, and none of them back from whoever asks again', async () => {
        const bounded = createApprovalRepository(db, cipher, 2);
        await bounded.ask(named('a1'), ASKED_AT);
        await bounded.ask(named('a2'), ASKED_AT);
        const third = named('a3');
        expect(await bounded.ask(third, ASKED_AT)).toMatchObject({ ok: false, failure: { code: 'overloaded' } });
        expect(valueOf(await bounded.ask(named('a1'), NOW)).isAttached).toBe(true);
        const other = { ...third.requester, subject: 'other-bot' as AgentId };
        expect(valueOf(await bounded.ask({ ...third, requester: other }, NOW)).isAttached).toBe(false);
        await bounded.settle('a1' as ApprovalId, 'cancel', NOW);
        expect(valueOf(await bounded.ask(named('a4'), NOW)).isAttached).toBe(false);
      });

      it('hold no more of one subject when all of them come at once', async () => {
        const bounded = createApprovalRepository(db, cipher, 5);
        const all = await Promise.all(Array.from({ length: 60 }, (_, i) => bounded.ask(named(`b${i}`), ASKED_AT)));
        const taken = all.filter((answer) => answer.ok).length;
        expect(taken).toBeGreaterThanOrEqual(5);
        // On PostgreSQL as many more as have a connection.
        expect(taken).toBeLessThanOrEqual(5 + 10);
      });

      it('fail when the id is taken by another request', async () => {
        await asked();
        const other = await a.ask(named('a1', { fingerprint: 'other' as Fingerprint }), ASKED_AT);
        expect(other).toMatchObject({ ok: false, failure: { code: 'store_unavailable' } });
      });
    });

    describe('decide()', () => {
      it('stores decision, state and grants together', async () => {
        const pending = await asked();
        const given = grant({ approval: pending.id });
        expect(valueOf(await a.decide(changeOf(pending, { grants: [given] })))).toBe('decided');
        const decisions = [approved('petra')];
        expect(valueOf(await b.find(pending.id))).toEqual({ ...pending, state: 'approved', decisions, revision: 1 });
        expect(valueOf(await grants.matching([given.scope], NOW))).toEqual([given]);
      });

      it('changes nothing on another revision, at the deadline, once settled, or where a grant cannot be stored', async () => {
        const pending = await asked();
        expect(valueOf(await b.decide(changeOf(pending, { revision: 1 })))).toBe('conflict');
        expect(valueOf(await b.decide(changeOf(pending, { at: EXPIRES_AT })))).toBe('conflict');
        await grants.insert(grant());
        expect(await b.decide(changeOf(pending, { grants: [grant()] }))).toMatchObject({ ok: false });
        expect(valueOf(await a.find(pending.id))).toEqual(pending);
        await a.settle(pending.id, 'cancel', NOW);
        expect(valueOf(await b.decide(changeOf(pending, { revision: 1 })))).toBe('conflict');
        const lost = grant({ name: 'lost' });
        expect(valueOf(await b.decide(changeOf(pending, { grants: [lost] })))).toBe('conflict');
        expect(valueOf(await grants.list({ limit: 9, now: NOW })).items.map(({ id }) => id)).toEqual(['g1']);
      });
    });

    describe('decideApproval()', () => {
      it(`HOOP-3 settles a race of approve and deny exactly once, ${races} times`, async () => {
        const ends: Record<string, number> = { approved: 0, denied: 0 };
        for (let round = 0; round < races; round += 50) {
          const ids = Array.from({ length: 50 }, (_, i) => `r${round + i}`);
          await Promise.all(
            ids.map(async (id, i) => {
              const { id: approvalId } = await asked(named(id));
              const outcomes = await Promise.all([
                decideBy(replica(i), approvalId, 'petra', YES),
                decideBy(replica(i + 1), approvalId, 'paul', NO),
              ]);
              expect(outcomes.map(kindOf).toSorted()).toEqual(['decided', 'settled']);
              const after = valueOf(await a.find(approvalId))!;
              expect(after.decisions).toHaveLength(1);
              expect(after.state).toBe(after.decisions[0]!.decision === 'approve' ? 'approved' : 'denied');
              ends[after.state]! += 1;
            }),
          );
        }
        expect(ends['approved']! + ends['denied']!).toBe(races);
      }, 60_000);

      it(`HOOP-3 settles a race of approve, deny, deadline, withdrawal and pass exactly once, ${races} times`, async () => {
        const ends = new Map<string, number>();
        const race = async (n: number): Promise<void> => {
          const { id, fingerprint } = await asked(named(`m${n}`));
          const approve = decideBy(replica(n), id, 'petra', YES);
          // All at once, or the others when there is a pass to be taken.
          const begin = n % 2 === 0 ? Promise.resolve() : approve;
          const others = [
            async () => kindOf(await decideBy(replica(n + 1), id, 'paul', NO)) === 'decided',
            async () => valueOf(await replica(n).expireDue(EXPIRES_AT, id)).includes(id),
            async () => valueOf(await replica(n + 1).settle(id, 'cancel', NOW)),
            async () => approve.then(async () => valueOf(await replica(n).take(id, fingerprint, NOW))),
          ];
          // Each of them is the first to begin in turn.
          const turned = others.map((_, i) => (i + n) % others.length);
          const happened = await begin.then(() => Promise.all(turned.map((i) => others[i]!())));
          expect(happened.filter(Boolean)).toHaveLength(1);
          const winner = turned[happened.indexOf(true)]!;
          const hasApproved = kindOf(await approve) === 'decided';
          const after = valueOf(await a.find(id))!;
          expect(after.state).toBe(['denied', 'expired', 'cancelled', 'passed'][winner]);
          expect(after.decisions.map(({ decision }) => decision)).toEqual(
            winner === 0 ? ['deny'] : hasApproved ? ['approve'] : [],
          );
          // Nothing passes that nobody has approved, and nobody approves what was denied.
          if (after.state === 'passed') expect(hasApproved).toBe(true);
          ends.set(after.state, (ends.get(after.state) ?? 0) + 1);
        };
        for (let round = 0; round < races; round += 50)
          await Promise.all(Array.from({ length: 50 }, (_, i) => race(round + i)));
        expect([...ends.values()].reduce((sum, count) => sum + count, 0)).toBe(races);
        expect(ends.size).toBeGreaterThan(1);
      }, 60_000);

      it('settles a quorum of two exactly once when three approve at once, and loses nobody', async () => {
        for (let round = 0; round < 20; round++) {
          const rules = [askedRule({ quorum: 2, grant: OFFER })];
          const { id } = await asked(named(`q${round}`, { rules }));
          const persons = ['petra', 'paul', 'pia'];
          const proposed = { ...YES, grant: { for: HOUR } };
          const outcomes = await Promise.all(persons.map((person, i) => decideBy(replica(i), id, person, proposed)));
          expect(outcomes.map(kindOf).toSorted()).toEqual(['decided', 'decided', 'settled']);
          const after = valueOf(await a.find(id))!;
          expect(after).toMatchObject({ state: 'approved', revision: 2 });
          expect(new Set(after.decisions.map(({ person }) => person)).size).toBe(2);
          const given = valueOf(await grants.list({ limit: 99, now: NOW })).items.filter(({ approval }) => approval === id);
          expect(given).toHaveLength(1);
        }
      });

      it('HOOP-2 takes one person for one, however often and wherever it decides at once', async () => {
        const { id } = await asked(named('q', { rules: [askedRule({ quorum: 2 })] }));
        const outcomes = await Promise.all([0, 1, 2, 3].map((i) => decideBy(replica(i), id, 'petra', YES)));
        expect(outcomes.map(kindOf).toSorted()).toEqual(['decided', 'repeated', 'repeated', 'repeated']);
        expect(await stateOf(id)).toBe('pending');
      });

      it('ends for good at the deadline, even if the clock is set back', async () => {
        const { id } = await asked();
        expect(kindOf(await decideBy(a, id, 'petra', YES, EXPIRES_AT))).toBe('settled');
        expect(await stateOf(id)).toBe('expired');
        expect(kindOf(await decideBy(b, id, 'petra', YES, NOW))).toBe('settled');
        expect(await stateOf(id)).toBe('expired');
      });

      it('knows what there is not', async () => {
        expect(await decideBy(a, 'none' as ApprovalId, 'petra', YES)).toEqual({ kind: 'missing' });
      });
    });

    describe('take()', () => {
      it('HOOP-7 lets one of ten waiters pass', async () => {
        for (let round = 0; round < 10; round++) {
          const { id, fingerprint } = await armed(named(`t${round}`));
          const taken = await Promise.all(Array.from({ length: 10 }, (_, i) => replica(i).take(id, fingerprint, NOW)));
          expect(taken.map(valueOf).filter(Boolean)).toHaveLength(1);
          expect(valueOf(await b.find(id))).toMatchObject({ state: 'passed', settledAt: NOW });
        }
      });

      it('lets nothing pass that is not approved, or not for this request', async () => {
        const pending = await asked();
        expect(valueOf(await b.take(pending.id, pending.fingerprint, NOW))).toBe(false);
        const approvedOne = await armed(named('a2'));
        expect(valueOf(await b.take(approvedOne.id, pending.fingerprint, NOW))).toBe(false);
        expect(valueOf(await b.take('none' as ApprovalId, pending.fingerprint, NOW))).toBe(false);
        expect([await stateOf(pending.id), await stateOf(approvedOne.id)]).toEqual(['pending', 'approved']);
      });

      it('lets nothing pass once a grant that was given with it has ended', async () => {
        for (const [name, lasts] of [
          ['short', 60_000],
          ['long', 30 * 24 * 3_600_000],
        ] as const) {
          const pending = await asked(named(name));
          const given = grant({ name, approval: pending.id, createdAt: NOW, endsAt: NOW + lasts });
          expect(valueOf(await a.decide(changeOf(pending, { grants: [given] })))).toBe('decided');
        }
        expect(valueOf(await b.expireDue(NOW + 59_999))).toEqual([]);
        const [ended] = valueOf(await b.expireDue(NOW + 60_000));
        expect(valueOf(await b.find(ended!))).toMatchObject({ id: ended, state: 'expired' });
        // A longer grant gives no longer pass.
        expect(valueOf(await b.expireDue(EXPIRES_AT))).toHaveLength(1);
      });

      it('lets nothing pass at the deadline, even if the clock is set back', async () => {
        const { id, fingerprint } = await armed();
        expect(valueOf(await a.take(id, fingerprint, EXPIRES_AT))).toBe(false);
        expect(await stateOf(id)).toBe('expired');
        expect(valueOf(await b.take(id, fingerprint, NOW))).toBe(false);
      });

      it('ends in one of both when it races the deadline', async () => {
        for (let round = 0; round < 20; round++) {
          const { id, fingerprint } = await armed(named(`e${round}`));
          const [taken, ended] = await Promise.all([a.take(id, fingerprint, EXPIRES_AT - 1), b.expireDue(EXPIRES_AT)]);
          expect(valueOf(taken)).toBe(!valueOf(ended).includes(id));
          expect(await stateOf(id)).toBe(valueOf(taken) ? 'passed' : 'expired');
        }
      });
    });

    describe('settle(), expireDue() and purge()', () => {
      it('settle what is pending or approved, once', async () => {
        const pending = await asked();
        expect(valueOf(await a.settle(pending.id, 'outdate', NOW))).toBe(true);
        expect(valueOf(await b.settle(pending.id, 'cancel', NOW))).toBe(false);
        expect(valueOf(await b.find(pending.id))).toMatchObject({ state: 'stale', settledAt: NOW, revision: 1 });
        const approvedOne = await armed(named('a2'));
        expect(valueOf(await b.settle(approvedOne.id, 'cancel', NOW))).toBe(true);
        expect(await stateOf(approvedOne.id)).toBe('cancelled');
      });

      it('end those whose deadline has come, and no others', async () => {
        await asked(named('early', { expiresAt: NOW }));
        await asked(named('late', { expiresAt: NOW + 1 }));
        await armed(named('armed', { expiresAt: NOW + 1 }));
        await a.settle((await asked(named('settled', { expiresAt: NOW }))).id, 'cancel', NOW);
        expect(valueOf(await b.expireDue(NOW - 1))).toEqual([]);
        expect(valueOf(await b.expireDue(NOW, 'late' as ApprovalId))).toEqual([]);
        expect(valueOf(await b.expireDue(NOW))).toEqual(['early']);
        expect(valueOf(await b.expireDue(NOW + 1)).toSorted()).toEqual(['armed', 'late']);
        expect(await stateOf('settled' as ApprovalId)).toBe('cancelled');
      });

      it('withdraw what an agent waits for, and nothing of another one', async () => {
        const pending = await asked();
        const approvedOne = await armed(named('a2'));
        await a.settle((await asked(named('settled'))).id, 'outdate', NOW);
        expect(valueOf(await b.cancelOf('nobody', NOW))).toEqual([]);
        expect(valueOf(await b.cancelOf(pending.requester.subject, NOW)).toSorted()).toEqual(
          [pending.id, approvedOne.id].toSorted(),
        );
        expect(await stateOf(pending.id)).toBe('cancelled');
        expect(await stateOf('settled' as ApprovalId)).toBe('stale');
      });

      it('forget what was settled before, and nothing that waits', async () => {
        await asked(named('waiting'));
        await a.settle((await asked(named('old'))).id, 'cancel', NOW - 1);
        await a.settle((await asked(named('new'))).id, 'cancel', NOW);
        expect(valueOf(await b.purge(NOW, NOW, 9))).toBe(1);
        expect(valueOf(await b.list({ limit: 9 })).items.map(({ id }) => id)).toEqual(['waiting', 'new']);
      });

      it('forget no more than so many at once, those that ended first before the others', async () => {
        for (const [i, name] of ['third', 'first', 'second'].entries()) {
          await a.settle((await asked(named(name))).id, 'cancel', NOW + [3, 1, 2][i]!);
        }
        expect(valueOf(await b.purge(NOW + 9, NOW + 9, 2))).toBe(2);
        expect(valueOf(await b.list({ limit: 9 })).items.map(({ id }) => id)).toEqual(['third']);
        expect(valueOf(await b.purge(NOW + 9, NOW + 9, 2))).toBe(1);
        expect(valueOf(await b.purge(NOW + 9, NOW + 9, 2))).toBe(0);
      });

      it('forget no denial before its deadline: it answers for the same request until then', async () => {
        const denied = await asked();
        await decideBy(a, denied.id, 'petra', NO);
        expect(valueOf(await b.purge(EXPIRES_AT, EXPIRES_AT - 1, 9))).toBe(0);
        const again = named('a2', { fingerprint: denied.fingerprint });
        expect(valueOf(await b.ask(again, EXPIRES_AT - 1))).toMatchObject({ approval: { id: denied.id, state: 'denied' } });
        expect(valueOf(await b.purge(EXPIRES_AT, EXPIRES_AT, 9))).toBe(1);
      });
    });

    describe('what a change does not name', () => {
      const FULL = {
        rules: [askedRule({ by: ['privacy', 'legal'], quorum: 2, stepUp: true, grant: OFFER }), askedRule({ id: 'other' })],
      };
      const decision = approved('petra', {
        groups: ['privacy', 'legal'],
        places: 'eu',
        hasSteppedUp: true,
        reason: 'read it',
        grant: { for: HOUR },
      });

      it.each<[string, (of: Approval) => Promise<unknown>, Partial<Approval>]>([
        ['take()', (of) => b.take(of.id, of.fingerprint, NOW), { state: 'passed', settledAt: NOW }],
        ['settle()', (of) => b.settle(of.id, 'outdate', NOW), { state: 'stale', settledAt: NOW }],
        ['expireDue()', () => b.expireDue(EXPIRES_AT), { state: 'expired', settledAt: EXPIRES_AT }],
        [
          'ask()',
          (of) => b.ask(named('a2', { fingerprint: of.fingerprint, rules: [askedRule()], createdAt: NOW }), NOW),
          { revision: 2 },
        ],
      ])('HOOP-8 stays as it was after %s, whichever way it is read', async (_, change, expected) => {
        const pending = await asked(question(FULL));
        valueOf(await a.decide(changeOf(pending, { event: 'support', decisions: [decision] })));
        const supported = valueOf(await b.find(pending.id))!;
        expect(supported).toEqual({ ...pending, decisions: [decision], revision: 1 });
        const decisions = [decision, approved('paul')];
        valueOf(await b.decide(changeOf(supported, { decisions })));
        const before: Approval = { ...supported, state: 'approved', decisions, revision: 2 };
        await change(before);
        const after = { ...before, revision: 3, ...expected };
        expect(valueOf(await a.find(pending.id))).toEqual(after);
        expect(valueOf(await a.list({ limit: 9 })).items).toEqual([after]);
        expect(valueOf(await a.list({ limit: 9, state: after.state })).items).toEqual([after]);
      });

      it('HOOP-8 stays as it was when one of those who approved denies, or a grant is revoked', async () => {
        const pending = await asked(question(FULL));
        valueOf(await a.decide(changeOf(pending, { event: 'support', decisions: [decision] })));
        const supported = valueOf(await b.find(pending.id))!;
        const decisions = [decision, approved('petra', { decision: 'deny' })];
        valueOf(await b.decide(changeOf(supported, { event: 'deny', decisions })));
        const denied = { ...supported, state: 'denied', decisions, revision: 2, settledAt: NOW };
        expect(valueOf(await a.find(pending.id))).toEqual(denied);
        await grants.insert(grant());
        await grants.revoke(grant().id, NOW, 'otto');
        const revoked = { ...grant(), revoked: { at: NOW, by: 'otto' } };
        expect(valueOf(await grants.find(grant().id))).toEqual(revoked);
      });
    });

    describe('list()', () => {
      it('pages from the newest to the oldest, each once, whatever was asked at one instant', async () => {
        const at = [1, 2, 2, 2, 3, 3, 4];
        for (const [i, createdAt] of at.entries()) await asked(named(`p${i}`, { createdAt: ASKED_AT + createdAt }));
        const seen: string[] = [];
        let page = valueOf(await b.list({ limit: 2 }));
        for (;;) {
          seen.push(...page.items.map(({ id }) => id));
          if (page.next === undefined) break;
          page = valueOf(await b.list({ limit: 2, after: page.next }));
        }
        expect(seen).toEqual(['p6', 'p5', 'p4', 'p3', 'p2', 'p1', 'p0']);
        expect(valueOf(await b.list({ limit: 7 })).next).toBeUndefined();
      });

      it('shows one state alone', async () => {
        await asked(named('a1'));
        await armed(named('a2'));
        await asked(named('a3'));
        const ids = async (state: Approval['state']): Promise<string[]> =>
          valueOf(await b.list({ state, limit: 9 })).items.map(({ id }) => id);
        expect(await ids('pending')).toEqual(['a3', 'a1']);
        expect(await ids('approved')).toEqual(['a2']);
        expect(await ids('stale')).toEqual([]);
      });
    });

    describe('grants', () => {
      it('are found by their scope while they are in force', async () => {
        await grants.insert(grant());
        const { scope, endsAt } = grant();
        expect(valueOf(await grants.matching([scope, 'other' as typeof scope], NOW))).toEqual([grant()]);
        expect(valueOf(await grants.matching([scope], endsAt))).toEqual([]);
        expect(valueOf(await grants.matching(['other' as typeof scope], NOW))).toEqual([]);
        expect(valueOf(await grants.matching([], NOW))).toEqual([]);
      });

      it('HOOP-5 are found through midnight, until their one end', async () => {
        const night = grant({ createdAt: Date.parse('2026-11-22T22:00:00Z'), endsAt: Date.parse('2026-11-23T06:00:00Z') });
        await grants.insert(night);
        const at = async (time: string): Promise<number> =>
          valueOf(await grants.matching([night.scope], Date.parse(time))).length;
        expect(await Promise.all(['2026-11-22T22:00Z', '2026-11-23T00:30Z', '2026-11-23T05:59Z'].map(at))).toEqual([1, 1, 1]);
        expect(await Promise.all(['2026-11-23T06:00Z', '2026-11-23T22:30Z'].map(at))).toEqual([0, 0]);
      });

      it('are revoked once, and then match nothing', async () => {
        const { id, scope } = grant();
        await grants.insert(grant());
        expect(valueOf(await grants.revoke('none' as GrantId, NOW, 'otto'))).toBe(false);
        expect(valueOf(await grants.revoke(id, NOW, 'otto'))).toBe(true);
        expect(valueOf(await grants.revoke(id, NOW + 1, 'olga'))).toBe(true);
        expect(valueOf(await grants.matching([scope], NOW))).toEqual([]);
        const revoked = { ...grant(), revoked: { at: NOW, by: 'otto' } };
        expect(valueOf(await grants.list({ limit: 9, now: NOW })).items).toEqual([revoked]);
      });

      it('are forgotten when their end is past, revoked or not, so many at once', async () => {
        const { id } = grant({ name: 'g2' });
        await grants.insert(grant({ name: 'g1', endsAt: NOW - 2 }));
        await grants.insert(grant({ name: 'g2', endsAt: NOW - 1 }));
        await grants.insert(grant({ name: 'g3', endsAt: NOW }));
        await grants.revoke(id, NOW - 5, 'otto');
        expect(valueOf(await grants.purge(NOW, 1))).toBe(1);
        expect(valueOf(await grants.list({ limit: 9, now: NOW })).items.map((each) => each.id)).toEqual(['g3', 'g2']);
        expect(valueOf(await grants.purge(NOW, 9))).toBe(1);
        expect(valueOf(await grants.purge(NOW, 9))).toBe(0);
      });

      it('are listed newest first, by state and page', async () => {
        const at = (name: string, createdAt: number, endsAt: number) => grant({ name, createdAt, endsAt });
        await grants.insert(at('g1', 1, 100));
        await grants.insert(at('g2', 2, 10));
        await grants.insert({ ...at('g3', 3, 100), revoked: { at: 5, by: 'otto' } });
        await grants.insert(at('g4', 3, 100));
        const ids = async (query: Omit<Parameters<GrantStore['list']>[0], 'now'>): Promise<readonly string[]> =>
          valueOf(await grants.list({ ...query, now: 10 })).items.map(({ id }) => id);
        expect(await ids({ limit: 9 })).toEqual(['g4', 'g3', 'g2', 'g1']);
        expect(await ids({ limit: 9, state: 'active' })).toEqual(['g4', 'g1']);
        expect(await ids({ limit: 9, state: 'ended' })).toEqual(['g2']);
        expect(await ids({ limit: 9, state: 'revoked' })).toEqual(['g3']);
        const { next } = valueOf(await grants.list({ limit: 2, now: 10 }));
        expect(await ids({ limit: 2, after: next! })).toEqual(['g2', 'g1']);
      });
    });

    describe('at rest', () => {
      it('nothing can be read of what was asked, and by whom it was decided', async () => {
        const pending = await asked();
        await a.decide(changeOf(pending, { grants: [grant()] }));
        await grants.revoke(grant().id, NOW, 'otto@acme.example');
        const rows = [
          await db.selectFrom('approvals').selectAll().execute(),
          await db.selectFrom('grants').selectAll().execute(),
        ];
        const stored = JSON.stringify(rows);
        for (const secret of ['anthropic', 'EMAIL', 'acme.example', 'petra', 'a customer waits', 'fine', '/v1/']) {
          expect(stored).not.toContain(secret);
        }
      });

      it('what was changed or moved there is not believed', async () => {
        const first = await asked(named('a1'));
        await asked(named('a2'));
        const { question: sealed } = await db
          .selectFrom('approvals')
          .select('question')
          .where('id', '=', 'a2')
          .executeTakeFirstOrThrow();
        await db
          .updateTable('approvals')
          .set({ expires_at: EXPIRES_AT + HOUR })
          .where('id', '=', 'a1')
          .execute();
        expect(valueOf(await b.find(first.id))?.expiresAt).toBe(EXPIRES_AT);
        await db.updateTable('approvals').set({ question: sealed }).where('id', '=', 'a1').execute();
        expect(await b.find(first.id)).toMatchObject({ ok: false, failure: { code: 'store_unavailable' } });
        await db.updateTable('approvals').set({ decisions: sealed }).where('id', '=', 'a2').execute();
        expect(await b.find('a2' as ApprovalId)).toMatchObject({ ok: false, failure: { code: 'store_unavailable' } });
        await db.updateTable('approvals').set({ decisions: 'AAAA' }).where('id', '=', 'a2').execute();
        expect(await b.find('a2' as ApprovalId)).toMatchObject({ ok: false, failure: { code: 'store_unavailable' } });
      });
    });
  });
}
