import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import { recordedExchange } from '../attacks/refused.ts';
import { EMAIL, parrot } from './ask.ts';

const API = 'api.de.lab.example';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    origins: { [API]: { country: 'DE', handler: parrot } },
    rules: [
      '{ id: api, to: [api-de-lab-example], then: permit, length: chunked, mask: { request: { entities: [email], as: token } } }',
    ],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

/** From here on no value can be stored. */
function breakVault(): void {
  const database = new DatabaseSync(join(lab.gateway.directory, 'data', 'cordon.db'));
  database.exec('DROP TABLE masked_values');
  database.close();
}

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

describe('a vault that fails in the middle of a request', () => {
  it('ends it on both sides, and what could not be stored does not leave', async () => {
    const authority = lab.authority(API);
    const origin = lab.origin(API);
    await using client = await lab.connect();
    const framing = 'Content-Type: text/plain\r\nTransfer-Encoding: chunked';
    client.send(`POST http://${authority}/x HTTP/1.1\r\nHost: ${authority}\r\n${framing}\r\n\r\n`);
    client.send(chunk(`first ${EMAIL} and more.\n`.padEnd(8_192, '.')));
    await expect.poll(() => origin.received).toMatch(/EMAIL_[a-z0-9]{12}/);
    breakVault();
    client.send(chunk('then second@example.org and more.\n'.padEnd(8_192, '.')));
    const answer = await client.response('POST');
    expect([answer.status, answer.reason]).toEqual([503, 'store_unavailable']);
    await expect.poll(() => origin.connections.at(-1)?.isClosed).toBe(true);
    expect(origin.received.match(/EMAIL_[a-z0-9]{12}|@example/g)).toHaveLength(1);
    expect(origin.requests).toEqual([]);
    const { outcome } = await recordedExchange(lab.gateway, answer.field('cordon-exchange')!);
    expect(outcome).toMatchObject({ status: 503, code: 'store_unavailable' });
    expect(outcome.bytes.sent).toBeGreaterThan(1_000);
  });
});
