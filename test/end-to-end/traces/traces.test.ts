import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import { startGateway } from '../../support/gateway.ts';
import { valueOf } from '../../support/http1-reader.ts';
import { type CollectedSpan, startTraceCollector, type TraceCollector } from '../../support/trace-collector.ts';

const API = 'api.de.lab.example';
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const PARENT = `00-${TRACE}-${SPAN}-01`;

function open(collector: TraceCollector, context: 'cut' | 'carry'): Promise<Lab> {
  return startLab({
    origins: { [API]: { country: 'DE' } },
    rules: ['{ id: api, to: [api-de-lab-example], then: permit }'],
    settings: { node: { place: 'DE' }, traces: { endpoint: collector.url, place: 'DE', context } },
  });
}

/** @returns its id */
async function ask(lab: Lab, path: string, fields = `traceparent: ${PARENT}\r\ntracestate: vendor=1\r\n`): Promise<string> {
  await using client = await lab.connect();
  const host = lab.authority(API);
  client.send(`GET http://${host}${path} HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n`);
  await client.response('GET');
  // An answer of the origin does not name its exchange; what was decided is on the record before it leaves.
  const decided = (await lab.gateway.records()).findLast(
    ({ kind, ...record }) => kind === 'decision' && 'subject' in record && record.subject === 'lab',
  );
  return decided?.kind === 'decision' ? decided.exchange : expect.fail('no decision');
}

const spanOf = (collector: TraceCollector, exchange: string): Promise<CollectedSpan> =>
  vi.waitFor(
    () => {
      const found = collector.spans().find((span) => attributesOf(span)['cordon.exchange'] === exchange);
      if (found === undefined) throw new Error(`Found no span of ${exchange}`);
      return found;
    },
    { timeout: 20_000, interval: 50 },
  );

const attributesOf = ({ attributes }: CollectedSpan): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

describe('traces', () => {
  let collector: TraceCollector;
  let lab: Lab;
  beforeAll(async () => {
    collector = await startTraceCollector();
    lab = await open(collector, 'cut');
  });
  afterAll(async () => {
    await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
    await (collector as TraceCollector | undefined)?.[Symbol.asyncDispose]();
  });

  it('tell of an exchange without path, query and fields, and cut the context of the agent', async () => {
    const exchange = await ask(lab, '/people/anna.smith@example.com?token=hunter2');
    const span = await spanOf(collector, exchange);
    const { address, port, requests } = lab.origin(API);
    expect(span).toMatchObject({ name: 'GET', status: {}, links: [{ traceId: TRACE, spanId: SPAN }] });
    expect([span.traceId, span.parentSpanId]).toEqual([exchange.replaceAll('-', ''), undefined]);
    expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
    expect(attributesOf(span)).toMatchObject({
      'http.request.method': 'GET',
      'http.response.status_code': '200',
      'server.address': API,
      'server.port': String(port),
      'network.peer.address': address,
      'cordon.agent': 'lab',
      'cordon.decision': 'permit',
    });
    expect(collector.text()).not.toMatch(/anna|people|hunter2|token|vendor/);
    const seen = requests.at(-1)!;
    expect([valueOf(seen, 'traceparent'), valueOf(seen, 'tracestate')]).toEqual([undefined, undefined]);
  });

  it('tell of a denial, and of a collector that will have a batch later', async () => {
    collector.refusals.push(503);
    await using client = await lab.connect();
    client.send('GET http://other.example/ HTTP/1.1\r\nHost: other.example\r\n\r\n');
    const exchange = valueOf(await client.response('GET'), 'cordon-exchange') ?? '';
    const span = await spanOf(collector, exchange);
    expect(span.status).toEqual({ code: 2, message: 'no_rule' });
    expect(attributesOf(span)).toMatchObject({ 'error.type': 'no_rule', 'http.response.status_code': '403' });
    expect(collector.refusals).toEqual([]);
  });

  it('go out as exchanges of the gateway itself, of which there are no spans', async () => {
    await spanOf(collector, await ask(lab, '/'));
    const own = await lab.gateway.waitForRecord((record) => record.kind === 'decision' && record.session === 'traces');
    expect(own).toMatchObject({ client: 'self', subject: 'cordon', rules: ['traces'], decision: 'permit' });
    expect(collector.text()).not.toContain('"cordon.agent","value":{"stringValue":"cordon"}');
    const metrics = await lab.gateway.adminGet('/metrics');
    expect(String(metrics.content)).toMatch(/cordon_trace_spans_total\{result="sent"\} [1-9]/);
  });

  it('carry the context on with the span as parent, where the settings say so, and send what is left at the end', async () => {
    await using other = await open(collector, 'carry');
    const exchange = await ask(other, '/');
    const seen = other.origin(API).requests[0]!;
    await ask(other, '/', 'traceparent: anna\r\ntracestate: vendor=1\r\n');
    await ask(other, '/', '');
    await other.gateway.stop();
    const span = await spanOf(collector, exchange);
    expect([span.traceId, span.parentSpanId, span.links]).toEqual([TRACE, SPAN, undefined]);
    expect(valueOf(seen, 'traceparent')).toBe(`00-${TRACE}-${span.spanId}-01`);
    expect(valueOf(seen, 'tracestate')).toBe('vendor=1');
    for (const later of other.origin(API).requests.slice(1)) {
      expect([valueOf(later, 'traceparent'), valueOf(later, 'tracestate')]).toEqual([undefined, undefined]);
    }
  });
});

it.each([
  ['place outside home', { endpoint: 'https://otel.example', place: 'US' }, /traces\.place: Found US/],
  ['address elsewhere than it says', { endpoint: 'https://otel.example', place: 'DE' }, /traces: place_contradiction: /],
  ['URL in the clear', { endpoint: 'http://otel.example', place: 'DE' }, /traces\.endpoint: Found http, expected https/],
])('a collector with a %s keeps a gateway from starting', async (_name, traces, expected) => {
  const resolver = { servers: ['127.0.0.1:1'], timeout: '1s', hosts: { 'otel.example': '10.9.9.9' } };
  const geo = { overrides: [{ cidr: '10.9.9.0/24', place: 'US' }] };
  const started = startGateway({ rules: 'cordon: 1\n', settings: { node: { place: 'DE' }, resolver, geo, traces } });
  await expect(started).rejects.toThrow(expected);
});
