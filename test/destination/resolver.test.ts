import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { decode, encode, type Packet } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import type { Resolution } from '../../src/core/ports.ts';
import type { Result } from '../../src/core/result.ts';
import { createResolver, type CachingResolver, type ResolverOptions } from '../../src/destination/resolver.ts';
import { MACHINE_RANDOM, ManualClock } from '../support/clock.ts';
import { startDnsServer, type DnsServerHandle } from '../support/dns-server.ts';

const NOON = '2026-08-22T12:00:00Z';
const START = Date.parse(NOON);

function resolverFor(
  dns: DnsServerHandle | readonly string[],
  options: Partial<ResolverOptions> = {},
): CachingResolver & { clock: ManualClock } {
  const clock = new ManualClock(NOON);
  const servers = 'address' in dns ? [dns.address] : dns;
  const resolver = createResolver({ servers, hosts: {}, timeout: 2000, clock, random: MACHINE_RANDOM, ...options });
  if (!resolver.ok) throw new Error(resolver.failure);
  return Object.assign(resolver.value, { clock });
}

function hasIpv6Loopback(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));
}

function addressesOf(result: Result<Resolution, unknown>): string[] {
  if (!result.ok) throw new Error(`Not resolved: ${JSON.stringify(result.failure)}`);
  return result.value.addresses.map(({ text }) => text);
}

