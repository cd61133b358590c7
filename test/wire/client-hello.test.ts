import * as fc from 'fast-check';
import { connect } from 'node:tls';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { MAX_CLIENT_HELLO, readClientHello, type ClientHello } from '../../src/wire/client-hello.ts';

type Bytes = readonly number[];
const ascii = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));
const vector = (width: number, content: Bytes): number[] => [
  ...Array.from({ length: width }, (_, i) => Math.floor(content.length / 256 ** (width - 1 - i)) % 256),
  ...content,
];
const extension = (type: number, data: Bytes): number[] => [type >>> 8, type & 255, ...vector(2, data)];
const serverName = (name: Bytes, type = 0): number[] => extension(0, vector(2, [type, ...vector(2, name)]));
const sni = (name: string): number[] => serverName(ascii(name));
const alpn = (...protocols: string[]): number[] =>
  extension(
    16,
    vector(
      2,
      protocols.flatMap((protocol) => vector(1, ascii(protocol))),
    ),
  );

interface HelloParts {
  readonly extensions?: readonly Bytes[];
  readonly version?: Bytes;
  readonly tail?: Bytes;
}

/** A handshake message; without `extensions` it has none, as TLS 1.2 allows. */
function message({ extensions, version = [3, 3], tail = [] }: HelloParts): number[] {
  const body = [
    ...version,
    ...Array.from({ length: 32 }, (_, i) => i),
    ...vector(1, [7, 7]),
    ...vector(2, [0x13, 0x01]),
    ...vector(1, [0]),
    ...(extensions === undefined ? [] : vector(2, extensions.flat())),
    ...tail,
  ];
  return [1, ...vector(3, body)];
}

/** The message in records that end at the given offsets. */
function records(content: Bytes, cuts: readonly number[] = []): Uint8Array {
  const ends = [...new Set([...cuts.filter((cut) => cut > 0 && cut < content.length), content.length])].sort((a, b) => a - b);
  return Uint8Array.from(ends.flatMap((end, i) => [22, 3, 1, ...vector(2, content.slice(ends[i - 1] ?? 0, end))]));
}

const hello = (...extensions: Bytes[]): Uint8Array => records(message({ extensions }));

function complete(bytes: Uint8Array): ClientHello {
  const result = readClientHello(bytes);
  if (result.state !== 'complete') throw new Error(JSON.stringify(result));
  return result.hello;
}

const FULL = message({
  extensions: [
    sni('API.Example.com'),
    extension(0x0a0a, []),
    alpn('h2', 'http/1.1'),
    extension(43, vector(1, [0x0a, 0x0a, 3, 4, 3, 3])),
    extension(0xfe0d, [0, 1, 2, 3]),
  ],
});

