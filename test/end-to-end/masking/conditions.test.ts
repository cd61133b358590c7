import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import { expectRefused, expectUntouched, recordedExchange } from '../attacks/refused.ts';
import { ask, CARD, EMAIL, IBAN, parrot } from './ask.ts';

const API = 'api.de.lab.example';
const MASKED = 'masked.de.lab.example';
const FORBIDDEN = 'forbidden.de.lab.example';
const id = (name: string): string => name.replaceAll('.', '-');
const JSON_TYPE = 'Content-Type: application/json';

let lab: Lab;

beforeAll(async () => {
  const origin = { country: 'DE', handler: parrot } as const;
  lab = await startLab({
    origins: { [API]: origin, [MASKED]: origin, [FORBIDDEN]: origin },
    settings: { limits: { 'content-memory': '64KiB' } },
    rules: [
      `{ id: api, to: [${id(API)}, ${id(MASKED)}, ${id(FORBIDDEN)}], then: permit }`,
      `{ id: no-cards, to: [${id(API)}, ${id(FORBIDDEN)}], content: { entities: [payment-card], max: 256KiB }, then: deny }`,
      `{ id: mask-where-iban, to: [${id(MASKED)}], content: { entities: [iban] }, mask: { request: { entities: [email, iban], as: redact } } }`,
    ],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

describe('a rule with a condition on content', () => {
  it('denies what holds the entity, before anything is dialled, and the record counts it', async () => {
    const answer = await ask(lab, FORBIDDEN, {
      content: gzipSync(`{"card":"${CARD}"}`),
      fields: [JSON_TYPE, 'Content-Encoding: gzip'],
    });
    const { outcome } = await expectRefused(lab.gateway, answer, { status: 403, code: 'denied_by_rule' });
    expect(outcome.findings).toEqual({ 'payment-card': 1 });
    expectUntouched(lab.origin(FORBIDDEN));
  });

  it.each([false, true])('lets what holds none pass byte by byte, in chunks: %s', async (isChunked) => {
    // More than is held in memory, so that it goes through the spool.
    const content = JSON.stringify({ text: 'nothing to see here '.repeat(10_000), mail: EMAIL });
    const answer = await ask(lab, API, { content, fields: [JSON_TYPE], isChunked });
    expect(answer.content.toString()).toBe(content);
  });

  it('denies what is longer than it reads, and what it cannot read', async () => {
    const long = await ask(lab, API, { content: JSON.stringify({ text: 'a '.repeat(200_000) }), fields: [JSON_TYPE] });
    await expectRefused(lab.gateway, long, { status: 413, code: 'content_too_large' });
    const coded = await ask(lab, API, { content: 'x', fields: [JSON_TYPE, 'Content-Encoding: compress'] });
    await expectRefused(lab.gateway, coded, { status: 403, code: 'unreadable_content' });
  });

  it('lets a client go on that waits for 100 (Continue), once', async () => {
    const authority = lab.authority(API);
    await using client = await lab.connect();
    client.send(
      `POST http://${authority}/x HTTP/1.1\r\nHost: ${authority}\r\n${JSON_TYPE}\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n`,
    );
    await client.until('100 Continue\r\n\r\n');
    client.send('{}');
    const answer = await client.response('POST');
    expect([answer.status, answer.interim.length, answer.content.toString()]).toEqual([200, 0, '{}']);
  });

  it('brings masks where it holds, and only there', async () => {
    await ask(lab, MASKED, { content: JSON.stringify({ a: IBAN, b: EMAIL }), fields: [JSON_TYPE] });
    expect(JSON.parse(lab.origin(MASKED).requests.at(-1)!.content.toString())).toEqual({
      a: 'REDACTED_IBAN',
      b: 'REDACTED_EMAIL',
    });
    const answer = await ask(lab, MASKED, { content: JSON.stringify({ b: EMAIL }), fields: [JSON_TYPE] });
    expect(JSON.parse(answer.content.toString())).toEqual({ b: EMAIL });
    const outcome = await lab.gateway.waitForRecord((each) => each.kind === 'outcome' && 'iban' in each.findings);
    const recorded = await recordedExchange(lab.gateway, (outcome as { exchange: string }).exchange);
    expect(recorded.outcome.findings).toEqual({ iban: 1, email: 1 });
  });
});

describe('content for which there is no room', () => {
  it('is refused before anything of it leaves, and what it took is free again', async () => {
    await using small = await startLab({
      origins: { [API]: { country: 'DE', handler: parrot } },
      settings: { limits: { 'content-memory': '16KiB', spool: '200KiB' } },
      rules: [`{ id: masks, to: [${id(API)}], then: permit, mask: { request: { entities: [email], as: redact } } }`],
    });
    const long = JSON.stringify({ text: 'nothing to see here '.repeat(20_000) });
    const answer = await ask(small, API, { content: long, fields: [JSON_TYPE] });
    await expectRefusedAfterPermit(small, answer.status);
    expectUntouched(small.origin(API));
    const fits = JSON.stringify({ text: 'nothing to see here '.repeat(5_000) });
    for (let i = 0; i < 3; i++) {
      expect((await ask(small, API, { content: fits, fields: [JSON_TYPE] })).content.toString()).toBe(fits);
    }
  });
});

async function expectRefusedAfterPermit(lab: Lab, status: number): Promise<void> {
  expect(status).toBe(503);
  const outcome = await lab.gateway.waitForRecord((each) => each.kind === 'outcome' && each.code === 'overloaded');
  expect(outcome).toMatchObject({ status: 503, bytes: { sent: 0, received: 0 } });
  expect((outcome as { dialled?: string }).dialled).toBeUndefined();
}