describe('resolve()', () => {
  it('DNS-04 asks for both families and returns the addresses of both', async () => {
    await using dns = await startDnsServer({ 'both.example': { addresses: ['3.120.0.1', '2600:1f18::1'] } });
    const result = await resolverFor(dns).resolve('both.example');
    expect(addressesOf(result)).toEqual(['3.120.0.1', '2600:1f18::1']);
    expect(dns.queries.map(({ type }) => type).toSorted()).toEqual(['A', 'AAAA']);
  });

  it('DNS-03 returns every address of a name, so that one forbidden address can deny it', async () => {
    await using dns = await startDnsServer({ 'mixed.example': { addresses: ['3.120.0.1', '3.80.0.1', '3.120.0.1'] } });
    expect(addressesOf(await resolverFor(dns).resolve('mixed.example'))).toEqual(['3.120.0.1', '3.80.0.1']);
  });

  it('DNS-02 gives one answer for its life, whatever the server says meanwhile', async () => {
    await using dns = await startDnsServer({
      'rebind.example': [{ addresses: ['3.120.0.1'], ttl: 60 }, { addresses: ['169.254.169.254'] }],
    });
    const resolver = resolverFor(dns);
    const first = await resolver.resolve('rebind.example');
    expect(addressesOf(first)).toEqual(['3.120.0.1']);
    resolver.clock.advance(59_000);
    expect(await resolver.resolve('rebind.example')).toEqual(first);
    expect(first.ok && first.value.expiresAt).toBe(START + 60_000);
  });

  it('DNS-13 asks again when the life of the answer is over', async () => {
    await using dns = await startDnsServer({
      'moves.example': [{ addresses: ['3.120.0.1'], ttl: 60 }, { addresses: ['3.80.0.1'] }],
    });
    const resolver = resolverFor(dns);
    await resolver.resolve('moves.example');
    resolver.clock.advance(60_000);
    expect(addressesOf(await resolver.resolve('moves.example'))).toEqual(['3.80.0.1']);
  });

  it('DNS-13 keeps answers 5 to 300 s, whatever TTL they carry', async () => {
    await using dns = await startDnsServer({
      'zero.example': { addresses: ['3.120.0.1'], ttl: 0 },
      'week.example': { addresses: ['3.120.0.1'], ttl: 604_800 },
      'negative.example': { addresses: ['3.120.0.1'], ttl: 0xffff_ffff },
    });
    const resolver = resolverFor(dns);
    const lifeOf = async (name: string): Promise<number> => {
      const result = await resolver.resolve(name);
      return result.ok ? result.value.expiresAt - START : Number.NaN;
    };
    expect(await lifeOf('zero.example')).toBe(5000);
    expect(await lifeOf('week.example')).toBe(300_000);
    expect(await lifeOf('negative.example')).toBe(5000);
  });

  it('DNS-13 takes the smallest TTL of the chain', async () => {
    const alias = { type: 'CNAME', name: 'www.example', class: 'IN', ttl: 20, data: 'edge.example' } as const;
    await using dns = await startDnsServer({
      'www.example': { unfinished: true, extra: [alias] },
      'edge.example': { addresses: ['3.120.0.1'], ttl: 200 },
    });
    const result = await resolverFor(dns).resolve('www.example');
    expect(result.ok && result.value.expiresAt).toBe(START + 20_000);
  });

  it('DNS-13 does not lengthen a life when the wall clock is set back', async () => {
    await using dns = await startDnsServer({
      'moves.example': [{ addresses: ['3.120.0.1'], ttl: 60 }, { addresses: ['3.80.0.1'] }],
    });
    const resolver = resolverFor(dns);
    await resolver.resolve('moves.example');
    resolver.clock.step(-3_600_000);
    resolver.clock.advance(60_000);
    expect(addressesOf(await resolver.resolve('moves.example'))).toEqual(['3.80.0.1']);
  });

  it('DNS-05 follows the aliases inside an answer and records the chain', async () => {
    await using dns = await startDnsServer({
      'eu.example': { chain: ['edge.cdn.example', 'pop.cdn.example'], addresses: ['3.80.0.1'] },
    });
    const result = await resolverFor(dns).resolve('eu.example');
    expect(addressesOf(result)).toEqual(['3.80.0.1']);
    expect(result.ok && result.value.chain).toEqual(['edge.cdn.example', 'pop.cdn.example']);
  });

  it('DNS-05 asks for the rest of a chain that the answer only begins', async () => {
    await using dns = await startDnsServer({
      'eu.example': { chain: ['edge.cdn.example'], unfinished: true },
      'edge.cdn.example': { chain: ['pop.cdn.example'], unfinished: true },
      'pop.cdn.example': { addresses: ['3.80.0.1'] },
    });
    const result = await resolverFor(dns).resolve('eu.example');
    expect(addressesOf(result)).toEqual(['3.80.0.1']);
    expect(result.ok && result.value.chain).toEqual(['edge.cdn.example', 'pop.cdn.example']);
  });

  it.each([
    ['loops', { chain: ['b.example', 'a.example'], addresses: ['3.120.0.1'] }],
    ['is longer than 16', { chain: Array.from({ length: 17 }, (_, i) => `n${i}.example`), addresses: ['3.120.0.1'] }],
    ['leads to an address in letters', { chain: ['127.0.0.1'], addresses: ['3.120.0.1'] }],
    ['leads to what is no host name', { chain: ['bad name.example'], addresses: ['3.120.0.1'] }],
    ['leads to a name beyond ASCII', { chain: ['\u{212A}.example'], addresses: ['3.120.0.1'] }],
  ])('DNS-05 refuses a chain that %s', async (_, reply) => {
    await using dns = await startDnsServer({ 'a.example': reply });
    expect(await resolverFor(dns).resolve('a.example')).toMatchObject({ ok: false, failure: { code: 'dns_failed' } });
  });

  it('DNS-05 refuses a chain of many questions and a loop over questions', async () => {
    const links = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [`n${i}.example`, { chain: [`n${i + 1}.example`], unfinished: true }]),
    );
    await using dns = await startDnsServer({
      ...links,
      'left.example': { chain: ['right.example'], unfinished: true },
      'right.example': { chain: ['left.example'], unfinished: true },
    });
    const resolver = resolverFor(dns);
    expect(await resolver.resolve('n0.example')).toMatchObject({ failure: { code: 'dns_failed' } });
    expect(await resolver.resolve('left.example')).toMatchObject({ failure: { code: 'dns_failed' } });
    expect(dns.queries.length).toBeLessThanOrEqual(20);
  });

  it('DNS-05 refuses a name with two different aliases, and one with an alias beside addresses', async () => {
    const alias = (data: string) => ({ type: 'CNAME', name: 'a.example', class: 'IN', ttl: 60, data }) as const;
    await using dns = await startDnsServer({ 'a.example': { extra: [alias('b.example'), alias('c.example')] } });
    const resolver = resolverFor(dns);
    expect(await resolver.resolve('a.example')).toMatchObject({ failure: { code: 'dns_failed' } });
    resolver.flush();
    dns.script('a.example', { extra: [alias('b.example')], addresses: ['3.120.0.1'] });
    expect(await resolver.resolve('a.example')).toMatchObject({ failure: { code: 'dns_failed' } });
  });

  it('ignores records of names that the question does not lead to', async () => {
    await using dns = await startDnsServer({
      'a.example': {
        extra: [{ type: 'A', name: 'other.example', class: 'IN', ttl: 60, data: '3.80.0.1' }],
        addresses: ['3.120.0.1'],
      },
    });
    expect(addressesOf(await resolverFor(dns).resolve('a.example'))).toEqual(['3.120.0.1']);
  });

  it('ignores records of other classes', async () => {
    await using dns = await startDnsServer({
      'a.example': {
        extra: [{ type: 'A', name: 'a.example', class: 'CH', ttl: 60, data: '3.80.0.1' }],
        addresses: ['3.120.0.1'],
      },
    });
    expect(addressesOf(await resolverFor(dns).resolve('a.example'))).toEqual(['3.120.0.1']);
  });

  it('DNS-08 returns private addresses as they are, IPv4-mapped ones as IPv4, for the floor to judge', async () => {
    await using dns = await startDnsServer({ 'split.example': { addresses: ['10.0.0.5', '::ffff:10.0.0.6'] } });
    expect(addressesOf(await resolverFor(dns).resolve('split.example'))).toEqual(['10.0.0.5', '10.0.0.6']);
  });

  it('DNS-12 uses A and AAAA only, not the hints of HTTPS records', async () => {
    // SvcPriority 1, TargetName ".", ipv4hint=3.80.0.1
    const rdata = Buffer.from([0, 1, 0, 0, 4, 0, 4, 3, 80, 0, 1]);
    const https = { type: 'UNKNOWN_65', name: 'a.example', class: 'IN', ttl: 60, data: rdata };
    await using dns = await startDnsServer({ 'a.example': { extra: [https as never], addresses: ['3.120.0.1'] } });
    expect(addressesOf(await resolverFor(dns).resolve('a.example'))).toEqual(['3.120.0.1']);
    expect(dns.queries.some(({ type }) => type !== 'A' && type !== 'AAAA')).toBe(false);
  });
});