describe('readClientHello', () => {
  it('readClientHello() reads names, protocols, versions and ECH', () => {
    const bytes = records(FULL);
    expect(complete(bytes)).toEqual({
      serverName: 'api.example.com',
      alpn: ['h2', 'http/1.1'],
      ech: true,
      versions: [0x0a0a, 0x0304, 0x0303],
      length: bytes.length,
    });
  });

  it('readClientHello() reads a hello without extensions (TLS-04)', () => {
    expect(complete(records(message({})))).toMatchObject({ alpn: [], ech: false, versions: [0x0303] });
    expect(complete(records(message({ extensions: [] })))).not.toHaveProperty('serverName');
  });

  it('readClientHello() reads what a real client sends', async () => {
    const bytes = await firstFlight({ servername: 'real.example', ALPNProtocols: ['h2', 'http/1.1'] });
    expect(complete(bytes)).toMatchObject({ serverName: 'real.example', alpn: ['h2', 'http/1.1'], ech: false });
    expect(complete(bytes).versions).toContain(0x0304);
    expect(complete(bytes).length).toBe(bytes.length);
  });

  it('readClientHello() leaves what follows in the next record to its reader', () => {
    const bytes = records(FULL);
    expect(complete(Uint8Array.from([...bytes, 23, 3, 3, 0, 1, 9])).length).toBe(bytes.length);
  });

  it('readClientHello() is incomplete for every proper prefix, however the records are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(FULL.length), { maxLength: 12 }), fc.nat(), (cuts, at) => {
        const bytes = records(FULL, cuts);
        expect(readClientHello(bytes.subarray(0, at % bytes.length))).toEqual({ state: 'incomplete' });
        expect(complete(bytes)).toEqual({ ...complete(records(FULL)), length: bytes.length });
      }),
      { numRuns: 300 },
    );
    const bytes = records(
      FULL,
      Array.from(FULL, (_, i) => i),
    );
    for (let i = 0; i < bytes.length; i++) expect(readClientHello(bytes.subarray(0, i)).state).toBe('incomplete');
    expect(complete(bytes).serverName).toBe('api.example.com');
  });

  it.each([
    ['TLS-15', '*.com'],
    ['TLS-15', 'a\0.example'],
    ['TLS-15', `${'a.'.repeat(150)}example`],
    ['TLS-15', '192.0.2.1'],
    ['TLS-15', '2001:db8::1'],
    ['TLS-15', '[::1]'],
    ['TLS-15', '2130706433'],
    ['TLS-15', ''],
    ['TLS-15', 'a.example.'],
    ['TLS-15', 'a..example'],
    ['TLS-15', 'b\u00fccher.example'],
    ['TLS-15', 'a.example\r\n'],
  ])('readClientHello() refuses the server name (%s): %j', (_, name) => {
    expect(readClientHello(hello(sni(name))).state).toBe('malformed');
  });

  it.each([
    ['two server_name extensions', hello(sni('a.example'), sni('b.example'))],
    ['two equal extensions of another type', hello(extension(5, []), extension(5, []))],
    ['another type of name', hello(serverName(ascii('a.example'), 1))],
    ['two names in one list', hello(extension(0, vector(2, [0, ...vector(2, [97]), 0, ...vector(2, [98])])))],
    ['an empty server_name', hello(extension(0, []))],
    ['an empty list of names', hello(extension(0, [0, 0]))],
    ['bytes behind the list of names', hello(extension(0, [...vector(2, [0, ...vector(2, [97])]), 0]))],
    ['an empty protocol', hello(alpn(''))],
    ['no protocol', hello(alpn())],
    ['no version', hello(extension(43, [0]))],
    ['half a version', hello(extension(43, [1, 3]))],
    ['an extension beyond its block', records(message({ tail: [0, 4, 0, 0, 0, 9] }))],
    ['bytes behind the extensions', records(message({ extensions: [], tail: [0] }))],
    ['client version 2', records(message({ version: [2, 0] }))],
    ['an empty body', records([1, 0, 0, 0])],
    ['a cut body', records([1, 0, 0, 2, 3, 3])],
    ['a ServerHello', records([2, 0, 0, 1, 0])],
    ['a second message in the record', records([...FULL, 1, 0, 0, 0])],
    ['record version 2', Uint8Array.from([22, 2, 0, 0, 5])],
    ['an empty record', Uint8Array.from([22, 3, 1, 0, 0])],
    ['a record that is too long', Uint8Array.from([22, 3, 1, 0x40, 0x01])],
    ['a hello that is too long', Uint8Array.from([22, 3, 1, 0, 4, 1, 1, 0, 0])],
    ['another record in between', Uint8Array.from([...records(FULL.slice(0, 20)), 21, 3, 3, 0, 2, 1, 0])],
  ])('readClientHello() refuses %s (TLS-07)', (_, bytes) => {
    expect(readClientHello(bytes)).toMatchObject({ state: 'malformed', reason: expect.stringMatching(/^Found /) });
  });

  it.each(['SSH-2.0-OpenSSH', 'GET / HTTP/1.1\r\n', '\u0080\u002e\u0001', '\u0015\u0003', '\0'])(
    'readClientHello() says from the first byte what is no TLS (TLS-08): %j',
    (text) => {
      const bytes = Uint8Array.from(ascii(text));
      expect(readClientHello(bytes).state).toBe('not-tls');
      expect(readClientHello(bytes.subarray(0, 1)).state).toBe('not-tls');
    },
  );

  it('readClientHello() never asks for more than its limit', () => {
    const endless = records(
      [1, 0, 0xff, 0xf0, ...Array<number>(0xfff0).fill(0)],
      Array.from({ length: 900 }, (_, i) => i * 80),
    );
    for (let end = MAX_CLIENT_HELLO; end <= endless.length; end += 500) {
      expect(readClientHello(endless.subarray(0, end)).state).toBe('malformed');
    }
  });

  it('readClientHello() never throws, whatever is flipped, cut or inserted', () => {
    const flips = fc.array(fc.tuple(fc.nat(FULL.length + 20), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(flips, fc.array(fc.nat(FULL.length), { maxLength: 3 }), (changes, cuts) => {
        const bytes = records(FULL, cuts);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const result = readClientHello(bytes);
        if (result.state !== 'complete') return;
        expect(result.hello.length).toBeLessThanOrEqual(bytes.length);
        expect(result.hello.serverName ?? 'a').toMatch(/^[a-z0-9_.-]+$/);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => {
        expect(['incomplete', 'malformed']).toContain(readClientHello(Uint8Array.from([22, 3, ...noise])).state);
      }),
    );
  });

  it('readClientHello() only ever moves from incomplete to one final answer', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(FULL.length), fc.nat(255)), { maxLength: 3 }), (changes) => {
        const bytes = records(FULL, [40]);
        for (const [at, value] of changes) bytes[at] = value;
        let final: string | undefined;
        for (let end = 0; end <= bytes.length; end++) {
          const { state } = readClientHello(bytes.subarray(0, end));
          if (final !== undefined) expect(state).toBe(final);
          else if (state !== 'incomplete') final = state;
        }
      }),
    );
  });
});

/** What Node's TLS client writes first, caught on a stream that leads nowhere. */
function firstFlight(options: { servername: string; ALPNProtocols: string[] }): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const wire = new Duplex({
      read() {},
      write(chunk: Uint8Array) {
        resolve(Uint8Array.from(chunk));
        queueMicrotask(() => client.destroy());
      },
    });
    const client = connect({ ...options, socket: wire });
    client.on('error', reject);
  });
}
