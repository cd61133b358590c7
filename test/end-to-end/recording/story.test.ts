import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { cordon } from '../../cli/cordon.ts';
import { directoryWith } from '../../config/temporary-directory.ts';
import { archiveErrors, type HarArchive } from '../../recording/export/har-archive.ts';
import { startLab } from '../../support/lab.ts';
import { ask, CARD, parrot } from '../masking/ask.ts';

const API = 'api.de.lab.example';

/** The whole life of one session on the record. */
it('a session is recorded, looked at, exported as HAR, verified, and one flipped byte of it is found', async () => {
  const lab = await startLab({
    origins: { [API]: { country: 'DE', handler: parrot } },
    rules: [
      '{ id: recorded, to: [api-de-lab-example], then: permit, record: content, mask: { request: { entities: [pii], as: redact } } }',
    ],
  });
  onTestFinished(() => lab[Symbol.asyncDispose]());
  const content = JSON.stringify({ note: `card ${CARD}` });
  const asked = { content, fields: ['Content-Type: application/json'] };
  expect((await ask(lab, API, asked)).status).toBe(200);
  await lab.gateway.waitForRecord((record) => record.kind === 'outcome' && record.status === 200);

  const headers = { authorization: `Bearer ${await lab.gateway.adminToken()}` };
  const listed = async (): Promise<unknown> => (await lab.gateway.adminAsk('/v1/exchanges', { headers })).content;
  await expect.poll(listed).toMatchObject({ items: [{ agent: 'lab', decision: 'permit' }] });
  const { directory } = lab.gateway;
  await lab.gateway.stop();

  const exported = await cordon(['sessions', 'export', '--format', 'har'], directory);
  expect(exported.code).toBe(0);
  const archive = JSON.parse(exported.out) as HarArchive;
  expect(archiveErrors(archive)).toEqual([]);
  expect(archive.log.entries).toMatchObject([
    { request: { method: 'POST', postData: { text: '{"note":"card REDACTED_PAYMENT_CARD"}' } }, response: { status: 200 } },
  ]);
  expect(exported.out).not.toContain(CARD);

  expect(await cordon(['verify', '--write-key', 'audit.key'], directory)).toMatchObject({ code: 0 });
  const away = directoryWith({ 'audit.key': readFileSync(join(directory, 'audit.key'), 'utf8') });
  const records = join(directory, 'data/recordings');
  const writer = readdirSync(records).find((name) => readdirSync(join(records, name)).includes('00000001.seg')) ?? '';
  cpSync(join(records, writer), join(away, 'copy', writer), { recursive: true });
  cpSync(join(records, writer, 'checkpoint'), join(away, 'kept'));
  const verify = ['verify', 'copy', '--key', 'audit.key', '--checkpoint', 'kept'];
  expect(await cordon(verify, away)).toMatchObject({ code: 0, err: '' });

  const segment = join(away, 'copy', writer, '00000001.seg');
  const bytes = readFileSync(segment);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(segment, bytes);
  const found = await cordon(verify, away);
  expect([found.code, found.out]).toEqual([1, expect.stringMatching(/broken at 00000001\.seg, record \d+/)]);
});
