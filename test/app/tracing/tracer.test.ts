import { expect, it } from 'vitest';
import { Tracer } from '../../../src/app/tracing/tracer.ts';
import type { DecisionEvent } from '../../../src/core/exchange/record.ts';
import type { ExchangeId } from '../../../src/core/ids.ts';
import type { Span } from '../../../src/telemetry/traces/span.ts';

const ID = '019abcde-f012-7345-8678-9abcdef01234' as ExchangeId;

function spanOf(decision: Partial<DecisionEvent>): Span {
  const spans: Span[] = [];
  const tracer = new Tracer({ mode: 'cut', clock: { now: () => 1000 }, take: (span) => spans.push(span), onLost: () => {} });
  const rest = { kind: 'decision', exchange: ID, client: '10.0.0.1', decision: 'permit' } as const;
  tracer.decided({ ...rest, evidence: [], rules: [], obligations: [], ...decision }, []);
  const bytes = { sent: 1, received: 2 };
  tracer.ended({ kind: 'outcome', exchange: ID, bytes, timing: { total: 5 }, findings: {} });
  expect(spans).toHaveLength(1);
  return spans[0]!;
}

it.each([
  ['https://api.example/a?b=*', 'https', 'api.example', 443],
  ['http://api.example:8080/a', 'http', 'api.example', 8080],
  ['https://[2001:db8::1]:8443/', 'https', '2001:db8::1', 8443],
  ['api.example:443', undefined, 'api.example', 443],
  ['/people/anna', undefined, undefined, undefined],
  ['anna', undefined, undefined, undefined],
  ['http://anna@api.example/', undefined, undefined, undefined],
])('Tracer takes of %s scheme, host and port alone', (target, scheme, address, port) => {
  const { attributes } = spanOf({ target });
  const shown = [attributes['url.scheme'], attributes['server.address'], attributes['server.port']];
  expect(shown).toEqual([scheme, address, port]);
});

it('Tracer shows no method that an agent made up', () => {
  const { name, attributes } = spanOf({ method: 'ANNA' });
  expect([name, attributes['http.request.method']]).toEqual(['HTTP', '_OTHER']);
});
