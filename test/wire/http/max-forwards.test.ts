import { describe, expect, it } from 'vitest';
import type { FieldLines } from '../../../src/core/exchange/exchange.ts';
import { countedDown, isLastForward, maxForwards } from '../../../src/wire/http/max-forwards.ts';

const lines = (...values: readonly string[]): FieldLines => values.map((value) => ['Max-Forwards', value]);

describe('maxForwards()', () => {
  it('counts for OPTIONS alone', () => {
    expect(maxForwards('OPTIONS', lines('7'))).toEqual({ ok: true, value: 7 });
    expect(maxForwards('OPTIONS', [])).toEqual({ ok: true, value: undefined });
    expect(maxForwards('GET', lines('0'))).toEqual({ ok: true, value: undefined });
    expect(isLastForward('GET', lines('0'))).toBe(false);
  });

  it.each(['-1', '+1', '1.5', '0x1', '1e3', '', ' ', 'many', '1, 2'])('refuses %j', (value) => {
    expect(maxForwards('OPTIONS', lines(value)).ok).toBe(false);
    expect(isLastForward('OPTIONS', lines(value))).toBe(false);
  });

  it('refuses two of them', () => {
    expect(maxForwards('OPTIONS', lines('1', '0')).ok).toBe(false);
  });

  it('ends at zero, however it is written', () => {
    expect(isLastForward('OPTIONS', lines('0'))).toBe(true);
    expect(isLastForward('OPTIONS', lines('000'))).toBe(true);
    expect(isLastForward('OPTIONS', lines('1'))).toBe(false);
  });
});

describe('countedDown()', () => {
  it.each([
    ['1', '0'],
    ['007', '6'],
    ['256', '255'],
    ['9'.repeat(400), '255'],
  ])('sends %s on as %s', (value, sent) => {
    expect(countedDown('OPTIONS', 'max-forwards', value)).toBe(sent);
  });

  it('leaves other fields and other methods alone', () => {
    expect(countedDown('OPTIONS', 'content-length', '5')).toBe('5');
    expect(countedDown('POST', 'max-forwards', '5')).toBe('5');
  });
});
