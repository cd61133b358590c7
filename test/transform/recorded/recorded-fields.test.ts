import { expect, it } from 'vitest';
import { recordedFields } from '../../../src/transform/recorded/recorded-fields.ts';

const SEARCH = { masks: [], own: [] };
const NONE: ReadonlySet<string> = new Set();
const STAFF = { id: 'staff', pattern: 'S-[0-9]{4}', context: [], max: 6 };
const STAFF_SEARCH = {
  masks: [{ entities: ['staff'], as: 'redact', in: ['fields'], unreadable: 'deny' } as const],
  own: [STAFF],
};

const valueOf = (name: string, value: string, search: Parameters<typeof recordedFields>[2] = SEARCH): string =>
  recordedFields([name, value], NONE, search).fields[0]![1];

it('recordedFields() masks what it finds each time, also beside lines that it knows to hold nothing', () => {
  for (let round = 0; round < 3; round++) {
    expect(valueOf('X-Requested-By', 'batch job 7')).toBe('batch job 7');
    expect(valueOf('X-Requested-By', 'anna@example.org')).not.toContain('anna');
  }
});

it('recordedFields() knows a line to hold nothing only for what was looked for then, and only under its name', () => {
  expect(valueOf('X-Trace', 'S-1234')).toBe('S-1234');
  expect(valueOf('X-Trace', 'S-1234', STAFF_SEARCH)).not.toContain('1234');
  // The name of the field is what makes it a secret.
  expect(valueOf('X-Build', 'q8WxYz0LmN4kPv7T')).toBe('q8WxYz0LmN4kPv7T');
  expect(valueOf('X-Api-Key', 'q8WxYz0LmN4kPv7T')).not.toBe('q8WxYz0LmN4kPv7T');
});
