import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DecisionEvent, OutcomeEvent } from '../../../src/core/exchange/record.ts';
import type { ApprovalId } from '../../../src/core/ids.ts';
import { CSV_COLUMNS } from '../../../src/recording/export/csv.ts';
import { emptyTally, exportText, type ExportFormat, type ExportTally } from '../../../src/recording/export/export-text.ts';
import { eventBody } from '../../../src/recording/event-body.ts';
import { denial, outcome } from '../events.ts';
import { archiveErrors } from './har-archive.ts';
import { eventErrors, type OcsfEvent } from './http-activity.ts';

const FRAME = { v: 1, time: '2026-11-22T10:00:00.000Z', writer: 'w', prev: 'sha256:0' } as const;

/** Lines as a writer seals them, in blocks of two. */
async function* blocksOf(events: readonly (DecisionEvent | OutcomeEvent)[]): AsyncGenerator<Buffer[]> {
  for (let at = 0; at < events.length; at += 2) {
    yield events
      .slice(at, at + 2)
      .map((event, index) =>
        Buffer.from(`${JSON.stringify({ ...FRAME, seq: at + index }).slice(0, -1)},${eventBody(event).slice(1)}`),
      );
  }
}

async function exported(
  format: ExportFormat,
  events: readonly (DecisionEvent | OutcomeEvent)[],
  open?: number,
): Promise<{ readonly text: string; readonly tally: ExportTally }> {
  const tally = emptyTally();
  const options = { format, filter: {}, ...(open !== undefined && { open }) };
  let text = '';
  for await (const piece of exportText([blocksOf(events)], options, tally)) text += piece;
  return { text, tally };
}

type Row = Readonly<Record<string, string>>;

async function rowsOf(events: readonly (DecisionEvent | OutcomeEvent)[], open?: number): Promise<readonly Row[]> {
  const { text } = await exported('csv', events, open);
  return parse(text, { columns: true, record_delimiter: '\r\n' });
}

/** What a cell stands for. */
const unguarded = (cell: string): string => (cell.startsWith("'") ? cell.slice(1) : cell);

describe('exportText() as CSV', () => {
  it('gives one row for each exchange, joined with its outcome', async () => {
    const [first, second] = await rowsOf([
      denial(1, { rules: ['a', 'b'] as never, obligations: ['mask'] }),
      denial(2),
      { ...outcome(1), findings: { email: 2, iban: 1 }, dialled: '192.0.2.1' },
    ]);
    expect(first).toMatchObject({
      time: FRAME.time,
      exchange: 'x1',
      target: 'https://blocked.example/',
      decision: 'deny',
      code: 'no_rule',
      rules: 'a b',
      status: '403',
      total_ms: '1',
      findings: 'email=2 iban=1',
      dialled: '192.0.2.1',
    });
    // It has not ended.
    expect(second).toMatchObject({ exchange: 'x2', status: '', total_ms: '' });
  });

  it('gives what was held once, with its last decision', async () => {
    const held = denial(1, { decision: 'hold', approval: 'a1' as ApprovalId });
    const rows = await rowsOf([held, denial(1, { decision: 'permit', code: undefined }), outcome(1)]);
    expect(rows).toMatchObject([{ decision: 'permit', approval: 'a1', status: '403' }]);
  });

  it('keeps no more exchanges open than it may, and says how many it cut', async () => {
    const events = [denial(1), denial(2), denial(3), outcome(1), outcome(3), outcome(2)];
    const { text, tally } = await exported('csv', events, 2);
    const rows: readonly Row[] = parse(text, { columns: true });
    expect(rows.map(({ exchange, status }) => [exchange, status])).toEqual([
      ['x1', ''],
      ['x3', '403'],
      ['x2', '403'],
    ]);
    expect(tally).toEqual({ items: 3, cut: 1, withContent: 0 });
  });

  it('comes back from a parser as it was, whatever agents wrote', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 30 });
    const formula = fc
      .tuple(fc.constantFrom('=', '+', '-', '@', "'", '\t', '\r', '\uFF1D'), text)
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(text, formula), { minLength: 1, maxLength: 5 }), async (targets) => {
        const rows = await rowsOf(targets.map((target, index) => denial(index, { target, reason: `${target}"` })));
        expect(rows.every((row) => Object.keys(row).length === CSV_COLUMNS.length)).toBe(true);
        const shown = (value: string): string =>
          JSON.parse(
            `"${value
              .replaceAll('\\', '\\\\')
              .replaceAll('"', '\\"')
              .replaceAll(/\\\\u([0-9a-f]{4})/g, '\\u$1')}"`,
          );
        // A text with a backslash before a `u` of its own is the one thing that cannot be told from an escape.
        const written = targets.filter((target) => !target.includes('\\'));
        const read = rows.map((row) => shown(unguarded(row['target'] ?? '')));
        for (const target of written) expect(read).toContain(target);
      }),
      { numRuns: 200 },
    );
  });

  it.each(['=HYPERLINK("https://evil.example")', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', '\uFF1D1'])(
    'lets %j be no formula',
    async (target) => {
      const { text } = await exported('csv', [denial(1, { target, method: target, reason: target })]);
      const [row]: readonly Row[] = parse(text, { columns: true });
      for (const column of ['target', 'method', 'reason']) expect(row?.[column]).not.toMatch(/^[=+\-@\t\r\uFF1D]/);
      expect(text).not.toMatch(/[\t\u202e]/);
    },
  );
});

