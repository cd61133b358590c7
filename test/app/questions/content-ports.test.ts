import { describe, expect, it } from 'vitest';
import { contentPorts } from '../../../src/app/questions/content-ports.ts';
import { tables } from '../../destination/support/tables.ts';
import { locate } from '../../../src/destination/locate.ts';
import { NOW, policy } from '../../policy/support/decision-case.ts';
import { parseExpectations } from '../../../src/policy/expectations/expectation-source.ts';
import { runExpectation } from '../../../src/policy/expectations/run-expectation.ts';

const TO = 'to: { hosts: ["eu.api.openai.com"] }';
const SET = policy(`entities: [{ id: staff-number, pattern: "ACME-[0-9]{6}", max: 11 }]
rules:
  - { id: masks, ${TO}, paths: ["/m"], then: permit, mask: { request: { entities: [email, staff-number], as: token } } }
  - { id: held, ${TO}, paths: ["/h"], then: permit, opaque: hold, approval: { by: [x] }, mask: { request: { entities: [email], as: token } } }
  - { id: cards, ${TO}, paths: ["/m"], content: { entities: [payment-card] }, then: deny }`);
const TABLES = await tables();
const PORTS = contentPorts(SET.policy);

function problemsOf(given: string, expected: string): readonly string[] {
  const text = `- name: a\n  given: { agent: bot, ${given} }\n  expect: { ${expected} }\n`;
  const { expectations, issues } = parseExpectations([{ file: 'a.yaml', text }]);
  if (expectations[0] === undefined) throw new Error(JSON.stringify(issues));
  const factsOf: Parameters<typeof runExpectation>[2]['factsOf'] = (host, port, path, content) =>
    locate(TABLES, { host, port, ...(path !== undefined && { path }), ...(content !== undefined && { content }) });
  return runExpectation(SET, expectations[0], { factsOf, ...PORTS }, NOW).problems;
}

const REQUEST = 'request: "POST https://eu.api.openai.com/m", type: application/json';

describe('contentPorts()', () => {
  it('shows the tests of a policy what would leave, and what is found', () => {
    const given = `${REQUEST}, content: '{"input":"mail anna@example.org by ACME-123456"}'`;
    const sent = 'sent: { not-contains: ["anna@example.org", "ACME-123456"], contains: ["EMAIL_", "STAFF_NUMBER_"] }';
    expect(problemsOf(given, `decision: permit, ${sent}, findings: { email: 1, staff-number: 1 }`)).toEqual([]);
    expect(problemsOf(given, 'decision: permit, findings: { email: 2 }')).toEqual(['Expected findings of email 2, found 1']);
  });

  it('masks query and fields of a case, and leaves credentials alone', () => {
    const given =
      'request: "POST https://eu.api.openai.com/m?to=anna@example.org", fields: { X-Note: "ACME-123456", Authorization: "Bearer ACME-123456" }';
    const sent =
      'sent: { not-contains: ["anna@example.org", "X-Note: ACME"], contains: ["Authorization: Bearer ACME-123456"] }';
    expect(problemsOf(given, `decision: permit, ${sent}`)).toEqual([]);
  });

  it('shows no request to send where a signature would be broken', () => {
    const given =
      'request: "POST https://eu.api.openai.com/m?to=anna@example.org", fields: { X-Hub-Signature-256: "sha256=00" }';
    expect(problemsOf(given, 'decision: permit, sent: { contains: ["/m"] }')).toEqual([
      expect.stringContaining('The request is signed (webhook-hmac), and masking by masks would break'),
    ]);
  });

  it('shows no request to send with a part that somebody would have to be asked about', () => {
    const part = 'Content-Disposition: form-data; name=\\"f\\"; filename=\\"a.png\\"\\r\\nContent-Type: image/png';
    const content = `"--b\\r\\n${part}\\r\\n\\r\\nPNG\\r\\n--b--\\r\\n"`;
    const given = `request: "POST https://eu.api.openai.com/h", fields: { Content-Type: "multipart/form-data; boundary=b" }, content: ${content}`;
    expect(problemsOf(given, 'decision: hold, sent: { contains: ["PNG"] }')).toEqual([
      expect.stringContaining('Found an image, an archive or an unknown medium'),
    ]);
  });

  it('decides on content as the gateway does', () => {
    const card = `${REQUEST}, content: '{"c":"4111 1111 1111 1111"}'`;
    expect(problemsOf(card, 'decision: deny, code: denied_by_rule, findings: { payment-card: 1 }')).toEqual([]);
    const image = 'request: "POST https://eu.api.openai.com/m", type: image/png, content: PNG';
    expect(problemsOf(image, 'decision: deny, code: unreadable_content')).toEqual([]);
  });
});
