import { describe, expect, it } from 'vitest';
import type { ExplainAnswer } from '../../../src/admin/contract.ts';
import { explainQuestion, type Question } from '../../../src/app/questions/explain-question.ts';
import { tables } from '../../destination/support/tables.ts';
import { NOW, policy } from '../../policy/support/decision-case.ts';
import { readContent } from '../../policy/support/email-ports.ts';

const TO = 'to: { hosts: ["eu.api.openai.com"] }';
const SET = policy(`rules:
  - { id: open, ${TO}, methods: [POST], then: permit }
  - { id: masks, ${TO}, paths: ["/masked/**"], mask: { request: [email] } }
  - { id: mails, ${TO}, paths: ["/judged/**"], content: { entities: [email] }, then: deny }`);
const TABLES = await tables();

async function ask(path: string, question: Partial<Question> = {}): Promise<ExplainAnswer> {
  const asked = { agent: 'bot', url: `https://eu.api.openai.com${path}`, type: 'text/plain', ...question };
  const answer = await explainQuestion(asked, { policy: SET, tables: TABLES, now: NOW, readContent });
  if (!answer.ok) throw new Error(answer.failure);
  return answer.value;
}

describe('explainQuestion() with content', () => {
  it('decides on what it holds', async () => {
    const mail = await ask('/judged/x', { content: 'to anna@example.org' });
    expect(mail).toMatchObject({ decision: { code: 'denied_by_rule', rules: ['mails'] }, findings: { email: 1 } });
    const clean = await ask('/judged/x', { content: 'to nobody' });
    expect(clean.decision.code).not.toBe('denied_by_rule');
    expect(clean.findings).toEqual({});
    expect(clean.rules.find(({ id }) => id === 'mails')?.because).toBe('the content holds no email');
  });

  it('counts what masks find, too', async () => {
    expect((await ask('/masked/x', { content: 'to anna@example.org' })).findings).toEqual({ email: 1 });
    expect((await ask('/x', { content: 'to anna@example.org' })).findings).toEqual({});
  });

  it('never shows what was found', async () => {
    expect(JSON.stringify(await ask('/judged/x', { content: 'to anna@example.org' }))).not.toContain('anna');
  });

  it('counts it for unknown where a question has none, and for opaque where its type says so', async () => {
    const unknown = await ask('/judged/x');
    expect(unknown.rules.find(({ id }) => id === 'mails')).toMatchObject({ verdict: 'unknown', counts: true });
    expect(unknown.findings).toBeUndefined();
    for (const path of ['/judged/x', '/masked/x']) {
      const image = await ask(path, { content: 'GIF89a', type: 'image/gif' });
      expect(image.decision).toMatchObject({ effect: 'deny', code: 'unreadable_content' });
      expect(image.findings).toBeUndefined();
    }
  });
});