describe('exportText() as HAR', () => {
  it('is valid against the published schema, whatever was recorded', async () => {
    const { text } = await exported('har', [
      denial(1, { method: 'POST', target: 'https://a.example/x?one&two', exchangeKind: 'forward' }),
      { ...outcome(1), bytes: { sent: 10, received: 20 }, timing: { total: 9.5, firstByte: 3 }, dialled: '2001:db8::1' },
      denial(2, { method: 'CONNECT', target: 'a.example:443', exchangeKind: 'connect' }),
      denial(3, { target: undefined }),
      denial(4, { target: 'no target', tunnel: 'x2' as never }),
      { ...outcome(4), status: undefined, dialled: 'nowhere' },
    ]);
    const archive = JSON.parse(text) as { log: { entries: Record<string, unknown>[] } };
    expect(archiveErrors(archive)).toEqual([]);
    const [first, ...others] = archive.log.entries;
    expect(first).toMatchObject({
      time: 9.5,
      request: {
        method: 'POST',
        url: 'https://a.example/x?one&two',
        queryString: [
          { name: 'one', value: '' },
          { name: 'two', value: '' },
        ],
        bodySize: 10,
      },
      response: { status: 403, content: { size: 20 } },
      timings: { send: 0, wait: 3, receive: 6.5 },
      serverIPAddress: '2001:db8::1',
      _cordon: { exchange: 'x1', decision: 'deny', code: 'no_rule' },
    });
    expect(others.map((entry) => (entry['request'] as { url: string }).url)).toEqual([
      'cordon:unreadable',
      'https://a.example:443/',
      'cordon:unreadable',
    ]);
  });

  it('is an archive where there is nothing', async () => {
    expect(archiveErrors(JSON.parse((await exported('har', [])).text))).toEqual([]);
  });

  it('shows nothing that turns or hides text', async () => {
    const { text } = await exported('har', [denial(1, { reason: '\u202Etxt.exe\u001B[2J' })]);
    for (const character of ['\u202E', '\u001B']) expect(text).not.toContain(character);
    expect((JSON.parse(text) as { log: { entries: unknown[] } }).log.entries[0]).toMatchObject({
      _cordon: { reason: '\u202Etxt.exe\u001B[2J' },
    });
  });
});

