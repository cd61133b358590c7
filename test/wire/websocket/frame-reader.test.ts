import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FrameRules } from '../../../src/wire/websocket/frame-head.ts';
import { FrameReader, type FrameEvent } from '../../../src/wire/websocket/frame-reader.ts';
import { OPCODE, type MessageOpcode } from '../../../src/wire/websocket/opcode.ts';
import { writeFrame } from '../../../src/wire/websocket/write-frame.ts';
import { writtenByWs } from '../../support/ws-frames.ts';
import { cutAt, SIZES } from './pieces.ts';

const SERVER: FrameRules = { isFromClient: false, mayCompress: false };
const CLIENT: FrameRules = { isFromClient: true, mayCompress: false };
const COMPRESSING: FrameRules = { isFromClient: false, mayCompress: true };

interface Whole {
  readonly opcode: number;
  readonly isCompressed: boolean;
  readonly payload: string;
}

/** What was read: messages put together, control frames where they stood. */
function read(reader: FrameReader, chunks: readonly Uint8Array[]): { seen: Whole[]; failure: string | undefined } {
  const seen: Whole[] = [];
  let open: Buffer[] = [];
  let failure: string | undefined;
  const take = (event: FrameEvent): void => {
    if (event.kind === 'control') {
      seen.push({ opcode: event.opcode, isCompressed: false, payload: Buffer.from(event.payload).toString('hex') });
      return;
    }
    if (event.isFirst) open = [];
    open.push(Buffer.from(event.payload));
    if (event.isLast) {
      const payload = Buffer.concat(open).toString('hex');
      seen.push({ opcode: event.opcode, isCompressed: event.isCompressed, payload });
    }
  };
  for (const chunk of chunks) {
    const { events, failure: found } = reader.push(chunk);
    for (const event of events) take(event);
    failure ??= found;
  }
  return { seen, failure };
}

function bytes(...parts: (number | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flat());
}

describe('FrameReader', () => {
  it.each([CLIENT, SERVER])('reads what `ws` writes, however it is cut: $isFromClient', (rules) => {
    const message = fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 4 }), SIZES, (messages, sizes) => {
        const chunks = cutAt(writtenByWs(messages, rules.isFromClient), sizes);
        const { seen, failure } = read(new FrameReader(rules), chunks);
        expect(failure).toBeUndefined();
        const texts = seen.filter(({ opcode }) => opcode === OPCODE.text).map(({ payload }) => payload);
        expect(texts).toEqual(messages.map((fragments) => Buffer.from(fragments.join('')).toString('hex')));
        expect(seen.filter(({ opcode }) => opcode === OPCODE.ping)).toHaveLength(messages.flat().length);
      }),
      { numRuns: 60 },
    );
  });

  it('reads what writeFrame() writes, in every form of the length', () => {
    const key = bytes(1, 2, 3, 4);
    for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 70_000]) {
      const payload = new Uint8Array(length).map((_, i) => i);
      const opcode: MessageOpcode = OPCODE.binary;
      const frame = { opcode, isFinal: true, isCompressed: false, payload };
      const hex = Buffer.from(payload).toString('hex');
      const wanted = { seen: [{ opcode, isCompressed: false, payload: hex }], failure: undefined };
      expect(read(new FrameReader(SERVER), [writeFrame(frame)])).toEqual(wanted);
      expect(read(new FrameReader(CLIENT), [writeFrame(frame, key)])).toEqual(wanted);
    }
  });

  it('hands a piece on before its frame is whole, and a control frame only when it is', () => {
    const reader = new FrameReader(SERVER);
    const [first] = reader.push(bytes(0x01, 5, 0x61, 0x62)).events;
    expect(first).toMatchObject({ kind: 'piece', isFirst: true, isLast: false, payload: bytes(0x61, 0x62) });
    const [second] = reader.push(bytes(0x63, 0x64, 0x65)).events;
    expect(second).toMatchObject({ kind: 'piece', isFirst: false, isLast: false });
    expect(reader.push(bytes(0x89, 2, 0x78)).events).toEqual([]);
    expect(reader.push(bytes(0x79)).events).toEqual([{ kind: 'control', opcode: OPCODE.ping, payload: bytes(0x78, 0x79) }]);
    expect(reader.push(bytes(0x80, 0)).events).toMatchObject([{ kind: 'piece', isFirst: false, isLast: true }]);
  });

  it.each<[string, FrameRules, Uint8Array, RegExp]>([
    ['a reserved bit', SERVER, bytes(0xa1, 0), /reserved bit/],
    ['RSV1 without an extension', SERVER, bytes(0xc1, 0), /RSV1/],
    ['RSV1 on a control frame', COMPRESSING, bytes(0xc9, 0), /RSV1/],
    ['RSV1 on a continuation', COMPRESSING, bytes(0x41, 0, 0xc0, 0), /RSV1/],
    ['a reserved opcode', SERVER, bytes(0x83, 0), /opcode 3/],
    ['a reserved control opcode', SERVER, bytes(0x8b, 0), /opcode 11/],
    ['a client that does not mask', CLIENT, bytes(0x81, 1), /not masked/],
    ['a server that masks', SERVER, bytes(0x81, 0x81), /masked/],
    ['a ping in fragments', SERVER, bytes(0x09, 0), /fragments/],
    ['a long ping', SERVER, bytes(0x89, 126), /125/],
    ['125 in two bytes', SERVER, bytes(0x81, 126, 0, 125), /shortest/],
    ['65535 in eight bytes', SERVER, bytes(0x82, 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff), /shortest/],
    ['a length of 63 bits', SERVER, bytes(0x82, 127, 0x7f, [255, 255, 255, 255, 255, 255, 255]), /longer/],
    ['a length of 64 bits', SERVER, bytes(0x82, 127, 0x80, [0, 0, 0, 0, 0, 0, 1]), /longer/],
    ['a continuation of nothing', SERVER, bytes(0x80, 0), /continuation/],
    ['a message inside a message', SERVER, bytes(0x01, 0, 0x81, 1, 0x61), /inside/],
  ])('refuses %s, also byte by byte, and reads nothing after it', (_what, rules, input, failure) => {
    for (const chunks of [[input], cutAt(input, [1])]) {
      const reader = new FrameReader(rules);
      expect(read(reader, chunks).failure).toMatch(failure);
      expect(reader.push(bytes(0x81, 0))).toMatchObject({ events: [], failure: expect.stringMatching(failure) });
    }
  });

  it('takes what came before the fault', () => {
    const { events, failure } = new FrameReader(SERVER).push(bytes(0x81, 1, 0x61, 0x83, 0));
    expect(events).toHaveLength(1);
    expect(failure).toBeDefined();
  });

  it('says whether a message is compressed', () => {
    const { seen } = read(new FrameReader(COMPRESSING), [bytes(0x41, 1, 0x61, 0x80, 1, 0x62, 0x81, 0)]);
    expect(seen.map(({ isCompressed }) => isCompressed)).toEqual([true, false]);
  });
});
