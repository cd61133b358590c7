import { describe, expect, it } from 'vitest';
import { onRecord } from '../../../src/app/people/on-record.ts';
import type { Failure } from '../../../src/core/codes.ts';
import type { AdminEntry, RecordAdmin } from '../../../src/core/people/admin-entry.ts';
import { fail, ok, type Result } from '../../../src/core/result.ts';

const ENTRY: AdminEntry = { by: 'cordon', action: 'token.minted', subject: 'token:1', alarm: 'minted-for-oneself' };

/** What happened, in its order: entries, and `done`. */
async function happened(
  act: Result<string, Failure>,
  recorded: Result<void, Failure> = ok(undefined),
): Promise<{ readonly events: readonly unknown[]; readonly answer: unknown }> {
  const events: unknown[] = [];
  const record: RecordAdmin = (entry) => {
    events.push(entry);
    return Promise.resolve(recorded);
  };
  const answer = await onRecord(
    ENTRY,
    () => {
      events.push('done');
      return Promise.resolve(act);
    },
    record,
  );
  return { events, answer };
}

describe('onRecord()', () => {
  it('does it once it is recorded', async () => {
    expect(await happened(ok('minted'))).toEqual({ events: [ENTRY, 'done'], answer: { ok: true, value: 'minted' } });
  });

  it('does nothing that cannot be recorded', async () => {
    const { events, answer } = await happened(ok('minted'), fail({ code: 'audit_unavailable', detail: 'full' }));
    expect(events).toEqual([ENTRY]);
    expect(answer).toMatchObject({ ok: false, failure: { status: 503, detail: expect.stringContaining('recorded') } });
  });

  it.each([
    ['the store is down', { code: 'store_unavailable', detail: 'gone' }, { status: 503, detail: 'The store is not available' }],
    ['what was shown is used up', { code: 'unidentified', detail: 'It is used' }, { status: 401, detail: 'It is used' }],
  ] as const)('records that it did not come about, without the alarm, where %s', async (_, failure, refusal) => {
    const { events, answer } = await happened(fail(failure));
    const { alarm, ...rest } = ENTRY;
    expect(alarm).toBeDefined();
    expect(events).toEqual([ENTRY, 'done', { ...rest, failed: failure.code }]);
    expect(answer).toMatchObject({ ok: false, failure: refusal });
  });
});