describe('exportText() as OCSF', () => {
  const eventsOf = async (...recorded: readonly (DecisionEvent | OutcomeEvent)[]): Promise<readonly OcsfEvent[]> => {
    const { text } = await exported('ocsf', recorded);
    const lines = text.split('\n');
    expect(lines.pop()).toBe('');
    const events = lines.map((line) => JSON.parse(line) as OcsfEvent);
    expect(events.map(eventErrors)).toEqual(events.map(() => []));
    return events;
  };

  it('gives an event of class HTTP Activity for each exchange, whatever was recorded', async () => {
    const [first, second, third, fourth, fifth] = await eventsOf(
      denial(1, {
        method: 'POST',
        target: 'https://a.example:8443/x?one&two',
        exchangeKind: 'intercepted',
        session: 's1' as never,
        subject: 'bot' as never,
        rules: ['no-files'] as never,
        policy: 'sha256:1' as never,
        reason: 'Not there',
        place: { entry: 'US', processing: 'US', storage: 'unknown' },
        tunnel: 'x2' as never,
      }),
      { ...outcome(1), bytes: { sent: 10, received: 20 }, timing: { total: 9.5, firstByte: 3.4 }, dialled: '2001:db8::1' },
      denial(2, { method: 'CONNECT', target: '192.0.2.9:443', exchangeKind: 'connect', client: 'self' }),
      outcome(2),
      denial(3, { target: undefined, method: undefined }),
      outcome(3),
      denial(4, { target: 'no target', method: 'PURGE' }),
      { ...outcome(4), status: undefined, dialled: 'nowhere' },
      denial(5, { method: 'PATCH', target: 'http://[2001:db8::2]/', decision: 'permit', code: undefined }),
    );
    expect(first).toEqual({
      category_uid: 4,
      class_uid: 4002,
      activity_id: 6,
      type_uid: 400_206,
      time: Date.parse(FRAME.time),
      start_time: Date.parse(FRAME.time),
      end_time: Date.parse(FRAME.time) + 10,
      duration: 10,
      severity_id: 2,
      status_id: 2,
      status_code: 'no_rule',
      status_detail: 'Not there',
      action_id: 2,
      disposition_id: 2,
      firewall_rule: { uid: 'no-files' },
      policy: { uid: 'sha256:1' },
      metadata: {
        version: '1.7.0',
        profiles: ['host', 'security_control'],
        product: { name: 'Cordon', vendor_name: 'Cordon' },
        uid: 'x1',
        original_event_uid: 'x1',
        original_time: FRAME.time,
        correlation_uid: 'x2',
        log_name: 'w',
        log_version: '1',
        sequence: 0,
      },
      actor: { user: { uid: 'bot', type_id: 99, type: 'Agent' }, session: { uid: 's1' } },
      src_endpoint: { ip: '192.0.2.7' },
      dst_endpoint: { hostname: 'a.example', ip: '2001:db8::1', port: 8443, location: { country: 'US' } },
      connection_info: { direction_id: 2, protocol_name: 'tcp', protocol_num: 6 },
      http_request: {
        uid: 'x1',
        http_method: 'POST',
        url: {
          url_string: 'https://a.example:8443/x?one&two',
          scheme: 'https',
          hostname: 'a.example',
          port: 8443,
          path: '/x',
          query_string: 'one&two',
        },
      },
      http_response: { code: 403, latency: 3 },
      traffic: { bytes: 30, bytes_out: 10, bytes_in: 20 },
      unmapped: {
        exchangeKind: 'intercepted',
        place: { entry: 'US', processing: 'US', storage: 'unknown' },
        rules: ['no-files'],
        obligations: [],
        decision: 'deny',
        findings: {},
      },
    });
    expect(second).toMatchObject({
      activity_id: 1,
      src_endpoint: { name: 'self' },
      dst_endpoint: { ip: '192.0.2.9', port: 443 },
    });
    expect(third).toMatchObject({ activity_id: 0, http_request: { uid: 'x3' } });
    expect(third).not.toHaveProperty('dst_endpoint');
    expect(fourth).toMatchObject({
      activity_id: 99,
      activity_name: 'PURGE',
      http_request: { url: { url_string: 'no target' } },
    });
    expect(fourth).not.toHaveProperty('http_response');
    // It has not ended.
    expect(fifth).toMatchObject({
      activity_id: 9,
      status_id: 0,
      severity_id: 1,
      action_id: 1,
      dst_endpoint: { ip: '2001:db8::2', port: 80 },
    });
  });

  it('tells what the policy did', async () => {
    const permitted = (exchange: number, more: Partial<DecisionEvent> = {}): DecisionEvent =>
      denial(exchange, { method: 'GET', decision: 'permit', code: undefined, ...more });
    const done = (exchange: number, more: Partial<OutcomeEvent> = {}): OutcomeEvent => ({
      ...outcome(exchange),
      status: 200,
      ...more,
    });
    const held = (exchange: number): DecisionEvent => permitted(exchange, { decision: 'hold' });
    const events = await eventsOf(
      permitted(1),
      done(1),
      held(2),
      permitted(2),
      done(2),
      held(3),
      denial(3, { decision: 'hold', code: 'held' }),
      done(3, { status: 503, code: 'held' }),
      permitted(4, { wouldDeny: 'no_rule' }),
      done(4),
      permitted(5),
      done(5, { status: 502, code: 'connect_failed' }),
      held(6),
    );
    expect(
      events.map((event) => ['action_id', 'disposition_id', 'status_id', 'severity_id'].map((name) => event[name])),
    ).toEqual([
      [1, 1, 1, 1],
      [1, 8, 1, 1],
      [2, 2, 2, 2],
      [1, 17, 1, 1],
      [1, 1, 2, 2],
      [0, 14, 0, 2],
    ]);
    expect(events[4]).toMatchObject({ status_code: 'connect_failed', status_detail: 'The destination refused the connection' });
  });

  it('shows nothing that turns or hides text, and is empty where there is nothing', async () => {
    const { text } = await exported('ocsf', [denial(1, { reason: '\u202Etxt.exe\u001B[2J' })]);
    for (const character of ['\u202E', '\u001B']) expect(text).not.toContain(character);
    expect((await exported('ocsf', [])).text).toBe('');
  });
});
