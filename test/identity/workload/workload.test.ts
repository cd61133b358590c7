import { describe, expect, it } from 'vitest';
import type { Workload, WorkloadPattern } from '../../../src/core/agent.ts';
import { acceptsToken } from '../../../src/identity/agent-index.ts';
import { agentOf, isWorkload } from '../../../src/identity/workload/workload.ts';
import { agent, cidr, ip } from '../fixtures.ts';

const ISSUER = 'https://i.example';
const pattern = (subject: string, claims: Record<string, string> = {}): WorkloadPattern => ({
  issuer: ISSUER,
  subject,
  claims,
});
const workload = (subject: string, claims: Record<string, string> = {}): Workload => ({ issuer: ISSUER, subject, claims });
const HERE = { source: ip('10.1.2.3'), names: [] };

describe('isWorkload()', () => {
  it.each([
    [pattern('repo:acme/*'), workload('repo:acme/app'), true],
    [pattern('repo:acme/*'), workload('repo:acme-evil/app'), false],
    [pattern('repo:acme/*'), { ...workload('repo:acme/app'), issuer: 'https://j.example' }, false],
    [pattern('a', { env: 'prod*' }), workload('a', { env: 'production' }), true],
    [pattern('a', { env: 'prod*' }), workload('a', { env: 'staging' }), false],
    [pattern('a', { env: 'prod*' }), workload('a'), false],
    [pattern('a', { toString: '*' }), workload('a'), false],
    // Made for somebody else, as far as it says.
    [pattern('a'), workload('a', { azp: 'other' }), false],
    [pattern('a', { azp: 'other' }), workload('a', { azp: 'other' }), true],
  ])('%j covers %j: %s', (one, other, expected) => {
    expect(isWorkload(one, other)).toBe(expected);
  });
});

describe('agentOf()', () => {
  it('is the one agent, with the claims that this rests on and no others', () => {
    const agents = [
      agent('main', { token: false, oidc: pattern('repo:acme/*', { ref: 'main' }) }),
      agent('any', { token: false, oidc: pattern('repo:acme/*', { ref: 'dev' }) }),
    ];
    expect(agentOf(workload('repo:acme/app', { ref: 'main', actor: 'anna' }), agents)).toEqual({
      ok: true,
      value: { agent: 'main', workload: workload('repo:acme/app', { ref: 'main' }) },
    });
    expect(agentOf(workload('repo:acme/app', { ref: 'x' }), agents).ok).toBe(false);
  });

  it('is nobody where two claim it', () => {
    const agents = [agent('a', { token: false, oidc: pattern('x*z') }), agent('b', { token: false, oidc: pattern('xy*') })];
    expect(agentOf(workload('xyz'), agents)).toMatchObject({
      ok: false,
      failure: expect.stringContaining('Two agents') as string,
    });
  });
});

describe('acceptsToken() of a workload', () => {
  it('holds only while an entry knows the workload, and all else in it holds', () => {
    const bot = agent('bot', { token: false, cidr: [cidr('10.0.0.0/8')], oidc: pattern('repo:acme/*') });
    expect(acceptsToken(bot, HERE, workload('repo:acme/app'))).toBe(true);
    expect(acceptsToken(bot, { ...HERE, source: ip('192.0.2.1') }, workload('repo:acme/app'))).toBe(false);
    expect(acceptsToken(bot, HERE, workload('repo:other/app'))).toBe(false);
    // A token that a person minted is none of a workload, and the other way round.
    expect(acceptsToken(bot, HERE)).toBe(false);
    expect(acceptsToken(agent('bot', { token: true }), HERE, workload('repo:acme/app'))).toBe(false);
  });
});
