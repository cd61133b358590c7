import { describe, expect, it } from 'vitest';
import type { ExplainAnswer } from '../../src/admin/contract.ts';
import { explanationLines } from '../../src/cli/explanation-lines.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { explain } from '../../src/policy/explain.ts';
import { policy, posted, read, requestFor } from '../policy/support/decision-case.ts';

const TERMINAL = { style: (_: string, text: string) => text } as unknown as Terminal;

const SET = policy(`rules:
  - { id: open, to: { hosts: ["api.example.com"] }, then: permit, mask: { request: { entities: [email, iban], as: token, in: [content] } } }
  - { id: also, to: { hosts: ["api.example.com"] }, mask: { request: { entities: [iban, jwt], in: [content, query] }, response: [jwt] }, record: content }
  - { id: cards, to: { hosts: ["api.example.com"] }, content: { entities: [payment-card] }, then: deny }`);

function lines(findings: Readonly<Record<string, number>>, more: Partial<ExplainAnswer> = {}): readonly string[] {
  const request = requestFor(SET, { url: 'https://api.example.com/', ...posted(read(findings)) });
  return explanationLines({ ...explain(SET, request), addresses: [], notes: [], ...more }, TERMINAL);
}

describe('explanationLines()', () => {
  it('lists masks per direction, with their strategy, parts and entities', () => {
    const rows = lines({ 'payment-card': 0 }).map((line) => line.trim().replaceAll(/ {2,}/g, ' | '));
    expect(rows).toContain('mask request | from open, also | token in content: email');
    expect(rows).toContain('mask request | from open, also | redact in content, query: iban, jwt');
    expect(rows).toContain('mask response | from also | redact in content, query, fields: jwt');
    expect(rows).toContain(
      'record content | from also | what is sent and answered, with pii, secrets and what the rule masks redacted',
    );
  });

  it('counts what was found, and says what kept a condition on content from holding', () => {
    const found = lines({ 'payment-card': 0 }, { findings: { email: 2, iban: 1 } }).join('\n');
    expect(found).toMatch(/Found in the content\n {2}email +2\n {2}iban +1\n/);
    expect(found).toContain('does not match: the content holds no payment-card');
    expect(lines({ 'payment-card': 0 }).join('\n')).toContain('nothing that the rules look for');
  });
});
