import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pinnedGet } from '../../../src/cli/egress/pinned-get.ts';
import { createTestCa } from '../../support/certificates.ts';

const ca = await createTestCa();
const certificate = await ca.good('publisher.test');

/** A publisher on loopback that answers like this; gives its port. */
async function publisher(answer: RequestListener): Promise<number> {
  const server = createServer(certificate, answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

const LIMITS = { maxBytes: 1000, timeout: 2000 };

async function get(
  port: number,
  options: { name?: string; limits?: Partial<typeof LIMITS>; anchors?: string[]; addresses?: string[] } = {},
) {
  const { name = 'publisher.test', limits = {}, anchors = [ca.pem], addresses = ['127.0.0.1'] } = options;
  const form = { authority: { host: { kind: 'name', name }, port }, requestTarget: '/list.json?x=1' } as const;
  return (await pinnedGet(form, addresses, { ...LIMITS, ...limits, anchors })).reply;
}

describe('pinnedGet()', () => {
  it('pinnedGet() gets the document with its validators, from the address alone', async () => {
    const seen: unknown[] = [];
    const port = await publisher(({ method, url, headers }, response) => {
      seen.push([method, url, headers.host]);
      response.writeHead(200, { etag: '"1"', 'last-modified': 'Sun, 22 Nov 2026 10:00:00 GMT' }).end('the list');
    });
    const got = await get(port);
    expect(got).toEqual({
      ok: true,
      value: {
        kind: 'document',
        document: { bytes: Buffer.from('the list'), etag: '"1"', lastModified: 'Sun, 22 Nov 2026 10:00:00 GMT' },
      },
    });
    expect(seen).toEqual([['GET', '/list.json?x=1', 'publisher.test']]);
  });

  it('pinnedGet() tries the next address when the first refuses', async () => {
    const port = await publisher((_request, response) => void response.end('x'));
    expect((await get(port, { addresses: ['127.0.0.2', '127.0.0.1'] })).ok).toBe(true);
  });

  it('pinnedGet() follows no redirect', async () => {
    const port = await publisher(
      (_request, response) => void response.writeHead(302, { location: 'https://elsewhere.test/' }).end(),
    );
    expect(await get(port)).toEqual({
      ok: true,
      value: { kind: 'status', status: 302, location: 'https://elsewhere.test/' },
    });
  });

  it('pinnedGet() reads no more than it may', async () => {
    const port = await publisher((_request, response) => void response.end('x'.repeat(1001)));
    expect(await get(port)).toMatchObject({ ok: false, failure: { code: 'content_too_large' } });
  });

  it('pinnedGet() takes cut content for a failure', async () => {
    const port = await publisher((_request, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('12345');
      setTimeout(() => response.destroy(), 20);
    });
    expect(await get(port)).toMatchObject({ ok: false, failure: { code: 'origin_protocol' } });
  });

  it.each(['headers', 'content'])('pinnedGet() ends in time when the %s never come', async (part) => {
    const port = await publisher((_request, response) => {
      if (part === 'content') response.writeHead(200, { 'content-length': '10' }).write('1');
    });
    expect(await get(port, { limits: { timeout: 100 } })).toMatchObject({ ok: false, failure: { code: 'origin_timeout' } });
  });

  it('pinnedGet() sends nothing to a server whose certificate is for another name, or from an unknown root', async () => {
    let asked = 0;
    const port = await publisher((_request, response) => {
      asked++;
      response.end();
    });
    expect(await get(port, { name: 'other.test' })).toMatchObject({ ok: false, failure: { code: 'origin_certificate' } });
    expect(await get(port, { anchors: [(await createTestCa()).pem] })).toMatchObject({
      ok: false,
      failure: { code: 'origin_certificate' },
    });
    expect(asked).toBe(0);
  });
});
