import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partOf, recordedContent } from '../../support/recorded-content.ts';
import { startWebSocketLab, type WebSocketLab } from '../../support/websocket-lab.ts';
import { cordon } from '../../cli/cordon.ts';
import { archiveErrors, type HarArchive } from '../../recording/export/har-archive.ts';
import { CARD, EMAIL, expectNowhereInState, VALUES } from '../masking/ask.ts';

const LABEL = 'REDACTED_PAYMENT_CARD';
const DIGEST: unknown = expect.stringMatching(/^[0-9a-f]{64}$/);

let lab: WebSocketLab;

beforeAll(async () => {
  lab = await startWebSocketLab({
    rules: {
      '/chat/**': 'record: content',
      '/tokens/**': 'record: content, mask: { request: { entities: [pii], as: token } }',
    },
    deflate: { threshold: 0 },
  });
});
afterAll(async () => {
  await (lab as WebSocketLab | undefined)?.[Symbol.asyncDispose]();
});

type Line = Readonly<Record<string, unknown>>;

/** What is on the record of the messages of both sides, once the last WebSocket has ended. */
async function recorded(path: string): Promise<{ readonly sent: readonly Line[]; readonly got: readonly Line[] }> {
  const decision = await lab.gateway.waitForRecord((each) => each.kind === 'decision' && each.target?.endsWith(path) === true);
  const exchange = 'exchange' in decision ? decision.exchange : '';
  await lab.gateway.waitForRecord((each) => each.kind === 'outcome' && each.exchange === exchange);
  const all = await recordedContent(lab.gateway);
  const linesOf = (part: 'request' | 'response'): Line[] => {
    const pieces = partOf(all, exchange, part);
    expect(pieces[0]!.notes).toMatchObject({
      form: 'messages',
      head: part === 'request' ? { method: 'GET' } : { status: 101 },
    });
    expect(pieces.at(-1)).toMatchObject({ last: true });
    const text = Buffer.from(pieces.map((piece) => piece.text).join(''), 'latin1').toString();
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  };
  return { sent: linesOf('request'), got: linesOf('response') };
}

async function talk(path: string, messages: readonly (string | Buffer)[], deflate = false): Promise<void> {
  await using client = await lab.open({ path, deflate: deflate && { threshold: 0 } });
  for (const message of messages) client.send(message);
  await expect.poll(() => client.got.length).toBe(messages.length);
  expect(client.got).toEqual(messages);
  client.socket.close();
  await client.closed;
}

