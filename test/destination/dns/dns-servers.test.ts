import { describe, expect, it } from 'vitest';
import { parseDnsServer, serversOfResolvConf } from '../../../src/destination/dns/dns-servers.ts';

describe('parseDnsServer()', () => {
  it.each([
    ['9.9.9.9', '9.9.9.9:53'],
    ['127.0.0.1:5353', '127.0.0.1:5353'],
    ['::1', '[::1]:53'],
    ['[::1]:53', '[::1]:53'],
    ['[2620:fe::fe]', '[2620:fe::fe]:53'],
  ])('reads %s', (text, expected) => {
    const server = parseDnsServer(text);
    expect(server.ok && server.value.text).toBe(expected);
  });

  it.each([
    '',
    'dns.example',
    '127.1',
    '9.9.9.9:',
    '9.9.9.9:0',
    '9.9.9.9:65536',
    '9.9.9.9:53:53',
    'fe80::1%eth0',
    '[::1',
    'tcp://9.9.9.9',
  ])('refuses "%s"', (text) => {
    expect(parseDnsServer(text).ok).toBe(false);
  });
});

describe('serversOfResolvConf()', () => {
  it('takes nameserver lines and nothing else', () => {
    const text =
      '# nameserver 1.1.1.1\nsearch corp.example\nnameserver 10.0.0.2\nnameserver\t2620:fe::fe # quad9\nnameserver fe80::1%eth0\noptions ndots:5\n';
    const servers = serversOfResolvConf(text);
    expect(servers.ok && servers.value.map((server) => server.text)).toEqual(['10.0.0.2:53', '[2620:fe::fe]:53']);
  });

  it('fails when there is none, instead of assuming one', () => {
    expect(serversOfResolvConf('search corp.example\n').ok).toBe(false);
  });
});
