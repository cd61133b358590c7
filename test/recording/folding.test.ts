import { describe, expect, it } from 'vitest';
import type { Home } from '../../src/core/exchange/decision.ts';
import { parseCountryCode } from '../../src/core/place/country.ts';
import { CountrySet } from '../../src/core/place/country-set.ts';
import type { AgentId } from '../../src/core/ids.ts';
import type { Journal } from '../../src/core/ports.ts';
import type { AppendedEvent } from '../../src/core/exchange/record.ts';
import { fail, ok } from '../../src/core/result.ts';
import { createFoldingJournal, type FoldingOptions } from '../../src/recording/folding.ts';
import { ManualClock } from '../support/clock.ts';
import { denial, outcome } from './events.ts';
import { journalIn, temporaryDirectory } from './fixtures.ts';
import { verified } from '../support/record-files.ts';

const MINUTE = 60_000;

/** A journal that keeps what it gets, and can be told to fail. */
class MemoryJournal implements Journal {
  readonly events: AppendedEvent[] = [];
  readonly homes: (Home | undefined)[] = [];
  isDown = false;

  append(event: AppendedEvent, home?: Home) {
    if (this.isDown) return Promise.resolve(fail({ code: 'audit_unavailable' as const, detail: 'down' }));
    this.events.push(event);
    this.homes.push(home);
    return Promise.resolve(ok(undefined));
  }

  folded() {
    return this.events.filter((event) => event.kind === 'folded');
  }
}

function folding(options: Partial<FoldingOptions> = {}) {
  const clock = new ManualClock('2026-11-22T10:00:00Z');
  const written = new MemoryJournal();
  return { clock, written, journal: createFoldingJournal({ journal: written, clock, ...options }) };
}

describe('createFoldingJournal()', () => {
  it('writes the first denials and counts the rest into one record per window', async () => {
    const { clock, written, journal } = folding();
    for (let i = 0; i < 10; i++) await journal.append(denial(i));
    clock.advance(1000);
    for (let i = 10; i < 110; i++) expect(await journal.append(denial(i))).toEqual(ok(undefined));
    expect(written.events).toHaveLength(10);
    await journal.flush();
    expect(written.events).toHaveLength(10);
    clock.advance(MINUTE);
    await journal.flush();
    expect(written.folded()).toEqual([
      {
        kind: 'folded',
        client: '192.0.2.7',
        target: 'https://blocked.example/',
        code: 'no_rule',
        count: 100,
        since: '2026-11-22T10:00:01.000Z',
      },
    ]);
  });

  it.each([{ sameTarget: 1 }, { anyTarget: 1 }])(
    'counts apart what is recorded apart, and writes it where each home is: %j',
    async (most) => {
      const { clock, written, journal } = folding(most);
      const homes = ['DE', 'FR'].map((label) => ({ any: false, countries: CountrySet.of([parseCountryCode(label)!]), label }));
      for (const home of [...homes, ...homes]) await journal.append(denial(1, { home: home.label }), home);
      clock.advance(MINUTE);
      await journal.flush();
      expect(written.folded()).toHaveLength(2);
      expect(written.homes).toEqual([...homes, ...homes]);
    },
  );

  it('writes denials again in the next window', async () => {
    const { clock, written, journal } = folding();
    for (let i = 0; i < 20; i++) await journal.append(denial(i));
    clock.advance(MINUTE);
    for (let i = 20; i < 40; i++) await journal.append(denial(i));
    await journal[Symbol.asyncDispose]();
    expect(written.events.filter((event) => event.kind === 'decision')).toHaveLength(20);
    expect(written.folded().map((event) => event.count)).toEqual([10, 10]);
  });

  it('keeps subjects, clients, targets and codes apart', async () => {
    const { written, journal } = folding({ sameTarget: 1 });
    await journal.append(denial(1));
    await journal.append(denial(2, { subject: 'bot' as AgentId }));
    await journal.append(denial(3, { client: '192.0.2.8' }));
    await journal.append(denial(4, { target: 'https://other.example/' }));
    await journal.append(denial(5, { code: 'outside_home' }));
    expect(written.events).toHaveLength(5);
  });

  it('leaves the outcome of a folded denial out, and no other', async () => {
    const { written, journal } = folding({ sameTarget: 1 });
    for (const exchange of [1, 2]) {
      await journal.append(denial(exchange));
      await journal.append(outcome(exchange));
    }
    await journal.append(outcome(2));
    expect(written.events.map((event) => [event.kind, 'exchange' in event && event.exchange])).toEqual([
      ['decision', 'x1'],
      ['outcome', 'x1'],
      ['outcome', 'x2'],
    ]);
  });

  it('never folds a permit', async () => {
    const { written, journal } = folding({ sameTarget: 1 });
    const { code: _, ...permit } = denial(1, { decision: 'permit' });
    for (let i = 0; i < 20; i++) await journal.append(permit);
    expect(written.events).toHaveLength(20);
  });

  it('bounds what an agent writes that varies its targets, and loses no count', async () => {
    const { clock, written, journal } = folding({ anyTarget: 50 });
    for (let i = 0; i < 1000; i++) await journal.append(denial(i, { target: `https://n${i}.example/` }));
    expect(written.events).toHaveLength(50);
    clock.advance(MINUTE);
    await journal.flush();
    expect(written.folded()).toEqual([
      { kind: 'folded', client: '192.0.2.7', code: 'no_rule', count: 950, since: '2026-11-22T10:00:00.000Z' },
    ]);
  });

  it('writes one by one what it has no room to count', async () => {
    const { written, journal } = folding({ keys: 2, sameTarget: 1 });
    for (let i = 0; i < 10; i++) {
      await journal.append(denial(i, { client: '192.0.2.1' }));
      await journal.append(denial(i, { client: '192.0.2.2' }));
      await journal.append(denial(i, { client: '192.0.2.3' }));
    }
    const count = (client: string) =>
      written.events.filter((event) => event.kind === 'decision' && event.client === client).length;
    expect([count('192.0.2.1'), count('192.0.2.2'), count('192.0.2.3')]).toEqual([1, 1, 10]);
  });

  it('keeps a count that cannot be written until it can', async () => {
    const { clock, written, journal } = folding({ sameTarget: 1 });
    await journal.append(denial(1));
    await journal.append(denial(2));
    written.isDown = true;
    clock.advance(MINUTE);
    await journal.flush();
    await journal.append(denial(3));
    written.isDown = false;
    await journal.append(denial(4));
    clock.advance(MINUTE);
    await journal.flush();
    expect(written.folded().reduce((sum, event) => sum + event.count, 0)).toBe(2);
  });

  it('passes on that a denial could not be recorded', async () => {
    const { written, journal } = folding();
    written.isDown = true;
    expect(await journal.append(denial(1))).toMatchObject({ ok: false, failure: { code: 'audit_unavailable' } });
  });

  it('leaves an unbroken chain in a real journal', async () => {
    const real = await journalIn(temporaryDirectory());
    const journal = createFoldingJournal({ journal: real, clock: new ManualClock('2026-11-22T10:00:00Z') });
    await Promise.all(Array.from({ length: 500 }, (_, i) => journal.append(denial(i))));
    await journal[Symbol.asyncDispose]();
    expect(await verified(real.directory)).toMatchObject({ ok: true, value: { records: 11 } });
  });
});
