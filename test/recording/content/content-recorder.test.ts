import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ExchangeId, SessionId, AgentId } from '../../../src/core/ids.ts';
import type { Journal } from '../../../src/core/ports.ts';
import { ok } from '../../../src/core/result.ts';
import { ContentKey, Nonces } from '../../../src/recording/content/content-key.ts';
import { ContentRecorder, PIECE_BYTES, type ContentLog } from '../../../src/recording/content/content-recorder.ts';
import { ContentPacker, unpackContent } from '../../../src/recording/content/sealed-content.ts';
import { lineLength } from '../../../src/recording/chain/line-buffer.ts';
import { eventBody, MAX_BODY_BYTES } from '../../../src/recording/event-body.ts';
import type { AppendedContent, AppendedEvent } from '../../../src/core/exchange/record.ts';
import { MACHINE_RANDOM } from '../../support/clock.ts';

const KEY = new ContentKey('k1', new Uint8Array(32).fill(7), new Nonces(MACHINE_RANDOM));
const SCOPE = { session: 's1' as SessionId, subject: 'bot' as AgentId, home: 'eu' };
const piece = (index: number, text: Uint8Array, notes = {}) => ({ part: 'request' as const, index, at: 0, notes, text });

async function logOver(journal: Journal): Promise<ContentLog> {
  const log = await new ContentRecorder(journal, { of: () => Promise.resolve(ok(KEY)) }).open('x1' as ExchangeId, SCOPE);
  if (!log.ok) throw new Error(log.failure.detail);
  return log.value;
}

describe('ContentRecorder', () => {
  it('gives the journal so much at a time, and the rest in order as it goes on', async () => {
    const taken: { readonly event: AppendedEvent; readonly written: () => void }[] = [];
    const log = await logOver({
      append: (event) => new Promise((resolve) => taken.push({ event, written: () => resolve(ok(undefined)) })),
    });
    const pieces = Array.from({ length: 200 }, (_, index) => piece(index, randomBytes(PIECE_BYTES)));
    const appended = pieces.map((each) => log.append(each));
    const atOnce = taken.length;
    expect(atOnce * PIECE_BYTES).toBeLessThan(8 * 1024 * 1024);
    expect(atOnce).toBeGreaterThan(1);
    // The journal goes on, one by one: never does more wait in it.
    for (let done = 0; done < pieces.length; done++) {
      expect(taken.length - done).toBeLessThanOrEqual(atOnce);
      taken[done]!.written();
      await appended[done];
    }
    expect(taken.map(({ event }) => (event as { index?: number }).index)).toEqual(pieces.map(({ index }) => index));
  });

  it('makes events of the largest piece with the largest head that fit a record, whole', async () => {
    const events: AppendedContent[] = [];
    const log = await logOver({
      append: (event) => {
        events.push(event as AppendedContent);
        return Promise.resolve(ok(undefined));
      },
    });
    const target = randomBytes(16 * 1024).toString('hex');
    const fields = [['X-Large', randomBytes(16 * 1024).toString('hex')]] as const;
    const notes = { head: { method: 'POST', target, fields } };
    const text = randomBytes(PIECE_BYTES);
    await log.append(piece(0, text, notes));
    const { sealed } = events[0]!;
    const body = eventBody(events[0]!);
    expect(lineLength({ body, sealed })).toBeLessThanOrEqual(MAX_BODY_BYTES);
    expect(body).toMatch(/^[\x20-\x7e]*$/);
    const inRecord = Buffer.from(sealed).toString('base64');
    expect(unpackContent(KEY.open(inRecord, { exchange: 'x1' as ExchangeId, part: 'request', index: 0 })!)).toEqual({
      notes,
      text,
    });
  });
});

const packer = new ContentPacker();

describe('ContentPacker', () => {
  it.each([0, 1, 100, 8 * 1024, PIECE_BYTES])('is undone for %i bytes, whether they can be made smaller or not', (length) => {
    for (const text of [Buffer.alloc(length, 'a line of text\n'), randomBytes(length)]) {
      for (const notes of [{}, { digest: 'ä' }])
        expect(unpackContent(Buffer.from(packer.pack({ notes, text })))).toEqual({ notes, text });
    }
  });

  it('makes text smaller where that is worth it', () => {
    expect(packer.pack({ notes: {}, text: Buffer.alloc(PIECE_BYTES, 'a line of text\n') }).length).toBeLessThan(
      PIECE_BYTES / 20,
    );
  });

  it.each(['', '00', '02', '0000000009', '00000000027b7b', '01ff'])('takes %j for what it did not make', (hex) => {
    expect(unpackContent(Buffer.from(hex, 'hex'))).toBeUndefined();
  });
});
