import { describe, expect, it } from 'vitest';
import type { ContentEvent, DecisionEvent, OutcomeEvent } from '../../../src/core/exchange/record.ts';
import type { ExchangeId, SessionId } from '../../../src/core/ids.ts';
import { ok } from '../../../src/core/result.ts';
import type { ContentNotes } from '../../../src/recording/content/sealed-content.ts';
import type { JoinedExchange } from '../../../src/recording/export/joined-exchange.ts';
import type { ContentReader } from '../../../src/recording/reading/read-content.ts';
import { recordedAnswer } from '../../../src/recording/replay/recorded-answer.ts';
import { RecordedAnswers, type Turn } from '../../../src/recording/replay/recorded-answers.ts';
import { sessionExchanges } from '../../../src/recording/replay/session-exchanges.ts';
import { content, denial, outcome } from '../events.ts';

const HOST = 'api.example:443';
const FRAME = { v: 1, time: '2026-11-22T10:00:00.000Z', writer: 'w', prev: 'sha256:0' } as const;

function exchange(
  seq: number,
  decided: Partial<DecisionEvent>,
  ended: Partial<OutcomeEvent> = {},
  pieces: readonly ContentEvent[] = [],
): JoinedExchange {
  const decision = { ...FRAME, seq, ...denial(seq, { code: undefined, decision: 'permit', ...decided }) };
  return {
    first: decision,
    decision,
    outcome: { ...FRAME, seq: seq + 1, ...outcome(seq), status: 200, ...ended },
    content: pieces,
    isContentLeftOut: false,
  };
}

const connect = (seq: number, more: Partial<DecisionEvent> = {}, status = 200): JoinedExchange =>
  exchange(seq, { exchangeKind: 'connect', method: 'CONNECT', target: HOST, ...more }, { status });
const refused = (seq: number): JoinedExchange => connect(seq, { decision: 'deny', code: 'no_rule' }, 403);
const inside = (seq: number, tunnel: number): JoinedExchange =>
  exchange(seq, {
    exchangeKind: 'intercepted',
    method: 'GET',
    target: 'https://api.example/',
    tunnel: `x${tunnel}` as ExchangeId,
  });

const idOf = (turn: Turn | undefined): unknown =>
  turn === undefined ? 'tunnel' : 'exchange' in turn ? turn.exchange.first.exchange : turn;

describe('RecordedAnswers', () => {
  it('refuses a CONNECT again when all that was asked before it has been asked for', () => {
    const answers = new RecordedAnswers([connect(1), inside(2, 1), inside(3, 1), refused(4), connect(5), inside(6, 5)], {
      repeatLast: false,
    });
    const get = (): unknown => idOf(answers.take('GET', 'https://api.example/'));
    const tunnel = (): unknown => idOf(answers.takeRefusal(HOST));
    expect(answers.size).toBe(4);
    // As many connections as the agent likes.
    expect([tunnel(), get(), tunnel(), get()]).toEqual(['tunnel', 'x2', 'tunnel', 'x3']);
    expect([tunnel(), tunnel(), get()]).toEqual(['x4', 'tunnel', 'x6']);
    expect([tunnel(), get(), answers.left]).toEqual(['tunnel', { recorded: 3 }, []]);
  });

  it('takes a CONNECT that was told inside for a tunnel', () => {
    const told = connect(1, { decision: 'deny', code: 'no_rule' }, 200);
    const answers = new RecordedAnswers([told, inside(2, 1)], { repeatLast: false });
    expect([answers.size, idOf(answers.takeRefusal(HOST))]).toEqual([1, 'tunnel']);
  });
});

const notes: ContentNotes = { head: { status: 502, fields: [['Content-Type', 'text/plain']] } };
const READER: Pick<ContentReader, 'open'> = { open: () => Promise.resolve(ok({ notes, text: Buffer.from('bad') })) };
const piece = (more: Partial<ContentEvent>): ContentEvent => content('', { part: 'response', ...more });

