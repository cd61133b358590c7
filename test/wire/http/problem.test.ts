import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CODES, type Code } from '../../../src/core/codes.ts';
import type { ExchangeId } from '../../../src/core/ids.ts';
import { isFieldValue, isToken } from '../../../src/wire/http/fields.ts';
import { problemReply, type ProblemReply } from '../../../src/wire/http/problem.ts';

const EXCHANGE = '0193a5f0-0000-7000-8000-000000000000' as ExchangeId;

function field(reply: ProblemReply, name: string): string[] {
  return reply.fields.filter(([found]) => found === name).map(([, value]) => value);
}

describe('problemReply', () => {
  it('problemReply() says everything that contract §3 names', () => {
    const reply = problemReply({
      code: 'outside_home',
      exchange: EXCHANGE,
      reason: 'api.example.com is in US',
      rule: 'llm-in-eu',
      place: 'US',
      home: 'eu',
    });
    expect(reply.status).toBe(403);
    expect(reply.reasonPhrase).toBe('outside_home');
    expect(reply.fields).toEqual([
      ['Content-Type', 'application/problem+json'],
      ['Content-Length', String(Buffer.byteLength(reply.body))],
      ['Cache-Control', 'no-store'],
      ['Cordon-Exchange', EXCHANGE],
      ['Proxy-Status', 'cordon; error=destination_ip_prohibited; details="outside_home"'],
    ]);
    expect(JSON.parse(reply.body)).toEqual({
      type: 'urn:cordon:problem:outside_home',
      title: CODES.outside_home.title,
      status: 403,
      code: 'outside_home',
      exchange: EXCHANGE,
      rule: 'llm-in-eu',
      reason: 'api.example.com is in US',
      place: 'US',
      home: 'eu',
      hint: CODES.outside_home.hint,
    });
  });

  it.each(Object.keys(CODES) as Code[])('problemReply() for %s is well-formed', (code) => {
    const reply = problemReply({ code, exchange: EXCHANGE });
    expect(reply.status).toBe(CODES[code].status);
    expect(JSON.parse(reply.body)).toMatchObject({ code, status: reply.status, reason: CODES[code].title });
    for (const [name, value] of reply.fields) expect([isToken(name), isFieldValue(value)]).toEqual([true, true]);
    expect(isToken(reply.reasonPhrase)).toBe(true);
  });

  it('problemReply() challenges the unidentified, and nobody inside a tunnel', () => {
    const challenges = field(problemReply({ code: 'unidentified', exchange: EXCHANGE }), 'Proxy-Authenticate');
    expect(challenges).toEqual(['Basic realm="cordon", charset="UTF-8"', 'Bearer realm="cordon"']);
    expect(field(problemReply({ code: 'unidentified', exchange: EXCHANGE, challenge: false }), 'Proxy-Authenticate')).toEqual(
      [],
    );
    expect(field(problemReply({ code: 'no_rule', exchange: EXCHANGE }), 'Proxy-Authenticate')).toEqual([]);
  });

  it('problemReply() answers 421 where an inner name differs', () => {
    const reply = problemReply({ code: 'name_mismatch', exchange: EXCHANGE, statusOverride: 421 });
    expect([reply.status, JSON.parse(reply.body).status]).toEqual([421, 421]);
  });

  it('problemReply() says when to come back and where the approval stands', () => {
    const reply = problemReply({ code: 'held', exchange: EXCHANGE, approval: 'ap/1', retryAfterSeconds: 4.2 });
    expect(field(reply, 'Retry-After')).toEqual(['5']);
    expect(field(reply, 'Link')).toEqual(['<http://cordon.internal/approvals/ap%2F1>; rel="status"']);
    expect(JSON.parse(reply.body)).toMatchObject({ approval: 'ap/1', statusUrl: 'http://cordon.internal/approvals/ap%2F1' });
  });

  it('problemReply() prefers the hint that it is given', () => {
    expect(JSON.parse(problemReply({ code: 'no_rule', exchange: EXCHANGE, hint: 'Ask Anna.' }).body).hint).toBe('Ask Anna.');
  });

  it('problemReply() carries any text, bounded and without invisible characters (AUD-01)', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 600 }),
      fc.constantFrom('a\r\nSet-Cookie: b', '\u202egnp.exe', '\u001b[2J', '\u2028', '\u{e0041}', '"\\'),
      fc.constant('x'.repeat(1_000_000)),
    );
    fc.assert(
      fc.property(text, text, (reason, place) => {
        const { body, fields } = problemReply({ code: 'no_rule', exchange: EXCHANGE, reason, place });
        expect(body).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(body.length).toBeLessThan(10_000);
        expect(new Map(fields).get('Content-Length')).toBe(String(Buffer.byteLength(body)));
        const problem: { reason: string } = JSON.parse(body);
        if (reason.length <= 500) expect(problem.reason).toBe(reason);
      }),
    );
  });
});
