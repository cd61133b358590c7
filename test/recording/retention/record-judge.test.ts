import { describe, expect, it } from 'vitest';
import type { LegalHold } from '../../../src/core/exchange/legal-hold.ts';
import type { RecordEvent } from '../../../src/core/exchange/record.ts';
import { RecordJudge } from '../../../src/recording/retention/record-judge.ts';
import { retentionTerms } from '../../../src/recording/retention/retention-terms.ts';
import { content, denial, outcome } from '../events.ts';

const DAY = 86_400_000;
const AT = '2026-11-22T10:00:00Z';

function judgeUnder(scope: Partial<LegalHold>): RecordJudge {
  const terms = retentionTerms({ metadata: 400 * DAY, content: 400 * DAY, admin: 400 * DAY, homes: {} });
  if (!terms.ok) throw new Error(terms.failure);
  const hold: LegalHold = { id: 'h1', createdAt: 0, by: 'anna', reason: 'case 7', ...scope };
  return new RecordJudge({ terms: terms.value, holds: [hold] });
}

function line(event: RecordEvent, time = AT): Buffer {
  return Buffer.from(JSON.stringify({ time, ...event }));
}

describe('RecordJudge.judge(), under a hold by home', () => {
  it('holds an outcome that names its home, though its decision is out of reach', () => {
    const judge = judgeUnder({ home: 'DE' });
    expect(judge.judge(line({ ...outcome(1), home: 'DE' })).heldBy).toBe('h1');
    expect(judge.judge(line({ ...outcome(2), home: 'FR' })).heldBy).toBeUndefined();
    expect(judge.judge(line(outcome(3))).heldBy).toBeUndefined();
  });

  it('holds what follows a decision of that home, and in a range of time what falls into it', () => {
    const judge = judgeUnder({ home: 'DE', since: Date.parse(AT) });
    const before = '2026-11-22T09:59:59Z';
    expect(judge.judge(line(denial(1, { home: 'DE' }), before)).heldBy).toBeUndefined();
    expect(judge.judge(line(content('x'), before)).heldBy).toBeUndefined();
    expect(judge.judge(line(content('x'))).heldBy).toBe('h1');
    expect(judge.judge(line(denial(2, { home: 'FR' }))).heldBy).toBeUndefined();
    expect(judge.judge(line(outcome(2))).heldBy).toBeUndefined();
  });

  it('holds nothing by home alone that a subject is asked for too, where nobody can tell whose it was', () => {
    const judge = judgeUnder({ home: 'DE', subject: 'bot' });
    expect(judge.judge(line({ ...outcome(1), home: 'DE' })).heldBy).toBeUndefined();
  });
});
