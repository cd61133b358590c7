import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { alternativeNames } from '../../src/listener/arrival/client-certificate.ts';
import { createTestCa } from '../support/certificates.ts';

describe('alternativeNames()', () => {
  it.each<[text: string, names: string[]]>([
    ['', []],
    ['URI:spiffe://acme/bot', ['spiffe://acme/bot']],
    ['DNS:a.example, URI:spiffe://acme/bot, DNS:b.example', ['a.example', 'spiffe://acme/bot', 'b.example']],
    ['IP Address:10.0.0.1, email:a@b.example, DNS:a.example', ['a.example']],
    // Node writes as JSON what could be taken for more than one entry (CVE-2021-44532).
    [String.raw`URI:"spiffe://acme/x, URI:spiffe://acme/bot"`, ['spiffe://acme/x, URI:spiffe://acme/bot']],
    [String.raw`DNS:"a\", URI:spiffe://acme/bot"`, ['a", URI:spiffe://acme/bot']],
    [String.raw`email:"x, URI:spiffe://acme/bot", DNS:a.example`, ['a.example']],
    // What is not understood names nobody at all.
    ['URI:"spiffe://acme/bot', []],
    ['DNS:a.example, nonsense', []],
  ])('reads %j', (text, names) => {
    expect(alternativeNames(text)).toEqual(names);
  });

  it.each([
    ['spiffe://acme/x, URI:spiffe://acme/bot'],
    ['spiffe://acme/x", URI:spiffe://acme/bot'],
    ['spiffe://acme/x\\", URI:spiffe://acme/bot'],
  ])('takes the URI %j of a real certificate for no other one', async (uri) => {
    const ca = await createTestCa();
    const { cert } = await ca.issue({ hosts: ['a.example'], uris: [uri] });
    const names = alternativeNames(new X509Certificate(cert).subjectAltName ?? '');
    expect(names).not.toContain('spiffe://acme/bot');
    expect(names).toEqual(['a.example', uri]);
  });
});
