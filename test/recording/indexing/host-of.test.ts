import { expect, it } from 'vitest';
import { hostOf } from '../../../src/recording/indexing/host-of.ts';

it.each([
  ['https://api.example/v1?q', 'api.example'],
  ['https://API.example:8443', 'api.example'],
  ['http://[2001:db8::1]:8080/x:9', '[2001:db8::1]'],
  ['https://[2001:db8::1]/', '[2001:db8::1]'],
  ['api.example:443', 'api.example'],
  ['192.0.2.1:443', '192.0.2.1'],
  ['https:///nothing', undefined],
  ['', undefined],
])('the host of %j is %j', (target, host) => {
  expect(hostOf(target)).toBe(host);
});
