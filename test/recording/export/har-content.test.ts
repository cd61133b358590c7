import { describe, expect, it } from 'vitest';
import type { ContentEvent, DecisionEvent, OutcomeEvent, RecordEvent } from '../../../src/core/exchange/record.ts';
import type { ExchangeId } from '../../../src/core/ids.ts';
import { fail, ok } from '../../../src/core/result.ts';
import { ContentKey, Nonces } from '../../../src/recording/content/content-key.ts';
import { ContentPacker, unpackContent, type ContentNotes } from '../../../src/recording/content/sealed-content.ts';
import { emptyTally, exportText, type ExportOptions, type ExportTally } from '../../../src/recording/export/export-text.ts';
import { ExchangeJoin, type DecisionRecord } from '../../../src/recording/export/joined-exchange.ts';
import type { ContentReader } from '../../../src/recording/reading/read-content.ts';
import { MACHINE_RANDOM } from '../../support/clock.ts';
import { denial, outcome } from '../events.ts';
import { archiveErrors, type HarArchive } from './har-archive.ts';

const KEY = new ContentKey('k1', new Uint8Array(32).fill(7), new Nonces(MACHINE_RANDOM));
const PACKER = new ContentPacker();
const READER: Pick<ContentReader, 'open'> = {
  open: (event) => {
    const packed = event.key === 'k1' ? KEY.open(event.sealed, event) : undefined;
    const content = packed && unpackContent(packed);
    return Promise.resolve(content === undefined ? fail(`The content key ${event.key} was deleted`) : ok(content));
  },
};

type Piece = Partial<Pick<ContentEvent, 'index' | 'last' | 'passed' | 'unread' | 'cut' | 'key'>> & {
  readonly notes?: ContentNotes;
};

function piece(exchange: number, part: ContentEvent['part'], text: string | Uint8Array, more: Piece = {}): ContentEvent {
  const { index = 0, notes = {}, ...rest } = more;
  const frame = { exchange: `x${exchange}` as ExchangeId, part, index };
  const bytes = Buffer.from(text as string);
  const sealed = Buffer.from(KEY.seal(PACKER.pack({ notes, text: bytes }), frame)).toString('base64');
  return { kind: 'content', ...frame, at: 0, bytes: bytes.length, key: 'k1', sealed, ...rest };
}

const whole = (exchange: number, part: ContentEvent['part'], text: string | Uint8Array, notes: ContentNotes = {}) =>
  piece(exchange, part, text, { notes, last: true, passed: text.length });

/** A writer: what it wrote, and when, in blocks of two. */
type Written = readonly (readonly [time: string, event: RecordEvent])[];

async function* blocksOf(written: Written, writer: string): AsyncGenerator<Buffer[]> {
  const lines = written.map(([time, event], seq) =>
    Buffer.from(JSON.stringify({ v: 1, seq, time: `2026-11-22T10:00:${time}Z`, writer, prev: 'sha256:0', ...event })),
  );
  for (let at = 0; at < lines.length; at += 2) yield lines.slice(at, at + 2);
}

async function archiveOf(
  writers: readonly Written[],
  options: Partial<ExportOptions> = { reader: READER },
): Promise<{ readonly entries: HarArchive['log']['entries']; readonly tally: ExportTally }> {
  const tally = emptyTally();
  const blocks = writers.map((written, index) => blocksOf(written, `w${index}`));
  let text = '';
  for await (const part of exportText(blocks, { format: 'har', filter: {}, ...options }, tally)) text += part;
  const archive = JSON.parse(text) as HarArchive;
  expect(archiveErrors(archive)).toEqual([]);
  return { entries: archive.log.entries, tally };
}

const permit = (exchange: number, more: Partial<DecisionEvent> = {}): DecisionEvent =>
  denial(exchange, { method: 'POST', decision: 'permit', code: undefined, ...more });
