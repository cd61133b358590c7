import { expect, it } from 'vitest';
import { startGateway, type GatewayOptions } from '../../support/gateway.ts';

const RULES = 'cordon: 1\n';

function start(sink: object, more: GatewayOptions['settings']): ReturnType<typeof startGateway> {
  const settings = { node: { place: 'DE' }, sinks: [{ secret: 'sink', place: 'DE', ...sink }], ...more };
  return startGateway({ rules: RULES, settings, dns: '127.0.0.1:1' });
}

const AT = '10.9.9.9';
const HOSTS = { resolver: { servers: ['127.0.0.1:1'], timeout: '1s', hosts: { 'sink.example': AT } } };
const HTTP = { type: 'http', url: 'https://sink.example/' };
const ABROAD = { geo: { overrides: [{ cidr: '10.9.9.0/24', place: 'US' }] } };

it.each([
  ['an HTTP sink', HTTP],
  ['a bucket', { type: 's3', bucket: 'audit', region: 'eu-central-1', endpoint: 'https://sink.example' }],
])('%s keeps a gateway from starting whose address evidence puts elsewhere than the settings', async (_name, sink) => {
  await expect(start(sink, { ...HOSTS, ...ABROAD })).rejects.toThrow(/ended with 2[^]*sinks\[0\]: place_contradiction: /);
});

it('a sink that cannot be looked up yet lets a gateway start, and is judged when it can', async () => {
  await using gateway = await start({ ...HTTP, url: 'https://later.example/' }, HOSTS);
  expect(gateway.stdout).toContain('Cordon is ready');
});
