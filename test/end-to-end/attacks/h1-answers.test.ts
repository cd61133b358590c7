import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import type { Script } from '../../support/origin.ts';
import { raw } from '../../support/origin-scripts.ts';
import type { RawConnection } from '../../support/raw-client.ts';
import { nextClient } from './attempts.ts';
import { expectRefused, recordedFrom } from './refused.ts';

const PLAIN = 'plain.de.lab.example';
const SECURE = 'secure.de.lab.example';
const PATHS = 'paths.de.lab.example';

/** Answers of a hostile origin that are not one well-formed message, by path. None may come through in any part. */
const BROKEN: Readonly<Record<string, string>> = {
  'Content-Length and Transfer-Encoding':
    'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nevil\r\n0\r\n\r\n',
  'two status lines': 'HTTP/1.1 200 OK\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil',
  'two lengths that differ': 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nevil!',
  'two lengths that agree': 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nevil',
  'a length with a sign': 'HTTP/1.1 200 OK\r\nContent-Length: +4\r\n\r\nevil',
  'an unknown transfer coding': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\nevil',
  'a folded line': 'HTTP/1.1 200 OK\r\nX-A: b\r\n  X-Evil: 1\r\nContent-Length: 4\r\n\r\nevil',
  'lines that end in LF': 'HTTP/1.1 200 OK\nContent-Length: 4\n\nevil',
  'a space before the colon': 'HTTP/1.1 200 OK\r\nContent-Length : 4\r\n\r\nevil',
  'a NUL in a value': 'HTTP/1.1 200 OK\r\nX-A: b\0evil\r\nContent-Length: 4\r\n\r\nevil',
  'a CR in a value': 'HTTP/1.1 200 OK\r\nX-A: b\rX-Evil: 1\r\nContent-Length: 4\r\n\r\nevil',
  'a status of four digits': 'HTTP/1.1 2000 OK\r\nContent-Length: 4\r\n\r\nevil',
  'a status below 100': 'HTTP/1.1 020 OK\r\nContent-Length: 4\r\n\r\nevil',
  'another protocol': 'SSH-2.0-evil\r\n',
  'a header section of 1 MB': `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(1_000_000)}\r\n\r\nevil`,
  'content on 204': 'HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nevil',
  'chunks on 304': 'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nevil\r\n0\r\n\r\n',
  '101 to a request that did not ask': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: evil\r\nConnection: Upgrade\r\n\r\nevil',
};

/** Answers whose end the client and the gateway must see at the same place; what follows is no answer to anybody. */
const OVERLONG: Readonly<Record<string, { readonly method?: string; readonly status: number; readonly bytes: string }>> = {
  'beyond Content-Length': { status: 200, bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokevil' },
  'a second answer': {
    status: 200,
    bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil',
  },
  'behind 204': { status: 204, bytes: 'HTTP/1.1 204 No Content\r\n\r\nevil' },
  'behind 304': { status: 304, bytes: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nevil' },
  'behind the answer to HEAD': { method: 'HEAD', status: 200, bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil' },
  'behind the last chunk': {
    status: 200,
    bytes:
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil',
  },
};

const FINE = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine';

const byPath: Script = (request) => {
  const name = decodeURIComponent(request.target.slice(1));
  return raw(BROKEN[name] ?? OVERLONG[name]?.bytes ?? FINE)(request);
};

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    origins: {
      [PLAIN]: { country: 'DE', handler: byPath },
      [SECURE]: { country: 'DE', tls: 'good', handler: byPath },
      [PATHS]: { country: 'DE' },
    },
    rules: [
      '{ id: germany, to: [plain-de-lab-example, secure-de-lab-example], then: permit }',
      '{ id: public, to: [paths-de-lab-example], paths: ["/public/**"], then: permit }',
    ],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const ENTRANCES = {
  proxy: { name: PLAIN, prefix: () => `http://${lab.authority(PLAIN)}`, open: (from: string) => lab.connect(from) },
  tunnel: { name: SECURE, prefix: () => '', open: (from: string) => lab.https(SECURE, { from }) },
};

describe.each(['proxy', 'tunnel'] as const)('a hostile origin behind the %s', (entrance) => {
  const { name, prefix, open } = ENTRANCES[entrance];

  function ask(client: RawConnection, path: string, method = 'GET'): Promise<Awaited<ReturnType<RawConnection['response']>>> {
    client.send(`${method} ${prefix()}/${encodeURIComponent(path)} HTTP/1.1\r\nHost: ${lab.authority(name)}\r\n\r\n`);
    return client.response(method);
  }

  it.each(Object.keys(BROKEN))('H1-21 gets nothing through with %s', async (title) => {
    const from = nextClient();
    await using client = await open(from);
    const answer = await ask(client, title);
    const problem = JSON.parse(answer.content.toString()) as { code: string };
    expect([answer.status, problem.code]).toEqual([502, 'origin_protocol']);
    expect(answer.raw).not.toMatch(/evil/i);
    const { outcome } = await recordedFrom(lab.gateway, from, entrance === 'proxy' ? 'forward' : 'intercepted');
    expect(outcome).toMatchObject({ status: 502, code: 'origin_protocol' });
    expect((await ask(client, 'next')).content.toString()).toBe('fine');
  });

  it.each(Object.entries(OVERLONG))('H1-21 gets nothing through %s', async (title, { method, status }) => {
    await using client = await open(nextClient());
    const answer = await ask(client, title, method);
    expect([answer.status, answer.content.toString()]).toEqual([status, status === 200 && method !== 'HEAD' ? 'ok' : '']);
    const next = await ask(client, 'next');
    expect([next.status, next.content.toString()]).toEqual([200, 'fine']);
    expect(client.unread).toBe('');
  });
});

describe('a rule with paths', () => {
  async function ask(target: string): Promise<Awaited<ReturnType<RawConnection['response']>>> {
    await using client = await lab.connect(nextClient());
    client.send(`GET http://${lab.authority(PATHS)}${target} HTTP/1.1\r\nHost: ${lab.authority(PATHS)}\r\n\r\n`);
    return await client.response();
  }

  it.each(['/public/a', '/public/a?x=../other', '/%70ublic/a', '/public/%61', '/public/a/'])(
    'H1-19 permits %s',
    async (target) => {
      expect((await ask(target)).status).toBe(200);
      expect(lab.origin(PATHS).received).toContain(`GET ${target} HTTP/1.1\r\n`);
    },
  );

  it.each([
    '/public/../secret',
    '/public/%2e%2e/secret',
    '/public/.%2E/secret',
    '/public/..%2fsecret',
    '/public/..%5csecret',
    '/public/..\\secret',
    '/public/..;/secret',
    '/public/a;x=/../../secret',
    '/public/%252e%252e/secret',
    '/public/%c0%ae%c0%ae/secret',
    '/public/./../secret',
    '/public//../secret',
    '//public/secret',
    '/public/%00/secret',
    '/public/%',
    '/public/%zz/secret',
    '/PUBLIC/secret',
    '/public%2fsecret',
    '/secret/../public/a',
    '/secret?/public/a',
  ])('H1-19 does not permit %s', async (target) => {
    await expectRefused(lab.gateway, await ask(target), { status: 403, code: 'no_rule' });
    expect(lab.origin(PATHS).received).not.toContain('secret HTTP/1.1');
    expect(lab.origin(PATHS).received).not.toContain(`GET ${target} `);
  });
});
