import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { directoryWith } from '../config/temporary-directory.ts';
import { denial } from '../recording/events.ts';
import { journalIn } from '../recording/fixtures.ts';
import { ManualClock } from '../support/clock.ts';
import { recordsOf } from '../support/record-files.ts';
import { cordon, RULES } from './cordon.ts';

const DAY = 86_400_000;

describe('cordon retention run', () => {
  it('removes what is past recordings.retention, on the record, beside a running gateway', async () => {
    const cwd = directoryWith({ 'rules/base.yaml': RULES });
    const recordings = join(cwd, 'data/recordings');
    const clock = new ManualClock(new Date(Date.now() - 30 * DAY).toISOString());
    const gateway = await journalIn(recordings, { writer: 'w1', clock });
    for (let day = 0; day < 30; day++, clock.advance(DAY)) await gateway.append(denial(day));
    expect(await cordon(['retention', 'run'], cwd)).toMatchObject({ code: 0, out: 'nothing is past its retention\n' });
    const args = ['retention', 'run', '--set', 'recordings.retention=27d', '--json'];
    const { code, out } = await cordon(args, cwd);
    expect([code, JSON.parse(out)]).toMatchObject([0, { records: [{ writer: 'w1', kept: [] }], content: { keys: 0 } }]);
    const { segments } = (JSON.parse(out) as { records: { segments: number[] }[] }).records[0]!;
    expect([2, 3]).toContain(segments.length);
    expect(readdirSync(gateway.directory).filter((name) => name.endsWith('.gone'))).toHaveLength(segments.length);
    const own = readdirSync(recordings).find((name) => name !== 'w1' && name.startsWith('w'))!;
    expect(recordsOf(join(recordings, own))).toMatchObject([
      {
        kind: 'admin',
        actor: expect.stringMatching(/^local:/) as string,
        action: 'records.removed',
        subject: 'writer:w1',
        details: { segments: segments.map(String), retention: 27 * DAY },
      },
    ]);
  });

  it('fails where there is nothing to write to', async () => {
    const cwd = directoryWith({ 'data/recordings': 'a file where a directory belongs' });
    expect((await cordon(['retention', 'run'], cwd)).code).toBe(3);
  });
});
