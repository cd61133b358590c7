import { describe, expect, it } from 'vitest';
import { ok } from '../../../src/core/result.ts';
import { ownApproval } from '../../../src/pipeline/holding/own-approval.ts';
import type { Services } from '../../../src/pipeline/services.ts';
import { approval, ASKED_AT } from '../../approval/support/approvals.ts';
import { ManualClock } from '../../support/clock.ts';

const HOUR = 3_600_000;

describe('ownApproval()', () => {
  it('keeps an answer back for as long as is waited for, whatever is done to the clock meanwhile', async () => {
    const clock = new ManualClock(new Date(ASKED_AT).toISOString());
    const waits: number[] = [];
    const holds = {
      approvals: { find: () => Promise.resolve(ok(approval())) },
      watch: {
        isDraining: false,
        changed: (_id: string, _revision: number, { within }: { readonly within: number }) => {
          waits.push(within);
          clock.advance(Math.min(within, 10_000));
          clock.step(-HOUR);
          return Promise.resolve();
        },
      },
    };
    const subject = { attributes: { agent: 'support-bot' } };
    const asked = { subject, wait: 30_000, waiter: { whenGone: () => {} } } as unknown as Parameters<typeof ownApproval>[1];
    const found = await ownApproval('a1', asked, { holds, clock } as unknown as Services);
    expect(found).toMatchObject({ ok: true, value: { id: 'a1', state: 'pending' } });
    expect(waits).toEqual([30_000, 20_000, 10_000]);
  });
});