describe.skipIf(!hasIpv6Loopback())('resolve() over IPv6', () => {
  it('asks a server that has an IPv6 address', async () => {
    const server = createSocket('udp6');
    server.on('message', (message, peer) => {
      const { id, questions = [] } = decode(message);
      const answers = [{ type: 'A', name: 'a.example', class: 'IN', ttl: 60, data: '3.120.0.1' }] as const;
      const isA = questions[0]?.type === 'A';
      server.send(encode({ type: 'response', id, questions, answers: isA ? [...answers] : [] }), peer.port, peer.address);
    });
    await new Promise<void>((resolve) => server.bind(0, '::1', resolve));
    try {
      expect(addressesOf(await resolverFor([`[::1]:${server.address().port}`]).resolve('a.example'))).toEqual(['3.120.0.1']);
    } finally {
      server.close();
    }
  });
});

describe('resolve() without an answer', () => {
  it.each(['SERVFAIL', 'REFUSED', 'FORMERR', 'NXDOMAIN'] as const)('DNS-06 fails on %s', async (rcode) => {
    await using dns = await startDnsServer({ 'a.example': { rcode } });
    expect(await resolverFor(dns).resolve('a.example')).toMatchObject({ failure: { code: 'dns_failed' } });
  });

  it('DNS-06 ends a look-up when its time is over, and asks again before that', async () => {
    await using dns = await startDnsServer({ 'silent.example': { drop: true } });
    const startedAt = performance.now();
    const result = await resolverFor(dns, { timeout: 300 }).resolve('silent.example');
    expect(result).toMatchObject({ ok: false, failure: { code: 'dns_timeout' } });
    expect(performance.now() - startedAt).toBeLessThan(1500);
    const sent = dns.queries.filter(({ type }) => type === 'A');
    expect(sent.length).toBeGreaterThan(1);
    expect(new Set(sent.map(({ id }) => id)).size).toBeGreaterThan(1);
    expect(new Set(sent.map(({ port }) => port)).size).toBe(sent.length);
  });

  it('DNS-06 does not take an answer that comes too late', async () => {
    await using dns = await startDnsServer({ 'late.example': { addresses: ['3.120.0.1'], delay: 1000 } });
    expect(await resolverFor(dns, { timeout: 100 }).resolve('late.example')).toMatchObject({
      failure: { code: 'dns_timeout' },
    });
  });

  it('DNS-06 hears a server that is slower than the first wait', async () => {
    await using dns = await startDnsServer({ 'slow.example': { addresses: ['3.120.0.1'], delay: 120 } });
    expect(addressesOf(await resolverFor(dns, { timeout: 800 }).resolve('slow.example'))).toEqual(['3.120.0.1']);
  });

  it('DNS-06 asks the next server after SERVFAIL, after REFUSED and where nobody listens', async () => {
    await using first = await startDnsServer({ 'a.example': { rcode: 'SERVFAIL' }, 'b.example': { rcode: 'REFUSED' } });
    await using second = await startDnsServer({
      'a.example': { addresses: ['3.120.0.1'] },
      'b.example': { addresses: ['3.120.0.2'] },
    });
    const resolver = resolverFor(['127.0.0.1:1', first.address, second.address]);
    expect(addressesOf(await resolver.resolve('a.example'))).toEqual(['3.120.0.1']);
    expect(addressesOf(await resolver.resolve('b.example'))).toEqual(['3.120.0.2']);
  });

  it('DNS-06 believes the first server that a name does not exist', async () => {
    await using first = await startDnsServer({});
    await using second = await startDnsServer({ 'a.example': { addresses: ['3.120.0.1'] } });
    const result = await resolverFor([first.address, second.address]).resolve('a.example');
    expect(result).toMatchObject({ failure: { code: 'dns_failed' } });
    expect(second.queries).toEqual([]);
  });

  it('DNS-06 never asks the system: a name of /etc/hosts is asked like any other', async () => {
    await using dns = await startDnsServer({});
    expect(await resolverFor(dns).resolve('localhost')).toMatchObject({ failure: { code: 'dns_failed' } });
    expect(dns.queries.map(({ name }) => name)).toEqual(['localhost', 'localhost']);
  });

  it('DNS-07 fails when neither family has an address', async () => {
    await using dns = await startDnsServer({ 'empty.example': {} });
    expect(await resolverFor(dns).resolve('empty.example')).toMatchObject({ failure: { code: 'dns_failed' } });
  });

  it('takes one family when the other has none', async () => {
    await using dns = await startDnsServer({ 'v6.example': { addresses: ['2600:1f18::1'] } });
    expect(addressesOf(await resolverFor(dns).resolve('v6.example'))).toEqual(['2600:1f18::1']);
  });

  it('DNS-04 takes one family when the other stays unanswered, waits no whole timeout, and asks again soon', async () => {
    await using dns = await startDnsServer({
      'half.example': { A: { addresses: ['3.120.0.1'], ttl: 300 }, AAAA: [{ drop: true }, { drop: true }, { drop: true }] },
      'broken.example': { A: { addresses: ['3.120.0.1'], ttl: 300 }, AAAA: { rcode: 'SERVFAIL' } },
    });
    const resolver = resolverFor(dns, { timeout: 1500 });
    const startedAt = performance.now();
    for (const name of ['half.example', 'broken.example']) {
      const result = await resolver.resolve(name);
      expect(addressesOf(result)).toEqual(['3.120.0.1']);
      expect(result.ok && result.value.expiresAt).toBe(START + 5000);
    }
    expect(performance.now() - startedAt).toBeLessThan(1200);
  });

  it('DNS-04 fails the name when one family has an answer that must not be used', async () => {
    await using dns = await startDnsServer({
      'a.example': { A: { addresses: ['3.120.0.1'] }, AAAA: { chain: ['a.example'], unfinished: true } },
    });
    expect(await resolverFor(dns).resolve('a.example')).toMatchObject({ failure: { code: 'dns_failed' } });
  });

  it('DNS-07 fails when there are more addresses than may be judged', async () => {
    const many = (count: number): string[] => Array.from({ length: count }, (_, i) => `3.120.0.${i + 1}`);
    await using dns = await startDnsServer({
      'limit.example': { addresses: many(64), truncate: true },
      'beyond.example': { addresses: many(65), truncate: true },
    });
    const resolver = resolverFor(dns);
    expect(addressesOf(await resolver.resolve('limit.example'))).toHaveLength(64);
    expect(await resolver.resolve('beyond.example')).toMatchObject({ failure: { code: 'dns_failed' } });
  });

  it('DNS-07 refuses 2000 records over TCP', async () => {
    const addresses = Array.from({ length: 2000 }, (_, i) => `3.${i >> 8}.${i & 255}.1`);
    await using dns = await startDnsServer({ 'huge.example': { A: { addresses, truncate: true }, AAAA: {} } });
    const startedAt = performance.now();
    expect(await resolverFor(dns).resolve('huge.example')).toMatchObject({ failure: { code: 'dns_failed' } });
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  it('asks over TCP when the answer over UDP is truncated', async () => {
    await using dns = await startDnsServer({ 'long.example': { A: { addresses: ['3.120.0.1'], truncate: true }, AAAA: {} } });
    expect(addressesOf(await resolverFor(dns).resolve('long.example'))).toEqual(['3.120.0.1']);
    expect(dns.queries.filter(({ type }) => type === 'A').map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
  });

  it.each(['cut', 'still-truncated', 'refuse'] as const)('DNS-07 fails when TCP is %s', async (tcp) => {
    await using dns = await startDnsServer({
      'long.example': { addresses: ['3.120.0.1', '2600:1f18::1'], truncate: true, tcp },
    });
    expect(await resolverFor(dns).resolve('long.example')).toMatchObject({ failure: { code: 'dns_failed' } });
  });

  it('does not ask for what is no canonical host name', async () => {
    await using dns = await startDnsServer({ '127.0.0.1': { addresses: ['3.120.0.1'] } });
    const resolver = resolverFor(dns);
    for (const name of ['127.0.0.1', '0x7f.1', '2130706433', '', 'a..b', `${'a'.repeat(64)}.example`, 'a b.example', '[::1]']) {
      expect(await resolver.resolve(name)).toMatchObject({ failure: { code: 'dns_failed' } });
    }
    expect(dns.queries).toEqual([]);
  });
});

describe('resolve() under forgery', () => {
  it('takes only a reply with id, name, type and class of the question', async () => {
    await using dns = await startDnsServer({
      'a.example': {
        A: {
          addresses: ['3.120.0.1'],
          before: (reply) => {
            const answer = { type: 'A', name: 'a.example', class: 'IN', ttl: 60, data: '3.80.0.1' } as const;
            const forged: Packet = { ...reply, answers: [answer] };
            return [
              { ...forged, id: ((reply.id ?? 0) + 1) % 65_536 },
              { ...forged, questions: [{ type: 'A', name: 'b.example', class: 'IN' }] },
              { ...forged, questions: [{ type: 'AAAA', name: 'a.example', class: 'IN' }] },
              { ...forged, questions: [{ type: 'A', name: 'a.example', class: 'CH' }] },
              { ...forged, questions: [] },
              { ...forged, type: 'query' },
              Buffer.alloc(3),
              Buffer.alloc(0),
            ];
          },
        },
        AAAA: {},
      },
    });
    expect(addressesOf(await resolverFor(dns).resolve('a.example'))).toEqual(['3.120.0.1']);
  });

  it('takes the case of a name as it comes back', async () => {
    await using dns = await startDnsServer({
      'a.example': {
        A: {
          raw: (question) => {
            const reply = Buffer.from(question);
            reply.writeUInt16BE(0x8180, 2);
            reply.writeUInt16BE(1, 6);
            reply.write('A', 13);
            return Buffer.concat([reply, Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 3, 120, 0, 1])]);
          },
        },
        AAAA: {},
      },
    });
    expect(addressesOf(await resolverFor(dns).resolve('a.example'))).toEqual(['3.120.0.1']);
  });

  it('does not hear another port than the one it asked', async () => {
    await using impostor = await startDnsServer({});
    await using dns = await startDnsServer({ 'a.example': { addresses: ['3.120.0.1'], delay: 50 } });
    expect(addressesOf(await resolverFor(dns).resolve('a.example'))).toEqual(['3.120.0.1']);
    expect(impostor.queries).toEqual([]);
  });

  it('gives up a question that draws many foreign messages', async () => {
    const forge = (reply: { id?: number | undefined }): Buffer[] =>
      Array.from({ length: 20 }, () => Buffer.alloc(12, (reply.id ?? 0) & 1));
    await using dns = await startDnsServer({ 'a.example': { addresses: ['3.120.0.1', '2600:1f18::1'], before: forge } });
    expect(await resolverFor(dns).resolve('a.example')).toMatchObject({ failure: { code: 'dns_failed' } });
  });
});

describe('cache', () => {
  it('looks a name up once for all who ask at the same time', async () => {
    await using dns = await startDnsServer({ 'a.example': { addresses: ['3.120.0.1'], delay: 20 } });
    const resolver = resolverFor(dns);
    const results = await Promise.all(Array.from({ length: 50 }, () => resolver.resolve('A.example.')));
    expect(new Set(results.map((result) => addressesOf(result).join())).size).toBe(1);
    expect(dns.queries).toHaveLength(2);
    expect(resolver.stats()).toMatchObject({ underWay: 0, cached: 1, misses: 1, queries: 2 });
  });

  it('DNS-07 keeps a negative answer 5 to 30 s', async () => {
    await using dns = await startDnsServer({ 'soon.example': [{ soa: 3600 }, { addresses: ['3.120.0.1'] }] });
    const resolver = resolverFor(dns);
    expect((await resolver.resolve('soon.example')).ok).toBe(false);
    resolver.clock.advance(29_999);
    expect((await resolver.resolve('soon.example')).ok).toBe(false);
    resolver.clock.advance(1);
    expect((await resolver.resolve('soon.example')).ok).toBe(true);
  });

  it('keeps a failure 5 s', async () => {
    await using dns = await startDnsServer({ 'a.example': [{ rcode: 'SERVFAIL' }, { addresses: ['3.120.0.1'] }] });
    const resolver = resolverFor(dns);
    expect((await resolver.resolve('a.example')).ok).toBe(false);
    resolver.clock.advance(4999);
    expect((await resolver.resolve('a.example')).ok).toBe(false);
    resolver.clock.advance(1);
    expect((await resolver.resolve('a.example')).ok).toBe(true);
  });

  it('makes room by forgetting the name that was not asked for longest', async () => {
    const reply = { addresses: ['3.120.0.1'] };
    await using dns = await startDnsServer({ 'a.example': reply, 'b.example': reply, 'c.example': reply });
    const resolver = resolverFor(dns, { cacheSize: 2 });
    for (const name of ['a.example', 'b.example', 'a.example', 'c.example', 'a.example']) await resolver.resolve(name);
    expect(resolver.stats()).toMatchObject({ cached: 2, hits: 2, misses: 3 });
  });

  it('flush() forgets answers, and what was under way when it was called', async () => {
    await using dns = await startDnsServer({
      'a.example': [{ addresses: ['3.120.0.1'], delay: 50 }, { addresses: ['3.80.0.1'] }],
    });
    const resolver = resolverFor(dns);
    const before = resolver.resolve('a.example');
    await new Promise((resolve) => setTimeout(resolve, 20));
    resolver.flush();
    expect(addressesOf(await resolver.resolve('a.example'))).toEqual(['3.80.0.1']);
    expect(addressesOf(await before)).toEqual(['3.120.0.1']);
    expect(addressesOf(await resolver.resolve('a.example'))).toEqual(['3.80.0.1']);
  });

  it('bounds the look-ups that are under way', async () => {
    await using dns = await startDnsServer({});
    const resolver = resolverFor(['127.0.0.1:1'], { timeout: 300 });
    const all = await Promise.all(Array.from({ length: 300 }, (_, i) => resolver.resolve(`n${i}.example`)));
    expect(all.every(({ ok }) => !ok)).toBe(true);
    expect(resolver.stats()).toMatchObject({ misses: 256, underWay: 0 });
    expect(dns.queries).toEqual([]);
  });
});

describe('createResolver()', () => {
  it('answers from hosts without asking', async () => {
    await using dns = await startDnsServer({});
    const resolver = resolverFor(dns, { hosts: { 'Warehouse.internal': ['10.40.0.7', '::1', '10.40.0.7'] } });
    expect(addressesOf(await resolver.resolve('warehouse.internal'))).toEqual(['10.40.0.7', '::1']);
    expect(dns.queries).toEqual([]);
  });

  it.each([
    [{ servers: [] }, /0 DNS servers/],
    [{ servers: ['dns.example'] }, /"dns\.example"/],
    [{ servers: ['127.0.0.1:0'] }, /127\.0\.0\.1:0/],
    [{ servers: ['127.0.0.1:65536'] }, /65536/],
    [{ hosts: { '127.0.0.1': ['10.0.0.1'] } }, /resolver\.hosts/],
    [{ hosts: { 'a.example': ['010.0.0.1'] } }, /resolver\.hosts\.a\.example/],
    [{ hosts: { 'a.example': [] } }, /0 addresses/],
    [{ hosts: { 'a.example': ['10.0.0.1'], 'A.example': ['10.0.0.2'] } }, /twice/],
  ])('refuses %j', (options, message) => {
    const created = createResolver({
      servers: ['127.0.0.1'],
      hosts: {},
      timeout: 1000,
      clock: new ManualClock(NOON),
      random: MACHINE_RANDOM,
      ...options,
    });
    expect(created).toMatchObject({ ok: false, failure: expect.stringMatching(message) });
  });
});