const answered = (exchange: number, received = 20): OutcomeEvent => ({
  ...outcome(exchange),
  status: 200,
  bytes: { sent: 10, received },
});
const at = (...events: readonly RecordEvent[]): Written =>
  events.map((event, index) => [String(index).padStart(2, '0') + '.000', event]);

describe('exportText() as HAR with content', () => {
  it('gives both messages as they are on the record', async () => {
    const fields = [
      ['Content-Type', 'application/json'],
      ['Authorization', 'REDACTED'],
    ] as const;
    const head = { method: 'POST', target: '/?mail=[email REDACTED]&page=2', fields };
    const { entries, tally } = await archiveOf([
      at(
        permit(1, { target: 'https://a.example/?mail&page' }),
        piece(1, 'request', '{"a":', { notes: { head, mediaType: 'application/json' } }),
        piece(1, 'request', '"ü"}', { index: 1, last: true, passed: 10 }),
        whole(1, 'response', '', { head: { status: 302, fields: [['Location', '/next']] } }),
        answered(1, 0),
      ),
    ]);
    expect(entries).toMatchObject([
      {
        request: {
          url: 'https://a.example/?mail=%5Bemail%20REDACTED%5D&page=2',
          queryString: [
            { name: 'mail', value: '%5Bemail%20REDACTED%5D' },
            { name: 'page', value: '2' },
          ],
          headers: [{ name: 'Content-Type' }, { name: 'Authorization', value: 'REDACTED' }],
          postData: { mimeType: 'application/json', text: '{"a":"ü"}' },
        },
        response: { redirectURL: '/next', content: { size: 0 } },
      },
    ]);
    expect(entries[0]!.request.postData).not.toHaveProperty('comment');
    expect(entries[0]!.response.content).not.toHaveProperty('comment');
    expect(tally).toEqual({ items: 1, cut: 0, withContent: 1 });
  });

  it('reads text in the charset that its message names, and gives what is none of it as base64', async () => {
    const latin = { head: { status: 200, fields: [['Content-Type', 'text/plain; charset=iso-8859-1']] as const } };
    const { entries } = await archiveOf([
      at(
        permit(1),
        whole(1, 'request', Uint8Array.of(0x61, 0xff)),
        whole(1, 'response', Uint8Array.of(0x61, 0xfc), { ...latin, mediaType: 'text/plain' }),
        answered(1),
      ),
    ]);
    expect(entries).toMatchObject([
      {
        request: { postData: { text: 'Yf8=', _encoding: 'base64' } },
        response: { content: { mimeType: 'text/plain', size: 2, text: 'aü' } },
      },
    ]);
    expect(entries[0]!.response.content).not.toHaveProperty('encoding');
  });

  it.each([
    [{ last: true, passed: 52, unread: 'opaque' }, 'Not recorded: nobody here reads content of this type'],
    [{ last: true, passed: 52, unread: 'partial' }, 'Not recorded: a part of something, where a value may lie across an end'],
    [{ last: true, passed: 52, cut: 'limit' }, 'There was more than recordings.content-limit lets be recorded'],
    [{ last: true, passed: 52, cut: 'aborted' }, 'It broke off here'],
    [{}, 'Its end is not on the record'],
  ] as const)('says of %j why content is not there', async (more, comment) => {
    const text = 'unread' in more ? '' : 'begun';
    const { entries } = await archiveOf([
      at(permit(1), piece(1, 'request', text, more), piece(1, 'response', text, more), answered(1)),
    ]);
    const [{ request, response } = { request: {}, response: {} }] = entries;
    expect([request, response]).toMatchObject([{ postData: { text, comment } }, { content: { comment } }]);
  });

  it('says where nothing was recorded, and nothing where there was nothing', async () => {
    const { entries, tally } = await archiveOf([at(permit(1), answered(1), permit(2), answered(2, 0))]);
    expect(entries.map(({ response }) => response.content.comment)).toEqual([
      'The record holds no content of this answer',
      undefined,
    ]);
    expect(tally.withContent).toBe(0);
  });

  it.each([
    [undefined, 'k1', /keys in the store of its installation/],
    [READER, 'gone', /^The content key gone was deleted$/],
  ])('says why content does not open', async (reader, key, comment) => {
    const { entries, tally } = await archiveOf([at(permit(1), { ...whole(1, 'response', 'secret'), key }, answered(1))], {
      reader,
    });
    const said: unknown = expect.stringMatching(comment);
    expect(entries).toMatchObject([{ comment: said, response: { content: { comment: said } } }]);
    expect(entries[0]!.response.content).not.toHaveProperty('text');
    expect(tally.withContent).toBe(0);
  });

  it('gives messages of a WebSocket by time, as browsers do', async () => {
    const lines = (...messages: readonly object[]) => messages.map((message) => `${JSON.stringify(message)}\n`).join('');
    const digest = 'd'.repeat(64);
    const form = { form: 'messages' } as const;
    const { entries, tally } = await archiveOf([
      at(
        permit(1, { exchangeKind: 'upgrade', method: 'GET' }),
        whole(1, 'request', lines({ at: 10, opcode: 1, data: 'hel', more: true }, { at: 10, opcode: 1, data: 'lo' }), form),
        whole(1, 'response', lines({ at: 5, opcode: 1, data: 'ü' }, { at: 20, opcode: 2, size: 3, digest }), form),
        answered(1),
      ),
    ]);
    const began = Date.parse('2026-11-22T10:00:00Z') / 1000;
    expect(entries).toMatchObject([
      {
        _resourceType: 'websocket',
        _webSocketMessages: [
          { type: 'receive', time: began + 0.005, opcode: 1, data: 'ü' },
          { type: 'send', time: began + 0.01, opcode: 1, data: 'hello' },
          { type: 'receive', time: began + 0.02, opcode: 2, data: '', _size: 3, _digest: digest },
        ],
      },
    ]);
    expect(entries[0]!.request.postData).toBeUndefined();
    expect(tally.withContent).toBe(1);
  });

  it('orders the exchanges of all writers by the time of their ends', async () => {
    const { entries } = await archiveOf([
      [
        ['00.000', permit(1)],
        ['01.000', answered(1)],
        ['06.000', permit(2)],
        ['09.000', answered(2)],
      ],
      [
        ['02.000', permit(3)],
        ['03.000', answered(3)],
        ['04.000', permit(4)],
        ['07.000', answered(4)],
        ['08.000', permit(5)],
      ],
      [],
    ]);
    expect(entries.map(({ _cordon }) => _cordon['exchange'])).toEqual(['x1', 'x3', 'x4', 'x2', 'x5']);
  });
});

