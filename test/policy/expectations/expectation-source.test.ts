import { describe, expect, it } from 'vitest';
import { parseExpectations } from '../../../src/policy/expectations/expectation-source.ts';
import { formatIssue } from '../../../src/policy/issue.ts';

function read(text: string) {
  const { expectations, issues } = parseExpectations([{ file: 't.yaml', text }]);
  return { expectations, issues: issues.map(formatIssue) };
}

const one = (given: string, expected: string): string =>
  `- name: n\n  given: { agent: a, ${given} }\n  expect: { ${expected} }\n`;

describe('parseExpectations()', () => {
  it('reads every key of a case', () => {
    const { expectations, issues } = read(`
- name: everything
  given:
    agent: support-bot
    request: "POST https://API.example.com:8443/v1/chat?x=1"
    type: application/json
    content: '{"model":"x"}'
    addresses: ["192.0.2.1", "2001:DB8::1"]
    fields: { X-Purpose: billing }
    session: run-7
    now: 2026-11-22T10:00:00Z
  expect:
    decision: deny
    code: outside_home
    rules: [r]
    transfer: none
    place: { entry: US }
    obligations: [record]
    sent: { not-contains: ["anna@example.org"], contains: [x] }
    findings: { email: 1 }
`);
    expect(issues).toEqual([]);
    expect(expectations).toEqual([
      {
        name: 'everything',
        position: { file: 't.yaml', line: 2, column: 3 },
        given: {
          agent: 'support-bot',
          request: {
            text: 'POST https://API.example.com:8443/v1/chat?x=1',
            method: 'POST',
            scheme: 'https',
            authority: { host: { kind: 'name', name: 'api.example.com' }, port: 8443 },
            path: '/v1/chat',
            query: 'x=1',
          },
          addresses: [expect.objectContaining({ text: '192.0.2.1' }), expect.objectContaining({ text: '2001:db8::1' })],
          mediaType: 'application/json',
          content: '{"model":"x"}',
          fields: [['X-Purpose', 'billing']],
          session: 'run-7',
          now: Date.UTC(2026, 10, 22, 10),
        },
        expect: {
          decision: 'deny',
          code: 'outside_home',
          rules: ['r'],
          transfer: 'none',
          place: { entry: 'US' },
          obligations: ['record'],
          sent: { contains: ['x'], notContains: ['anna@example.org'] },
          findings: { email: 1 },
        },
      },
    ]);
  });

  it('reads a CONNECT, an address and a place in short', () => {
    const { expectations, issues } = read(
      `${one('request: "CONNECT a.example:443"', 'decision: permit, place: DE')}${one('request: "GET http://192.0.2.1/"', 'decision: deny')}`,
    );
    expect(issues).toEqual([]);
    expect(expectations[0]).toMatchObject({
      given: { request: { method: 'CONNECT', path: '', authority: { port: 443 } } },
      expect: { place: { entry: 'DE' } },
    });
    expect(expectations[1]).toMatchObject({
      given: { request: { scheme: 'http', authority: { port: 80, host: { kind: 'address' } } } },
    });
  });

  it('reads empty files as no cases', () => {
    expect(read('')).toEqual({ expectations: [], issues: [] });
    expect(read('# later\n')).toEqual({ expectations: [], issues: [] });
  });

  it.each([
    ['name: x', 't.yaml:1:1: error: Found a mapping, expected a list of cases with name, given and expect'],
    [
      one('request: "GET https://a.example/"', 'decision: alow'),
      't.yaml:3:23: error: Found "alow", expected permit, hold or deny',
    ],
    [
      one('request: "GET https://a.example/"', 'decision: deny, code: no_rules'),
      't.yaml:3:35: error: Found "no_rules", expected a code of contract §3 such as no_rule (did you mean "no_rule"?)',
    ],
    [
      one('request: "GET https://a.example/"', 'decision: permit, code: no_rule'),
      't.yaml:3:31: error: Found a code beside decision: permit, expected it beside deny',
    ],
    [
      one('request: "GET https://a.example/", adresses: []', 'decision: deny'),
      't.yaml:2:57: error: Found the unknown key "adresses", expected one of: agent, request, type, content, addresses, fields, session, now (did you mean "addresses"?)',
    ],
    [
      one('request: "https://a.example/"', 'decision: deny'),
      't.yaml:2:31: error: Found "https://a.example/", expected "METHOD URI" such as "GET https://example.com/", or "CONNECT host:port"',
    ],
    [
      one('request: "CONNECT a.example"', 'decision: deny'),
      't.yaml:2:31: error: Found "a.example" without a port, expected host:port',
    ],
    [
      one('request: "GET https://a.example/a/../b"', 'decision: deny'),
      't.yaml:2:31: error: Found "https://a.example/a/../b", expected a path that every origin reads in the same way',
    ],
    [
      one('request: "GET https://a.example/", addresses: ["300.1.1.1"]', 'decision: deny'),
      't.yaml:2:69: error: Found "300.1.1.1", expected an IPv4 address such as 192.0.2.1 or an IPv6 address such as 2001:db8::1',
    ],
  ])('refuses %j', (text, issue) => {
    expect(read(text).issues).toEqual([issue]);
  });
});
