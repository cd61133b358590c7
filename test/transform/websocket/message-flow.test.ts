import { deflateRawSync, constants } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ok, fail } from '../../../src/core/result.ts';
import { CodingMemory } from '../../../src/transform/codings/coding-memory.ts';
import { closePayload } from '../../../src/wire/websocket/close-frame.ts';
import { OPCODE } from '../../../src/wire/websocket/opcode.ts';
import { writeFrame } from '../../../src/wire/websocket/write-frame.ts';
import { readByWs, writtenByWs } from '../../support/ws-frames.ts';
import { cutAt, SIZES } from '../../wire/websocket/pieces.ts';
import { CARD, flowWith, MASKED_CARD, pass } from './messages.ts';

const WHOLE = { keepsContext: true, windowBits: 15 };

function text(content: string | Uint8Array, opcode: 1 | 2 = OPCODE.text): Uint8Array {
  return writeFrame({ opcode, isFinal: true, isCompressed: false, payload: Buffer.from(content) });
}

function compressed(payload: Uint8Array): Uint8Array {
  return writeFrame({ opcode: OPCODE.text, isFinal: true, isCompressed: true, payload });
}

describe('MessageFlow', () => {
  it('gives the same for every way of cutting what `ws` writes', async () => {
    const word = fc.constantFrom(`${CARD} `, 'word ', 'grüße ', 'anna.schmidt@example.org ', '{"a":1}', '');
    const message = fc.array(word, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 4 }), SIZES, async (messages, sizes) => {
        const written = writtenByWs(messages, false);
        const whole = await pass(flowWith(), [written]);
        const cut = await pass(flowWith(), cutAt(written, sizes));
        expect(whole.failure).toBeUndefined();
        expect(cut.bytes.equals(whole.bytes)).toBe(true);
        const seen = await readByWs(cut.bytes);
        expect(seen.filter((each) => !each.startsWith('ping:'))).toHaveLength(messages.length);
        expect(seen.join('\n')).not.toMatch(/4111111111111111|anna/);
      }),
      { numRuns: 60 },
    );
  });

  it('masks its frames toward an origin with fresh keys', async () => {
    const key = Uint8Array.of(9, 8, 7, 6);
    const frame = writeFrame({ opcode: OPCODE.text, isFinal: true, isCompressed: false, payload: Buffer.from(CARD) }, key);
    const { bytes } = await pass(flowWith({ isFromClient: true }), [frame, frame]);
    const half = bytes.length / 2;
    expect(bytes.subarray(2, 6)).not.toEqual(bytes.subarray(half + 2, half + 6));
    expect((await readByWs(bytes, { isServer: true }))[0]).toBe(MASKED_CARD);
  });

  it('closes in order: what was held leaves before, nothing after', async () => {
    const delta = JSON.stringify({
      type: 'response.text.delta',
      item_id: 'i',
      output_index: 0,
      content_index: 0,
      delta: '4111',
    });
    const close = writeFrame({
      opcode: OPCODE.close,
      isFinal: true,
      isCompressed: false,
      payload: closePayload(1000, Buffer.from(CARD)),
    });
    const flow = flowWith();
    const { bytes } = await pass(flow, [text(delta), close, text('late')]);
    expect(bytes.includes('late')).toBe(false);
    const seen = await readByWs(bytes);
    expect(seen.at(-1)).toBe(`close:1000:${MASKED_CARD}`);
    const deltas = seen.slice(0, -1).map((each) => (JSON.parse(each) as { delta: string }).delta);
    expect(deltas.join('')).toBe('4111');
    expect(flow.isClosed).toBe(true);
    expect(flow.close(1008, 'x')).toHaveLength(0);
  });

  it('passes frames as they are where nothing is changed, compressed ones as well', async () => {
    const fragments = [
      writeFrame({ opcode: OPCODE.binary, isFinal: false, isCompressed: true, payload: Buffer.from([1, 2]) }),
      writeFrame({ opcode: OPCODE.continuation, isFinal: true, isCompressed: false, payload: Buffer.from([3]) }),
    ];
    const { bytes } = await pass(flowWith({ texts: undefined, deflate: WHOLE }), fragments);
    expect(bytes).toEqual(Buffer.concat(fragments));
  });

  it('waits until tokens are stored, and stops when they cannot be', async () => {
    let asked = 0;
    const settled = (): Promise<ReturnType<typeof ok<void>>> => Promise.resolve((asked++, ok(undefined)));
    expect((await pass(flowWith({ settled }), [text('a'), text('b')])).failure).toBeUndefined();
    expect(asked).toBe(2);
    const failure = { code: 'store_unavailable', detail: 'gone' } as const;
    const broken = await pass(flowWith({ settled: () => Promise.resolve(fail(failure)) }), [text('a')]);
    expect(broken).toEqual({ bytes: Buffer.alloc(0), failure: { failure, close: 1011 } });
  });

  it.each([
    ['a binary message', text('a', OPCODE.binary), 'unreadable_content', 1008],
    ['no UTF-8', text(Uint8Array.of(0xff)), 'unreadable_content', 1007],
    ['a cut character', text(Uint8Array.of(0xc3)), 'unreadable_content', 1007],
    ['a surrogate in UTF-8', text(Uint8Array.of(0xed, 0xa0, 0x80)), 'unreadable_content', 1007],
    ['a masked frame', Uint8Array.of(0x81, 0x80, 0, 0, 0, 0), 'origin_protocol', 1002],
    ['a close code that must not be sent', Uint8Array.of(0x88, 2, 3, 0xed), 'origin_protocol', 1002],
    ['half a close code', Uint8Array.of(0x88, 1, 3), 'origin_protocol', 1002],
  ])('refuses %s, after what came before', async (_what, frame, code, close) => {
    const { bytes, failure } = await pass(flowWith(), [text('before'), frame, text('after')]);
    expect(failure).toMatchObject({ failure: { code }, close });
    expect(await readByWs(bytes)).toEqual(['before']);
  });

  it('refuses a message for which there is no room, and gives the room back', async () => {
    const memory = new CodingMemory(10_000);
    const fits = await pass(flowWith({ share: memory.share() }), [text('a'.repeat(9_000)), text('b'.repeat(9_000))]);
    expect([fits.failure, memory.used]).toEqual([undefined, 0]);
    const { failure } = await pass(flowWith({ share: memory.share() }), [text('a'.repeat(11_000))]);
    expect(failure).toMatchObject({ failure: { code: 'overloaded' }, close: 1013 });
    expect(memory.used).toBe(0);
  });

  describe('with permessage-deflate', () => {
    const options = { finishFlush: constants.Z_SYNC_FLUSH };
    const flow = (): ReturnType<typeof flowWith> => flowWith({ deflate: WHOLE });

    it('reads the examples of RFC 7692 §7.2.3', async () => {
      const examples = [
        'f248cdc9c90700',
        '00050 0faff48656c6c6f00'.replace(' ', ''),
        'f348cdc9c9070000',
        'f248050000 00ffffcac9c90700'.replace(' ', ''),
      ];
      for (const hex of examples) {
        const { bytes, failure } = await pass(flow(), [compressed(Buffer.from(hex, 'hex'))]);
        expect(failure).toBeUndefined();
        expect(await readByWs(bytes)).toEqual(['Hello']);
      }
      // The second message refers to the first (§7.2.3.2).
      const both = await pass(flow(), [
        compressed(Buffer.from('f248cdc9c90700', 'hex')),
        compressed(Buffer.from('f200110000', 'hex')),
      ]);
      expect(await readByWs(both.bytes)).toEqual(['Hello', 'Hello']);
    });

    it.each([
      ['no deflate', Buffer.from([7, 255]), 'unreadable_content', 1007],
      ['bytes behind a final block', Buffer.concat([deflateRawSync('a'), Buffer.from('more')]), 'unreadable_content', 1008],
      ['a bomb', deflateRawSync(Buffer.alloc(4 * 1024 * 1024), { ...options, level: 1 }), 'content_too_large', 1009],
    ])('refuses %s', async (_what, payload, code, close) => {
      const { bytes, failure } = await pass(flow(), [compressed(payload)]);
      expect([bytes.length, failure]).toMatchObject([0, { failure: { code }, close }]);
    });

    it('takes what is large but no bomb', async () => {
      const message = 'A text of one kind. '.repeat(50_000);
      const { failure } = await pass(flow(), [compressed(deflateRawSync(message, options).subarray(0, -4))]);
      expect(failure).toBeUndefined();
    });

    it('leaves a message that compression makes no shorter as it is', async () => {
      const { bytes } = await pass(flow(), [compressed(deflateRawSync('short', options).subarray(0, -4))]);
      expect(bytes).toEqual(Buffer.from(text('short')));
    });
  });
});
