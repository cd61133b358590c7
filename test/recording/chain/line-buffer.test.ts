import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { CHAIN_START, lineDigest } from '../../../src/recording/chain/chain.ts';
import { LineBuffer } from '../../../src/recording/chain/line-buffer.ts';
import { eventBody } from '../../../src/recording/event-body.ts';
import { joinedLines } from '../../../src/recording/segment/apart-lines.ts';
import type { RecordEvent } from '../../../src/core/exchange/record.ts';
import { appended, content, denial } from '../events.ts';

const FRAME = { writer: 'w1', time: '2026-11-22T10:00:00.000Z' };

/** Content with every member that it can have, and decisions between. */
const EVENT: fc.Arbitrary<RecordEvent> = fc.oneof(
  fc.nat().map((exchange) => denial(exchange)),
  fc
    .record({
      sealed: fc.uint8Array({ maxLength: 300 }),
      part: fc.constantFrom('request' as const, 'response' as const),
      index: fc.nat(),
      at: fc.nat(),
      bytes: fc.nat(),
      last: fc.constantFrom(true as const, undefined),
      passed: fc.option(fc.nat(), { nil: undefined }),
      unread: fc.constantFrom('opaque' as const, 'unreadable' as const, 'partial' as const, undefined),
      cut: fc.constantFrom('limit' as const, 'unreadable' as const, 'aborted' as const, undefined),
    })
    .map(({ sealed, ...more }) => content(Buffer.from(sealed).toString('base64'), more)),
);

it('LineBuffer makes of every event what JSON.stringify() makes of its record, and chains the whole lines', () => {
  fc.assert(
    fc.property(fc.array(EVENT, { minLength: 1, maxLength: 8 }), (events) => {
      const buffer = new LineBuffer();
      let head = CHAIN_START;
      let expected = '';
      for (const event of events) {
        const line = JSON.stringify({ v: 1, seq: head.seq, ...FRAME_MEMBERS, prev: head.prev, ...event });
        const given = event.kind === 'content' ? appended(event) : event;
        const sealed = given.kind === 'content' ? given.sealed : undefined;
        head = buffer.append(head, FRAME, { body: eventBody(given), sealed });
        expected += `${line}\n`;
        expect(head.prev).toBe(lineDigest(line));
      }
      const { all } = buffer;
      expect(all.plainLength).toBe(expected.length);
      expect(joinedLines(all)?.toString('latin1')).toBe(expected);
    }),
  );
});

const FRAME_MEMBERS = { time: FRAME.time, writer: FRAME.writer };

it('LineBuffer keeps what is sealed once, as it is, and not in its line', () => {
  const buffer = new LineBuffer();
  const sealed = Buffer.alloc(100_000, 'sealed content ');
  buffer.append(CHAIN_START, FRAME, { body: eventBody(appended(content(sealed.toString('base64')))), sealed });
  const { lines, pieces } = buffer.all;
  expect(lines.length).toBeLessThan(400);
  expect(pieces.subarray(4).equals(sealed)).toBe(true);
  buffer.clear();
  expect(buffer.all).toMatchObject({ lines: { length: 0 }, pieces: { length: 0 }, plainLength: 0 });
});
