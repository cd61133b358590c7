import { exportJWK, generateKeyPair, type JSONWebKeySet } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { IssuerKeys } from '../../../../src/app/people/workload/issuer-keys.ts';
import type { Failure } from '../../../../src/core/codes.ts';
import { fail, ok, type Result } from '../../../../src/core/result.ts';
import { ManualClock } from '../../../support/clock.ts';

const MINUTE = 60_000;
const DOWN = fail({ code: 'connect_failed', detail: 'down' } as const);

let first: JSONWebKeySet;
let second: JSONWebKeySet;

beforeAll(async () => {
  const set = async (kid: string): Promise<JSONWebKeySet> => {
    const { publicKey } = await generateKeyPair('ES256');
    return { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256' }] };
  };
  [first, second] = await Promise.all([set('first'), set('second')]);
});

function open() {
  const clock = new ManualClock('2026-11-22T10:00:00Z');
  const issuer = { answer: ok(first) as Result<JSONWebKeySet, Failure>, asked: 0 };
  const keys = new IssuerKeys(() => {
    issuer.asked += 1;
    return Promise.resolve(issuer.answer);
  }, clock);
  const find = async (kid: string): Promise<string> => {
    const found = await keys.find({ alg: 'ES256', kid });
    return found.ok ? 'found' : found.failure.code;
  };
  return { clock, issuer, find };
}

describe('IssuerKeys', () => {
  it('asks once for many, and again when they are ten minutes old', async () => {
    const { clock, issuer, find } = open();
    expect(await Promise.all([find('first'), find('first'), find('first')])).toEqual(['found', 'found', 'found']);
    clock.advance(10 * MINUTE - 1);
    await find('first');
    expect(issuer.asked).toBe(1);
    // Withdrawn meanwhile: counts no longer.
    issuer.answer = ok(second);
    clock.advance(1);
    expect([await find('first'), issuer.asked]).toEqual(['unidentified', 2]);
  });

  it('takes up a new key at once, and is not driven to ask by made-up ones', async () => {
    const { clock, issuer, find } = open();
    await find('first');
    clock.advance(10_000);
    issuer.answer = ok(second);
    expect([await find('second'), issuer.asked]).toEqual(['found', 2]);
    for (let i = 0; i < 100; i += 1) expect(await find(`made-up-${i}`)).toBe('unidentified');
    expect(issuer.asked).toBe(2);
  });

  it('goes on for an hour where the issuer is down, then fails closed, and comes back', async () => {
    const { clock, issuer, find } = open();
    await find('first');
    issuer.answer = DOWN;
    clock.advance(60 * MINUTE - 1);
    expect(await find('first')).toBe('found');
    clock.advance(1);
    expect(await find('first')).toBe('connect_failed');
    issuer.answer = ok(first);
    expect(await find('first')).toBe('connect_failed');
    clock.advance(10_000);
    expect(await find('first')).toBe('found');
  });

  it('knows nothing where it never could ask, or gets something else', async () => {
    const { issuer, find } = open();
    issuer.answer = DOWN;
    expect(await find('first')).toBe('connect_failed');
    const other = open();
    other.issuer.answer = ok({ keys: 'none' } as unknown as JSONWebKeySet);
    expect(await other.find('first')).toBe('origin_protocol');
    const broken = open();
    broken.issuer.answer = ok({ keys: [null, 7, {}, { kty: 'EC', kid: 'first', crv: 'P-256', x: 'A', y: 'A' }] } as never);
    expect(await broken.find('first')).toBe('origin_protocol');
  });
});
