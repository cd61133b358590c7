import { expect, it } from 'vitest';
import type { Record as RecordOf, RecordEvent } from '../../../src/core/exchange/record.ts';
import type { AgentId, ExchangeId, SessionId } from '../../../src/core/ids.ts';
import { wantedRecords } from '../../../src/recording/reading/record-filter.ts';
import { content, denial, outcome } from '../events.ts';

const framed = (event: RecordEvent): RecordOf => ({
  v: 1,
  seq: 0,
  time: '2026-11-22T10:00:00.000Z',
  writer: 'w',
  prev: 'sha256:0',
  ...event,
});

it('wantedRecords() takes the content of an exchange along with its decision', () => {
  const mine = { session: 's1' as SessionId, subject: 'mine' as AgentId };
  const records = [
    denial(1, mine),
    denial(2, { session: 's2' as SessionId, subject: 'other' as AgentId }),
    content('AAAA'),
    { ...content('BBBB'), exchange: 'x2' as ExchangeId },
    outcome(1),
    outcome(2),
  ];
  for (const filter of [{ subject: 'mine' }, { sessions: new Set(['s1']) }]) {
    const isWanted = wantedRecords(filter);
    expect(records.filter((event) => isWanted(framed(event)))).toEqual([denial(1, mine), content('AAAA'), outcome(1)]);
  }
  const isWanted = wantedRecords({});
  expect(records.filter((event) => isWanted(framed(event)))).toEqual(records);
});
