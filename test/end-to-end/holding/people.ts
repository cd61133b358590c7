import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { decideApproval, type DecisionOutcome } from '../../../src/approval/decide-approval.ts';
import { openHoldState, type HoldState } from '../../../src/app/loading/hold-state.ts';
import { systemClock, systemRandom } from '../../../src/app/system.ts';
import type { Approval } from '../../../src/core/approval/approval.ts';
import type { Approver } from '../../../src/core/approval/approver.ts';
import type { ApprovalState } from '../../../src/core/approval/transitions.ts';
import type { Failure } from '../../../src/core/codes.ts';
import type { ListCursor } from '../../../src/core/page.ts';
import type { Result } from '../../../src/core/result.ts';
import { createKeys } from '../../../src/store/keys.ts';
import type { Database } from '../../../src/store/database.ts';
import { openPostgres } from '../../../src/store/postgres/postgres.ts';
import { openSqlite } from '../../../src/store/sqlite.ts';
import type { Lab } from '../../support/lab.ts';
import { approver } from '../../approval/support/approvals.ts';

/** People who answer, in another process than the gateway's as far as the store can tell. */
export class People {
  readonly #state: HoldState;

  private constructor(state: HoldState) {
    this.#state = state;
  }

  /** Opens the store of a gateway; closed when the test ends. */
  static async of({ gateway }: Pick<Lab, 'gateway'>): Promise<People> {
    const data = join(gateway.directory, 'data');
    return People.at(data, valueOf(await openSqlite({ file: join(data, 'cordon.db'), clock: systemClock })));
  }

  /** The same with a database that replicas share. */
  static async on(url: string, { gateway }: Pick<Lab, 'gateway'>): Promise<People> {
    return People.at(join(gateway.directory, 'data'), valueOf(await openPostgres({ url, clock: systemClock })));
  }

  private static async at(data: string, database: Database): Promise<People> {
    const keys = createKeys(join(data, 'keys'), systemRandom);
    const state = await openHoldState({ database, keys, clock: systemClock, random: systemRandom });
    onTestFinished(async () => {
      state[Symbol.dispose]();
      await database.close();
    });
    return new People(state);
  }

  /** The newest in this state, as soon as there is one. */
  async next(state: ApprovalState = 'pending'): Promise<Approval> {
    for (let tries = 0; tries < 200; tries++) {
      const [newest] = valueOf(await this.#state.approvals.list({ state, limit: 1 })).items;
      if (newest !== undefined) return newest;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`Found no approval that is ${state}`);
  }

  async all(): Promise<readonly Approval[]> {
    return valueOf(await this.#state.approvals.list({ limit: 100 })).items;
  }

  /** However many there are in this state, newest first. */
  async listed(state: ApprovalState): Promise<readonly Approval[]> {
    const all: Approval[] = [];
    for (let after: ListCursor | undefined; ;) {
      const page = valueOf(await this.#state.approvals.list({ state, limit: 200, ...(after !== undefined && { after }) }));
      all.push(...page.items);
      if (page.next === undefined) return all;
      after = page.next;
    }
  }

  async count(state: ApprovalState): Promise<number> {
    return (await this.listed(state)).length;
  }

  async decide(
    { id }: Pick<Approval, 'id'>,
    decision: 'approve' | 'deny',
    by: { readonly approver?: Partial<Approver>; readonly grant?: { readonly for: number } } = {},
  ): Promise<DecisionOutcome> {
    const proposed = { decision, reason: 'looked at it', ...(by.grant !== undefined && { grant: by.grant }) };
    return valueOf(
      await decideApproval(this.#state.approvals, {
        id,
        approver: approver(by.approver?.person ?? 'paul@acme.example', by.approver),
        proposed,
        now: Date.now(),
        newGrantId: this.#state.newGrantId,
      }),
    );
  }

  async find({ id }: Pick<Approval, 'id'>): Promise<Approval> {
    const found = valueOf(await this.#state.approvals.find(id));
    if (found === undefined) throw new Error(`Found no approval ${id}`);
    return found;
  }

  /** Takes back what nobody has passed under, so that the next test finds nothing to attach to. */
  async withdraw({ id }: Pick<Approval, 'id'>): Promise<void> {
    expect(valueOf(await this.#state.approvals.settle(id, 'cancel', Date.now()))).toBe(true);
  }

  async revokeGrants(): Promise<void> {
    const { items } = valueOf(await this.#state.grants.list({ state: 'active', now: Date.now(), limit: 100 }));
    for (const { id } of items) valueOf(await this.#state.grants.revoke(id, Date.now(), 'olga@acme.example'));
  }
}

function valueOf<T>(result: Result<T, Failure>): T {
  if (!result.ok) throw new Error(result.failure.detail);
  return result.value;
}