describe('recordedAnswer()', () => {
  it.each<[string, JoinedExchange, unknown]>([
    [
      'a failure of the gateway',
      exchange(1, {}, { code: 'connect_failed', status: 502 }),
      { own: { code: 'connect_failed', status: 502 } },
    ],
    [
      'an answer that the gateway did not let through',
      exchange(1, {}, { code: 'unreadable_content', status: 403 }, [piece({ cut: 'aborted', last: true, passed: 3 })]),
      { own: { code: 'unreadable_content', status: 403 } },
    ],
    [
      'an origin that fails as the gateway would, and breaks off',
      exchange(1, {}, { code: 'origin_protocol', status: 502 }, [piece({ cut: 'aborted', last: true, passed: 3 })]),
      'It broke off before its end',
    ],
    [
      'an origin that fails as the gateway would',
      exchange(1, {}, { status: 502 }, [piece({ last: true, passed: 3 })]),
      {
        origin: {
          status: 502,
          fields: ['Content-Type', 'text/plain'],
          pieces: [{ at: 0, bytes: Buffer.from('bad') }],
          trailers: [],
          isStream: true,
        },
      },
    ],
    [
      'content that nobody read',
      exchange(1, {}, { status: 502 }, [piece({ last: true, passed: 3, unread: 'opaque' })]),
      'Its content is of a type that nobody here reads, so it was not recorded',
    ],
    ['one without its end', exchange(1, {}, { status: 502 }, [piece({})]), 'The end of the answer is not on the record'],
    [
      'content that was removed',
      exchange(1, { obligations: ['record'] }),
      expect.stringContaining('is not on the record any more'),
    ],
    ['a WebSocket', exchange(1, { exchangeKind: 'upgrade' }, { status: 101 }), 'A WebSocket is not replayed'],
    ['a client that was gone', exchange(1, {}, { status: undefined }), 'The agent was gone before it was answered'],
  ])('tells %s', async (_, recorded, expected) => {
    const answer = await recordedAnswer(recorded, READER);
    expect(answer.ok ? answer.value : answer.failure).toEqual(expected);
  });
});

describe('sessionExchanges()', () => {
  it('gives the exchanges of a session by their decisions, with the content of answers alone', async () => {
    const session = 's1' as SessionId;
    const events = [
      denial(1, { session }),
      denial(2, { session }),
      denial(3, { session: 's2' as SessionId }),
      content('QQ==', { exchange: 'x1' as ExchangeId, part: 'request' }),
      content('Qg==', { exchange: 'x1' as ExchangeId, part: 'response' }),
      outcome(2),
      outcome(1),
      outcome(3),
    ];
    const lines = events.map((event, seq) => Buffer.from(JSON.stringify({ ...FRAME, seq, ...event })));
    const read = await sessionExchanges([blockOf(lines)], session);
    expect(read.ok && read.value.map(({ first, content: { length } }) => [first.exchange, length])).toEqual([
      ['x1', 1],
      ['x2', 0],
    ]);
  });

  it('refuses a session with more than it keeps', async () => {
    const session = 's1' as SessionId;
    const sealed = 'A'.repeat(64 * 1024 * 1024);
    const lines = function* (): Generator<Buffer[]> {
      yield [Buffer.from(JSON.stringify({ ...FRAME, seq: 0, ...denial(1, { session }) }))];
      const event = content(sealed, { exchange: 'x1' as ExchangeId, part: 'response' });
      for (let seq = 1; seq < 6; seq += 1) yield [Buffer.from(JSON.stringify({ ...FRAME, seq, ...event }))];
    };
    const read = await sessionExchanges([asBlocks(lines())], session);
    expect(read).toEqual({
      ok: false,
      failure: 'Found a session s1 that is too large to be replayed, expected at most 268435456 bytes of sealed content',
    });
  });
});

async function* asBlocks(blocks: Iterable<Buffer[]>): AsyncGenerator<Buffer[]> {
  yield* blocks;
}

function blockOf(lines: Buffer[]): AsyncGenerator<Buffer[]> {
  return asBlocks([lines]);
}