describe('ExchangeJoin', () => {
  const frame = { v: 1, seq: 0, time: '', writer: 'w', prev: '' } as const;
  const decided = (exchange: number): DecisionRecord => ({ ...frame, ...permit(exchange) });
  const ended = (exchange: number) => ({ ...frame, ...answered(exchange) });

  it('leaves out the oldest content where too much is open, and takes on where some has ended', () => {
    const { length } = whole(1, 'request', 'a').sealed;
    const join = new ExchangeJoin({ content: 2 * length });
    for (const exchange of [1, 2, 3]) {
      join.decide(decided(exchange));
      join.keep(whole(exchange, 'request', 'a'));
    }
    // What comes later of the first would be a piece without its beginning.
    join.keep(whole(1, 'response', 'a'));
    expect(join.end(ended(1))).toMatchObject({ content: [], isContentLeftOut: true });
    expect(join.end(ended(2))).toMatchObject({ content: [{ exchange: 'x2' }], isContentLeftOut: false });
    join.decide(decided(4));
    join.keep(whole(4, 'request', 'a'));
    expect([...join.rest()]).toMatchObject([
      { content: [{ exchange: 'x3' }], isContentLeftOut: false },
      { content: [{ exchange: 'x4' }], isContentLeftOut: false },
    ]);
  });
});
