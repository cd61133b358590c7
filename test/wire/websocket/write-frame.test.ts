import { describe, expect, it } from 'vitest';
import { OPCODE } from '../../../src/wire/websocket/opcode.ts';
import { writeFrame } from '../../../src/wire/websocket/write-frame.ts';

const hello = new TextEncoder().encode('Hello');

describe('writeFrame()', () => {
  // RFC 6455 §5.7 and RFC 7692 §7.2.3.1.
  it.each([
    ['810548656c6c6f', { opcode: OPCODE.text, isFinal: true, isCompressed: false, payload: hello }, undefined],
    ['818537fa213d7f9f4d5158', { opcode: OPCODE.text, isFinal: true, isCompressed: false, payload: hello }, '37fa213d'],
    ['010348656c', { opcode: OPCODE.text, isFinal: false, isCompressed: false, payload: hello.subarray(0, 3) }, undefined],
    ['80026c6f', { opcode: OPCODE.continuation, isFinal: true, isCompressed: false, payload: hello.subarray(3) }, undefined],
    [
      'c107f248cdc9c90700',
      { opcode: OPCODE.text, isFinal: true, isCompressed: true, payload: Buffer.from('f248cdc9c90700', 'hex') },
      undefined,
    ],
  ] as const)('writes the example %s', (hex, frame, key) => {
    const written = writeFrame(frame, key === undefined ? undefined : Buffer.from(key, 'hex'));
    expect(Buffer.from(written).toString('hex')).toBe(hex);
  });

  it.each([
    [125, '827d'],
    [126, '827e007e'],
    [65_535, '827effff'],
    [65_536, '827f0000000000010000'],
  ])('writes the length %i in its shortest form', (length, head) => {
    const payload = new Uint8Array(length);
    const written = writeFrame({ opcode: OPCODE.binary, isFinal: true, isCompressed: false, payload });
    expect(Buffer.from(written.subarray(0, head.length / 2)).toString('hex')).toBe(head);
    expect(written).toHaveLength(head.length / 2 + length);
  });
});
