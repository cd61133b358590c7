import { encode, type Packet } from 'dns-packet';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeQuery, readReply, type DnsQuestion } from '../../../src/destination/dns/dns-message.ts';
import { threadTime } from '../../support/thread-time.ts';

const QUESTION: DnsQuestion = { id: 0x1234, name: 'a.example', type: 'A' };

function reply(parts: Partial<Packet> = {}): Buffer {
  return encode({
    type: 'response',
    id: QUESTION.id,
    questions: [{ type: 'A', name: 'a.example', class: 'IN' }],
    answers: [
      { type: 'CNAME', name: 'a.example', class: 'IN', ttl: 20, data: 'b.example' },
      { type: 'A', name: 'b.example', class: 'IN', ttl: 60, data: '3.120.0.1' },
    ],
    ...parts,
  });
}

describe('encodeQuery()', () => {
  it('asks one question with recursion, and adds nothing', () => {
    const query = encodeQuery(QUESTION);
    expect(query.toString('hex')).toBe('1234010000010000000000000161076578616d706c650000010001');
  });
});

describe('readReply()', () => {
  it('gives the address and alias records of an answer', () => {
    const read = readReply(QUESTION, reply());
    expect(read.ok && read.value).toMatchObject({
      kind: 'answer',
      nameError: false,
      records: [
        { kind: 'alias', owner: 'a.example', target: 'b.example', ttlSeconds: 20 },
        { kind: 'address', owner: 'b.example', ttlSeconds: 60, address: { text: '3.120.0.1' } },
      ],
    });
  });

  it('DNS-07 refuses every answer that is cut, at every length', () => {
    const whole = reply();
    for (let length = 0; length < whole.length; length++) {
      expect(readReply(QUESTION, whole.subarray(0, length)).ok, `${length} bytes`).toBe(false);
    }
  });

  it('DNS-07 takes no zeros for the missing end of an IPv6 address', () => {
    const question = { ...QUESTION, type: 'AAAA' } as const;
    const whole = reply({
      questions: [{ type: 'AAAA', name: 'a.example', class: 'IN' }],
      answers: [{ type: 'AAAA', name: 'a.example', class: 'IN', ttl: 60, data: '2600:1f18::1:2:3:4' }],
    });
    expect(readReply(question, whole).ok).toBe(true);
    for (let cut = 1; cut <= 16; cut++)
      expect(readReply(question, whole.subarray(0, -cut)).ok, `${cut} bytes less`).toBe(false);
  });

  it('never throws, and finds no address but in an answer to the question', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 8 }), (changes) => {
        const message = reply();
        for (const [at, value] of changes) if (at < message.length) message[at] = value;
        const read = readReply(QUESTION, message);
        if (!read.ok || read.value.kind !== 'answer') return;
        expect(message.readUInt16BE(0)).toBe(QUESTION.id);
        expect(message.subarray(12, 27).toString('latin1').toLowerCase()).toBe(
          encodeQuery(QUESTION).subarray(12, 27).toString('latin1'),
        );
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (noise) => {
        const message = Buffer.concat([reply({ answers: [] }), noise]);
        message.writeUInt16BE(noise.length >> 3, 6);
        readReply(QUESTION, message);
      }),
    );
  });

  it('DNS-07 reads at most 256 records, and a maze of compression pointers in little time', () => {
    const tooMany = reply({ answers: [] });
    tooMany.writeUInt16BE(257, 6);
    expect(readReply(QUESTION, tooMany)).toMatchObject({ failure: { foreign: false } });

    // Each pointer leads to the one before: the longest walk a reader can be sent on.
    const pointers = Buffer.alloc(16_000);
    for (let at = 0; at < pointers.length; at += 2) pointers.writeUInt16BE(0xc000 | Math.min(12 + at, 0x3fff), at);
    const maze = Buffer.concat([reply({ answers: [] }), pointers]);
    maze.writeUInt16BE(256, 6);
    const startedAt = threadTime();
    readReply(QUESTION, maze);
    expect(threadTime() - startedAt).toBeLessThan(500);
  });

  it('RFC 2308 takes the smaller of TTL and MINIMUM of the SOA', () => {
    const data = { mname: 'ns.example', rname: 'x.example', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 900 };
    const authorities = [{ type: 'SOA', name: 'example', class: 'IN', ttl: 12, data }] as const;
    const read = readReply(QUESTION, reply({ answers: [], authorities: [...authorities] }));
    expect(read.ok && read.value).toMatchObject({ kind: 'answer', negativeTtlSeconds: 12 });
  });

  it.each([
    [1, 'declined'],
    [2, 'declined'],
    [3, 'answer'],
    [5, 'declined'],
    [15, 'declined'],
  ])('takes rcode %i for %s', (rcode, kind) => {
    const read = readReply(QUESTION, reply({ flags: rcode }));
    expect(read.ok && read.value.kind).toBe(kind);
  });
});
