import { describe, expect, it } from 'vitest';
import type { Keys } from '../../../src/core/ports.ts';
import { keySetText, readKeySet, withKeySet } from '../../../src/store/fleet/key-set.ts';

const key = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const VAULT = Buffer.from(key(1)).toString('base64');
const own: Keys = { key: () => Promise.resolve(key(9)) };

describe('readKeySet()', () => {
  it('reads what keySetText() writes, as lines and as a variable', () => {
    const set = new Map([
      ['approvals', key(1)],
      ['vault', key(2)],
    ]);
    const text = keySetText(set);
    for (const form of [text, text.replaceAll(/[ \n]/g, ',')]) expect(readKeySet(form)).toEqual({ ok: true, value: set });
  });

  it.each([
    ['', 'Found no key set, expected "cordon-keys 1" at its beginning'],
    ['cordon-keys 2 vault AAAA', 'Found no key set, expected "cordon-keys 1" at its beginning'],
    ['cordon-keys 1 Vault x', 'Key 1: Found no purpose, expected a name such as "vault"'],
    ['cordon-keys 1 vault', '"vault": Found 0 bytes of base64, expected 32'],
    [`cordon-keys 1 vault ${VAULT} vault ${VAULT}`, 'Found two keys for "vault", expected one'],
    [`cordon-keys 1 checkpoints ${VAULT}`, 'Found a key for "checkpoints", expected none: each replica has its own'],
  ])('refuses %j', (text, failure) => {
    expect(readKeySet(text)).toEqual({ ok: false, failure });
  });
});

describe('withKeySet()', () => {
  const keys = withKeySet(own, 'data.keys-file (k)', () => Promise.resolve(new Map([['vault', key(1)]])));

  it('takes what is shared from the set, and the rest from the replica', async () => {
    expect(await keys.key('vault')).toEqual(key(1));
    expect(await keys.key('checkpoints-eu')).toEqual(key(9));
    expect(await keys.key('spool')).toEqual(key(9));
  });

  it('makes no shared key that the set does not have', async () => {
    await expect(keys.key('hashes')).rejects.toThrow('data.keys-file (k): Found no key for "hashes"');
  });

  it('gives copies: who wipes one leaves the others theirs', async () => {
    (await keys.key('vault')).fill(0);
    expect(await keys.key('vault')).toEqual(key(1));
  });
});
