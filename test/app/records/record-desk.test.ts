import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openRecord } from '../../../src/app/records/open-record.ts';
import { createRecordDesk, type RecordDeskParts } from '../../../src/app/records/record-desk.ts';
import type { Settings } from '../../../src/config/settings-schema.ts';
import { CountrySet } from '../../../src/core/place/country-set.ts';
import type { SessionId } from '../../../src/core/ids.ts';
import { adminEvent } from '../../../src/core/people/admin-entry.ts';
import type { Principal } from '../../../src/core/people/principal.ts';
import { fail } from '../../../src/core/result.ts';
import type { GeoTables } from '../../../src/destination/geo-tables.ts';
import { compilePolicy } from '../../../src/policy/compile.ts';
import { directoryWith } from '../../config/temporary-directory.ts';
import { WORLD } from '../../policy/support/world.ts';
import { denial, outcome } from '../../recording/events.ts';
import { MACHINE_RANDOM, ManualClock } from '../../support/clock.ts';
import { recordsOf } from '../../support/record-files.ts';

const AUDITOR: Principal = {
  person: 'audra@acme.example',
  role: 'auditor',
  groups: [],
  places: { any: true, countries: CountrySet.EMPTY, regions: new Set(), open: new Set(), label: 'any' },
  authTime: 0,
  vouchedBy: 'cordon',
  credential: 'token:t',
  client: '127.0.0.1',
};
const POLICY =
  'cordon: 1\nagents: [{ id: a, home: any, identify: [{ token: true }] }]\nrules: [{ id: r, to: { hosts: ["blocked.example"] }, then: permit }]\n';

/** A desk over a record of two exchanges of the session `s1`, and what it has recorded. */
async function desk(replaced: Partial<RecordDeskParts> = {}) {
  const dataDirectory = join(directoryWith({ 'data/.keep': '' }), 'data');
  const clock = new ManualClock('2026-11-22T10:00:00Z');
  const settings = {
    data: { directory: dataDirectory },
    recordings: { durability: 'batched', 'former-keys': [], retention: { metadata: 1, homes: {} }, stores: [] },
    sinks: [],
  } as unknown as Settings;
  const opened = await openRecord(settings, { clock, random: MACHINE_RANDOM, onError: () => {} });
  if (!opened.ok) throw new Error(opened.failure.detail);
  const journal = opened.value;
  onTestFinished(() => journal.close());
  for (const exchange of [1, 2]) {
    await journal.append(
      denial(exchange, {
        session: 's1' as SessionId,
        subject: 'a' as never,
        exchangeKind: 'forward',
        target: 'http://blocked.example/',
      }),
    );
    await journal.append(outcome(exchange));
  }
  const parts: RecordDeskParts = {
    settings,
    clock,
    record: (entry) => journal.append(adminEvent(entry)),
    contentReader: () => Promise.reject(new Error('there is no content on this record')),
    tables: () => ({ world: WORLD, collectName: () => undefined }) as unknown as GeoTables,
    compile: ({ files, digest }) => compilePolicy(files, WORLD, { digest, authority: [], now: clock.now() }),
    ...replaced,
  };
  const [writer = ''] = readdirSync(join(dataDirectory, 'recordings'));
  const events = () => recordsOf(join(dataDirectory, 'recordings', writer)).filter(({ kind }) => kind === 'admin');
  return { records: createRecordDesk(parts), events };
}

const CANDIDATE = { files: [{ name: 'a.yaml', text: POLICY }] };

describe('createRecordDesk()', () => {
  it('reads the record for one at a time, until what was begun is disposed', async () => {
    const { records } = await desk();
    const begun = await records.exportSession('s1', 'jsonl', AUDITOR);
    if (!begun.ok) throw new Error(begun.failure.detail);
    for (const asked of [records.simulate(CANDIDATE, AUDITOR), records.exportSession('s1', 'csv', AUDITOR)])
      expect(await asked).toMatchObject({ ok: false, failure: { status: 429, retryAfter: 5 } });
    begun.value[Symbol.dispose]();
    expect(await records.simulate(CANDIDATE, AUDITOR)).toMatchObject({ ok: true, value: { isComplete: true } });
    expect(await records.simulate(CANDIDATE, AUDITOR)).toMatchObject({ ok: true });
  });

  it('records an export before the first piece, and how much it was after the last', async () => {
    const { records, events } = await desk();
    const begun = await records.exportSession('s1', 'csv', AUDITOR);
    if (!begun.ok) throw new Error(begun.failure.detail);
    const subject = 'session:s1';
    expect(events()).toMatchObject([
      { action: 'records.exported', actor: AUDITOR.person, subject, details: { format: 'csv' } },
    ]);
    let text = '';
    for await (const piece of begun.value.text) text += piece;
    expect(text.match(/\r\n/g)).toHaveLength(3);
    expect(events()[1]).toMatchObject({ action: 'records.export-ended', subject, details: { format: 'csv', count: 2 } });
  });

  it('gives nothing that cannot be recorded, and is free again', async () => {
    const down = { code: 'audit_unavailable', detail: 'the disk is full' } as const;
    const { records } = await desk({ record: async () => fail(down) });
    for (let i = 0; i < 2; i++)
      expect(await records.exportSession('s1', 'csv', AUDITOR)).toMatchObject({ ok: false, failure: { status: 503 } });
  });

  it('ends a simulation that takes too long, and says so', async () => {
    let asked = 0;
    const { records } = await desk({ clock: { now: () => Date.UTC(2026, 10, 22), monotonic: () => 30_000 * asked++ } });
    expect(await records.simulate(CANDIDATE, AUDITOR)).toMatchObject({ ok: true, value: { isComplete: false } });
  });

  it('serves nobody whose role covers a part', async () => {
    const { records, events } = await desk();
    for (const part of [{ groups: ['privacy'] }, { places: { ...AUDITOR.places, any: false } }]) {
      const refused = await records.exportSession('s1', 'csv', { ...AUDITOR, ...part });
      expect(refused).toMatchObject({ ok: false, failure: { status: 403 } });
    }
    expect(events()).toEqual([]);
  });
});
