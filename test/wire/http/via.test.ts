import { describe, expect, it } from 'vitest';
import type { FieldLines } from '../../../src/core/exchange/exchange.ts';
import { hasLooped, viaValue } from '../../../src/wire/http/via.ts';

const via = (...values: string[]): FieldLines => values.map((value) => ['Via', value] as const);

describe('hasLooped', () => {
  it.each([
    ['1.1 cordon-a1', true],
    ['HTTP/1.1 Cordon-A1', true],
    ['1.0 squid (squid/6), 2 cordon-a1 (x, y)', true],
    ['1.1 cordon-a12', false],
    ['1.1 other (1.1 cordon-a1)', false],
    ['cordon-a1', false],
    ['', false],
  ])('hasLooped() looks for its own pseudonym: %s', (value, expected) => {
    expect(hasLooped(via('1.1 first', value), 'cordon-a1')).toBe(expected);
  });

  it('hasLooped() finds what viaValue() wrote', () => {
    expect(hasLooped(via(viaValue('2', 'cordon-a1')), 'cordon-a1')).toBe(true);
    expect(hasLooped([], 'cordon-a1')).toBe(false);
  });
});

describe('viaValue', () => {
  it('viaValue() names the version received and the gateway', () => {
    expect(viaValue('1.0', 'cordon-a1')).toBe('1.0 cordon-a1');
  });

  it('viaValue() keeps other gateways, so that a loop over two ends, and no proxy of the agent (HDR-04)', () => {
    const received = via('1.1 proxy.corp.internal (x)', '1.1 cordon-b2 (secret), 1.1 10.0.0.1:3128');
    const value = viaValue('1.1', 'cordon-a1', received);
    expect(value).toBe('1.1 cordon-b2, 1.1 cordon-a1');
    expect(hasLooped(via(value), 'cordon-b2')).toBe(true);
  });
});
