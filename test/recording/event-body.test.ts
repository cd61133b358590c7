import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventBody, MAX_BODY_BYTES } from '../../src/recording/event-body.ts';
import { appended, content, denial, outcome } from './events.ts';

describe('eventBody()', () => {
  it('is printable ASCII that parses to the same event, whatever a client sends (AUD-01)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (target) => {
        const body = eventBody(denial(1, { target }));
        expect(body).toMatch(/^\{[\x20-\x7e]*\}$/);
        expect(JSON.parse(body)).toEqual(denial(1, { target }));
      }),
    );
  });

  it('cuts long strings and says by how much (AUD-01)', () => {
    const { method } = JSON.parse(eventBody(denial(1, { method: 'A'.repeat(1_000_000) }))) as { method: string };
    expect(method).toBe(`${'A'.repeat(4096)}...[+995904 characters]`);
  });

  it('takes no more of what is sealed than fits a record', () => {
    expect(eventBody(appended(content('A'.repeat(200_000))))).toMatch(/,"sealed":"$/);
    expect(() => eventBody(appended(content('A'.repeat(MAX_BODY_BYTES))))).toThrow('Content does not fit a record');
  });

  it('cuts long lists and large maps', () => {
    const findings = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`entity-${i}`, i]));
    const counted = JSON.parse(eventBody({ ...outcome(1), findings })) as { findings: object };
    expect(Object.keys(counted.findings)).toHaveLength(256);
    const listed = JSON.parse(eventBody(denial(1, { chain: Array.from({ length: 1000 }, () => 'n.example') }))) as {
      chain: string[];
    };
    expect(listed.chain).toHaveLength(257);
    expect(listed.chain.at(-1)).toBe('...[+744 items]');
  });

  it('keeps members of the event itself, also when it cuts', () => {
    const long = 'x'.repeat(100_000);
    const body = JSON.parse(eventBody(denial(1, { target: long, reason: long }))) as { kind: string; code: string };
    expect(body).toMatchObject({ kind: 'decision', exchange: 'x1', code: 'no_rule', decision: 'deny' });
  });

  it('never becomes longer than readers expect, at whatever an attacker makes of it', () => {
    const worst = '\u202E'.repeat(20_000);
    const evidence = Array.from({ length: 500 }, () => ({
      kind: worst,
      source: worst,
      match: worst,
      places: { entry: worst },
    }));
    const body = eventBody(
      denial(1, { target: worst, method: worst, reason: worst, evidence, chain: evidence.map(() => worst) }),
    );
    expect(body.length).toBeLessThanOrEqual(MAX_BODY_BYTES);
    expect(JSON.parse(body)).toMatchObject({ kind: 'decision' });
  });
});