describe('record: content of a WebSocket', () => {
  it.each([false, true])(
    'records messages of both sides masked, and passes them as they are (compressed: %s)',
    async (deflate) => {
      const path = `/chat/both-${deflate}`;
      const binary = Buffer.from(`\u0000 ${CARD}`);
      await talk(path, [`card ${CARD}`, JSON.stringify({ mail: EMAIL }), binary, 'grüße'], deflate);
      const { sent, got } = await recorded(path);
      for (const lines of [sent, got]) {
        expect(lines).toEqual([
          { at: expect.any(Number), opcode: 1, data: `card ${LABEL}` },
          { at: expect.any(Number), opcode: 1, data: '{"mail":"REDACTED_EMAIL"}' },
          { at: expect.any(Number), opcode: 2, size: binary.length, digest: DIGEST },
          { at: expect.any(Number), opcode: 1, data: 'grüße' },
        ]);
        expect(lines.map(({ at }) => at)).toEqual(lines.map(({ at }) => at).toSorted((a, b) => Number(a) - Number(b)));
      }
      expect(sent[2]!['digest']).toBe(got[2]!['digest']);
      await expectNothingRaw();
    },
  );

  it('is shown to auditors message by message, and is in archives', async () => {
    await talk('/chat/shown', ['one', Buffer.from([1, 2])]);
    await recorded('/chat/shown');
    const { out } = await cordon(['sessions', 'export', '--format', 'har'], lab.gateway.directory);
    const archive = JSON.parse(out) as HarArchive;
    expect(archiveErrors(archive)).toEqual([]);
    const entry = archive.log.entries.find(({ request }) => request.url.endsWith('/chat/shown'));
    const digest = DIGEST;
    expect(entry).toMatchObject({
      _webSocketMessages: expect.arrayContaining([
        { type: 'send', time: expect.any(Number), opcode: 1, data: 'one' },
        { type: 'receive', time: expect.any(Number), opcode: 2, data: '', _size: 2, _digest: digest },
      ]),
    });
    const auditor = await auditorToken();
    const path = `/v1/exchanges/${String(entry?._cordon['exchange'])}/content`;
    const headers = { authorization: `Bearer ${auditor}` };
    await expect.poll(async () => (await lab.gateway.adminAsk(path, { headers })).status).toBe(200);
    const { content } = await lab.gateway.adminAsk(path, { headers });
    const shown = [{ text: 'one\n' }, { text: expect.stringMatching(/^\[binary message, 2 bytes, digest [0-9a-f]{64}\]\n$/) }];
    expect(content).toMatchObject({ request: { method: 'GET', pieces: shown }, response: { status: 101, pieces: shown } });
  });

  async function auditorToken(): Promise<string> {
    const { content } = await lab.gateway.adminAsk('/v1/tokens', {
      json: { person: 'audra@acme.example', role: 'auditor' },
      headers: { authorization: `Bearer ${await lab.gateway.adminToken()}` },
    });
    return (content as { token: string }).token;
  }

  it('records no part of a value that is sent in several messages', async () => {
    await talk('/chat/split', [...`pay ${CARD} ok `.split(''), EMAIL.slice(0, 9), EMAIL.slice(9)]);
    const { sent, got } = await recorded('/chat/split');
    for (const lines of [sent, got]) {
      const text = lines.map(({ data }) => data).join('');
      expect(text).not.toMatch(/[0-9]/);
      expect(text).not.toMatch(/anna|schmidt|example/);
      expect(text.replaceAll(LABEL, '')).toMatch(/^pay {2}ok REDACTED_EMAILREDACTED_EMAIL$/);
    }
    await expectNothingRaw();
  });

  it('redacts what a rule sends as tokens, and keeps those that come back', async () => {
    await using client = await lab.open({ path: '/tokens/1' });
    client.send(`to ${EMAIL}`);
    await expect.poll(() => client.got).toEqual([`to ${EMAIL}`]);
    client.socket.close();
    await client.closed;
    const { sent, got } = await recorded('/tokens/1');
    expect(sent).toMatchObject([{ data: 'to REDACTED_EMAIL' }]);
    expect(got).toMatchObject([{ data: expect.stringMatching(/^to EMAIL_[a-z0-9]{12}$/) }]);
    await expectNothingRaw();
  });

  it('records so much as may be recorded, in whole messages, and passes all of it on', async () => {
    const long = 'a line of text\n'.repeat(40_000);
    await talk('/chat/long', [long, long, 'after']);
    const { sent } = await recorded('/chat/long');
    const text = sent.map(({ data }) => data).join('');
    expect(text.length).toBeLessThanOrEqual(1024 * 1024);
    expect(text.startsWith(long)).toBe(true);
    const pieces = (await recordedContent(lab.gateway)).filter(({ cut }) => cut !== undefined);
    expect(pieces).toMatchObject([
      { part: 'request', cut: 'limit', passed: 2 * long.length + 5 },
      { part: 'response', cut: 'limit', passed: 2 * long.length + 5 },
    ]);
  });

  async function expectNothingRaw(): Promise<void> {
    await expectNowhereInState(lab.gateway);
    const opened = JSON.stringify(await recordedContent(lab.gateway));
    expect(VALUES.filter((value) => opened.includes(value))).toEqual([]);
  }
});
