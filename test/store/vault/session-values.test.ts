import { describe, expect, it } from 'vitest';
import { SessionValues, type ValueCipher } from '../../../src/store/vault/session-values.ts';

const NEVER_FULL = (): boolean => false;
const BOUNDS = { values: 3, bytes: 1 << 20 };

/** Tokens that show what they stand for, and a seal that anyone opens. */
const OPEN_CIPHER: ValueCipher = {
  tokenFor: (entity, value, kind) => `${entity} ${value} ${kind}`,
  unseal: (sealed, { token }) => (sealed === 'broken' ? undefined : `${sealed} of ${token}`),
};

describe('SessionValues', () => {
  it('says whether a destination is sent a token for the first time', () => {
    const values = new SessionValues(OPEN_CIPHER, BOUNDS, NEVER_FULL);
    expect(values.tokenFor('a', 'email', 'x', 'text')).toEqual({ token: 'email x text', isNew: true });
    expect(values.tokenFor('a', 'email', 'x', 'text')).toEqual({ token: 'email x text', isNew: false });
    expect(values.tokenFor('b', 'email', 'x', 'text')).toEqual({ token: 'email x text', isNew: true });
    expect(values.valueOf('a', 'email x text')).toBe('x');
    expect(values.valueOf('c', 'email x text')).toBeUndefined();
  });

  it('refuses more values than it may hold, and goes on giving tokens for those it has', () => {
    const values = new SessionValues(OPEN_CIPHER, BOUNDS, NEVER_FULL);
    for (const value of ['1', '2', '3']) expect(values.tokenFor('a', 'id', value, 'text')).toBeDefined();
    expect(values.tokenFor('a', 'id', '4', 'text')).toBeUndefined();
    expect(values.tokenFor('b', 'id', '1', 'text')).toBeUndefined();
    expect(values.tokenFor('a', 'id', '3', 'text')).toEqual({ token: 'id 3 text', isNew: false });
    expect(values.valueOf('a', 'id 4 text')).toBeUndefined();
  });

  it('gives no new token while the store is full', () => {
    let isFull = false;
    const values = new SessionValues(OPEN_CIPHER, BOUNDS, () => isFull);
    values.tokenFor('a', 'id', '1', 'text');
    isFull = true;
    expect(values.tokenFor('a', 'id', '1', 'text')).toEqual({ token: 'id 1 text', isNew: false });
    expect(values.tokenFor('a', 'id', '2', 'text')).toBeUndefined();
    isFull = false;
    expect(values.tokenFor('a', 'id', '2', 'text')).toBeDefined();
  });

  it('refuses more bytes than it may hold', () => {
    const values = new SessionValues(OPEN_CIPHER, { values: 1000, bytes: 20_000 }, NEVER_FULL);
    const kept = Array.from({ length: 100 }, (_, i) => values.tokenFor('a', 'id', `${i}`.repeat(200), 'text')).filter(Boolean);
    expect(kept.length).toBeGreaterThan(5);
    expect(kept.length).toBeLessThan(50);
    expect(values.bytes).toBeLessThanOrEqual(20_000);
  });

  it('refuses values longer than 4 KiB of UTF-8', () => {
    const values = new SessionValues(OPEN_CIPHER, BOUNDS, NEVER_FULL);
    expect(values.tokenFor('a', 'id', 'x'.repeat(4096), 'text')).toBeDefined();
    expect(values.tokenFor('a', 'id', 'x'.repeat(4097), 'text')).toBeUndefined();
    expect(values.tokenFor('a', 'id', 'ü'.repeat(2049), 'text')).toBeUndefined();
  });

  it('refuses a value whose token stands for another one', () => {
    const values = new SessionValues({ ...OPEN_CIPHER, tokenFor: () => 'SAME' }, BOUNDS, NEVER_FULL);
    expect(values.tokenFor('a', 'id', '1', 'text')).toBeDefined();
    expect(values.tokenFor('a', 'id', '2', 'text')).toBeUndefined();
    expect(values.valueOf('a', 'SAME')).toBe('1');
  });

  it('opens what was loaded when it is asked for, and writes anew what does not open', () => {
    const values = new SessionValues(OPEN_CIPHER, BOUNDS, NEVER_FULL);
    values.load({ destination: 'a', entity: 'id', token: 'T', sealed: 'value' });
    values.load({ destination: 'a', entity: 'id', token: 'T', sealed: 'another' });
    expect(values.valueOf('a', 'T')).toBe('value of T');
    values.load({ destination: 'a', entity: 'id', token: 'id 1 text', sealed: 'broken' });
    expect(values.valueOf('a', 'id 1 text')).toBeUndefined();
    expect(values.tokenFor('a', 'id', '1', 'text')).toEqual({ token: 'id 1 text', isNew: true });
    expect(values.valueOf('a', 'id 1 text')).toBe('1');
  });

  it('calls a token foreign that only others were sent', () => {
    const values = new SessionValues(OPEN_CIPHER, BOUNDS, NEVER_FULL);
    values.load({ destination: 'a', entity: 'id', token: 'T', sealed: 'value' });
    expect([values.isForeign('a', 'T'), values.isForeign('b', 'T'), values.isForeign('b', 'U')]).toEqual([false, true, false]);
  });
});
