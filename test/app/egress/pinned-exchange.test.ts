import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pinnedExchange, type OwnMessage } from '../../../src/app/egress/pinned-exchange.ts';
import { ok } from '../../../src/core/result.ts';
import { type HostileParent, opensTunnels, says, startHostileParent } from '../../support/hostile-parent.ts';
import { createTestCa } from '../../support/certificates.ts';

const ca = await createTestCa();
const certificate = await ca.good('peer.test');

/** A server on loopback that answers like this; gives its port. */
async function peer(answer: RequestListener): Promise<number> {
  const server = createServer(certificate, answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

interface Sent extends Partial<OwnMessage> {
  readonly parent?: HostileParent;
  readonly name?: string;
  readonly addresses?: readonly string[];
}

async function send(port: number, { name = 'peer.test', addresses = ['127.0.0.1'], parent, ...message }: Sent = {}) {
  const authority = { host: { kind: 'name', name }, port } as const;
  const form = { scheme: 'https', authority, requestTarget: '/list.json?x=1', path: undefined } as const;
  const usual = { method: 'GET', fields: {}, content: '', maxBytes: 1000, timeout: 2000, anchors: [ca.pem] } as const;
  const through = parent && { label: 'p', port: parent.port, judge: () => Promise.resolve(ok(['127.0.0.1'])) };
  return await pinnedExchange(form, addresses, { ...usual, ...message }, through);
}

describe('pinnedExchange()', () => {
  it('gives the whole answer, from the address alone', async () => {
    const seen: unknown[] = [];
    const port = await peer(({ method, url, headers }, response) => {
      seen.push([method, url, headers.host]);
      response.writeHead(200, { etag: '"1"' }).end('the list');
    });
    expect(await send(port)).toMatchObject({
      answer: { ok: true, value: { status: 200, fields: { etag: '"1"' }, content: Buffer.from('the list') } },
      status: 200,
      dialled: '127.0.0.1',
      received: 8,
    });
    expect(seen).toEqual([['GET', '/list.json?x=1', `peer.test:${port}`]]);
  });

  it('goes through a parent to the judged address alone, and verifies the certificate as without', async () => {
    const port = await peer((_request, response) => void response.end('through'));
    await using parent = await startHostileParent(opensTunnels);
    expect(await send(port, { parent, addresses: ['127.0.0.1'] })).toMatchObject({
      answer: { ok: true, value: { content: Buffer.from('through') } },
      dialled: '127.0.0.1',
    });
    expect(await send(port, { parent, name: 'other.test' })).toMatchObject({
      answer: { failure: { code: 'origin_certificate' } },
    });
    const asked = `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
    expect(parent.asked).toEqual([asked, asked]);
  });

  it('goes nowhere past a parent that refuses, nor waits for one that is silent', async () => {
    const seen: unknown[] = [];
    const port = await peer(({ url }, response) => {
      seen.push(url);
      response.end();
    });
    await using refusing = await startHostileParent(says('HTTP/1.1 407 No\r\n\r\n'));
    const refused = await send(port, { parent: refusing });
    expect(refused.answer).toMatchObject({ failure: { code: 'connect_failed' } });
    expect(refused.dialled).toBeUndefined();
    await using silent = await startHostileParent(() => {});
    const late = await send(port, { parent: silent, timeout: 200 });
    expect(late.answer).toMatchObject({ failure: { code: expect.stringMatching(/_timeout$/) as string } });
    expect(seen).toEqual([]);
    await expect.poll(() => silent.open.size).toBe(0);
  });

  it('sends fields and content', async () => {
    const seen: unknown[] = [];
    const port = await peer(({ headers }, response) => {
      seen.push([headers['x-sign'], headers['content-length']]);
      response.end();
    });
    await send(port, { method: 'POST', fields: { 'x-sign': 'yes' }, content: 'four' });
    expect(seen).toEqual([['yes', '4']]);
  });

  it('tries the next address when the first refuses', async () => {
    const port = await peer((_request, response) => void response.end('x'));
    expect(await send(port, { addresses: ['127.0.0.2', '127.0.0.1'] })).toMatchObject({
      answer: { ok: true },
      dialled: '127.0.0.1',
    });
  });

  it('follows no redirect, and reads nothing of a status whose content is not asked for', async () => {
    const port = await peer(
      (_request, response) => void response.writeHead(302, { location: 'https://elsewhere.test/' }).end('x'.repeat(2000)),
    );
    expect(await send(port, { only: 200 })).toMatchObject({
      answer: { ok: true, value: { status: 302, fields: { location: 'https://elsewhere.test/' }, content: new Uint8Array() } },
      received: 0,
    });
  });

  it('reads no more than it may, which is a failure only where all of it is wanted', async () => {
    const port = await peer((_request, response) => void response.end('x'.repeat(1001)));
    expect(await send(port)).toMatchObject({
      answer: { ok: false, failure: { code: 'content_too_large' } },
      status: 200,
      dialled: '127.0.0.1',
      received: 1001,
    });
    expect(await send(port, { isCut: true })).toMatchObject({ answer: { ok: true, value: { status: 200 } } });
  });

  it('takes cut content for a failure, and says how much has come', async () => {
    const port = await peer((_request, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('12345');
      setTimeout(() => response.destroy(), 20);
    });
    expect(await send(port)).toMatchObject({
      answer: { ok: false, failure: { code: 'origin_protocol' } },
      status: 200,
      received: 5,
    });
  });

  it.each(['headers', 'content'])('ends in time when the %s never come', async (part) => {
    const port = await peer((_request, response) => {
      if (part === 'content') response.writeHead(200, { 'content-length': '10' }).write('1');
    });
    expect(await send(port, { timeout: 100 })).toMatchObject({ answer: { ok: false, failure: { code: 'origin_timeout' } } });
  });

  it('sends nothing to a server whose certificate is for another name, or from an unknown root', async () => {
    let asked = 0;
    const port = await peer((_request, response) => {
      asked++;
      response.end();
    });
    const refused = { answer: { ok: false, failure: { code: 'origin_certificate' } }, dialled: '127.0.0.1' };
    expect(await send(port, { name: 'other.test' })).toMatchObject(refused);
    expect(await send(port, { anchors: [(await createTestCa()).pem] })).toMatchObject(refused);
    expect(asked).toBe(0);
  });
});
