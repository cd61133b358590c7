import { writeFileSync } from 'node:fs';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openVault } from '../../../src/app/secrets/open-vault.ts';
import { exchangeIds } from '../../../src/app/system.ts';
import { loadSettings } from '../../../src/config/load-settings.ts';
import type { Secrets } from '../../../src/core/ports.ts';
import { tables } from '../../destination/support/tables.ts';
import { journalIn, temporaryDirectory } from '../../recording/fixtures.ts';
import { createTestCa } from '../../support/certificates.ts';
import { MACHINE_RANDOM, ManualClock } from '../../support/clock.ts';

const TOKEN = 'hvs.of-the-gateway';
const VALUE = 'sk-of-vault-7d1c';
const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const geo = await tables();

/** A server that has the certificate of Vault and speaks as the test says: what took the place of Vault, or stands before it. */
let server: Server;
let speak: (socket: TLSSocket) => void;
let connections: TLSSocket[];
let secrets: Pick<Secrets, 'find'>;
let caPem: string;

beforeAll(async () => {
  const ca = await createTestCa('Vault');
  caPem = ca.pem;
  server = createServer(await ca.good('127.0.0.1'), (socket) => {
    connections.push(socket.on('error', () => {}));
    socket.once('data', () => speak(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

beforeEach(async () => {
  connections = [];
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'ca.pem'), caPem);
  writeFileSync(join(directory, 'token'), TOKEN, { mode: 0o600 });
  const flags = {
    'node.place': 'DE',
    'secrets.provider': 'vault',
    'secrets.vault.url': `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    'secrets.vault.place': 'DE',
    'secrets.vault.trust': 'ca.pem',
    'secrets.vault.token-file': 'token',
    'secrets.vault.timeout': '300ms',
  };
  const loaded = loadSettings({ env: {}, flags, cwd: directory });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  const { settings } = loaded.value;
  const clock = new ManualClock('2026-11-22T10:00:00Z');
  const journal = await journalIn(join(directory, 'recordings'), { clock, segmentAge: 3_600_000 });
  const resolver = { resolve: () => Promise.reject(new Error('Nothing to look up')), recall: () => undefined };
  const newExchangeId = exchangeIds(clock, MACHINE_RANDOM);
  const egress = { tables: () => geo, resolver, clock, journal, newExchangeId, parent: undefined };
  const opened = await openVault(settings.secrets.vault!, { settings, clock, anchors: [], egress });
  if (!opened.ok) throw new Error(opened.failure);
  secrets = opened.value;
});
afterEach(() => {
  for (const socket of connections) socket.destroy();
});

const content = JSON.stringify({ data: { data: { value: VALUE }, metadata: { version: 1 } } });

/** Says a part every few milliseconds, until the connection is gone. */
function dripping(begin: string, part: string): (socket: TLSSocket) => void {
  return (socket) => {
    socket.write(begin);
    const timer = setInterval(() => socket.write(part), 5);
    socket.once('close', () => clearInterval(timer));
  };
}

describe('a Vault that means harm', () => {
  it('gives its value where it answers as Vault does: the cases below do ask it', async () => {
    speak = (socket) => socket.end(`${OK}Content-Length: ${content.length}\r\n\r\n${content}`);
    expect(await secrets.find('openai-key')).toEqual({ ok: true, value: VALUE });
  });

  it.each([
    ['says nothing', () => {}, 'origin_timeout'],
    ['never comes to the end of its fields', dripping('HTTP/1.1 200 OK\r\n', 'X-More: 1\r\n'), 'origin_timeout'],
    [
      'never comes to the end of its content',
      dripping(`${OK}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'),
      'origin_timeout',
    ],
    ['promises an answer again and again', dripping('', 'HTTP/1.1 103 Early Hints\r\n\r\n'), 'origin_timeout'],
    [
      'sends without end',
      (socket: TLSSocket) => {
        socket.write(`${OK}\r\n`);
        const more = (): void => void (socket.destroyed || socket.write(' '.repeat(256 * 1024), more));
        more();
      },
      'content_too_large',
    ],
    ['has a field without end', dripping(`${OK}X-Long: `, 'x'.repeat(8 * 1024)), 'origin_protocol'],
    ['breaks off', (socket: TLSSocket) => void socket.end(`${OK}Content-Length: 4096\r\n\r\n${content}`), 'origin_protocol'],
    [
      'says two lengths',
      (socket: TLSSocket) => void socket.end(`${OK}Content-Length: 9\r\nContent-Length: 90\r\n\r\n${content}`),
      'origin_protocol',
    ],
    ['speaks something else', (socket: TLSSocket) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n'), 'origin_protocol'],
    [
      'switches protocols',
      (socket: TLSSocket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
      'origin_protocol: Found a switch of protocols',
    ],
    [
      'hides its answer in a coding that was not asked for',
      (socket: TLSSocket) => void socket.end(`${OK}Content-Encoding: br\r\nContent-Length: 4\r\n\r\nabcd`),
      'Found no KV version 2',
    ],
    [
      'sends what is no UTF-8',
      (socket: TLSSocket) => void socket.end(Buffer.from(`${OK}Content-Length: 4\r\n\r\n"\xff\xfe"`, 'latin1')),
      'Found no KV version 2',
    ],
    [
      'answers with the prototype of the answer',
      (socket: TLSSocket) => {
        const text = `{"__proto__":${content},"data":{"__proto__":{"data":{"value":"${VALUE}"}}}}`;
        socket.end(`${OK}Content-Length: ${text.length}\r\n\r\n${text}`);
      },
      'Found no KV version 2',
    ],
    [
      'nests without end',
      (socket: TLSSocket) => {
        const text = '['.repeat(500_000);
        socket.end(`${OK}Content-Length: ${text.length}\r\n\r\n${text}`);
      },
      'Found no KV version 2',
    ],
  ])('and %s gives no value, within the time that one request may take', async (_what, says, sentence) => {
    speak = says;
    const found = await secrets.find('openai-key');
    expect(found).toEqual({ ok: false, failure: expect.stringContaining(sentence) as string });
    expect(JSON.stringify(found)).not.toContain(VALUE);
    expect(JSON.stringify(found)).not.toContain(TOKEN);
    // Nor is it asked at another place, or by a second connection.
    expect(connections).toHaveLength(1);
    await expect.poll(() => connections[0]?.destroyed).toBe(true);
  });
});
