import { describe, expect, it } from 'vitest';
import { unbelievedIssuers } from '../../../../src/app/loading/warnings/unbelieved-issuers.ts';
import { policyOf } from '../../../policy/support/compile-text.ts';

const POLICY = policyOf(`
agents:
  - { id: ci, home: eu, identify: [{ oidc: { issuer: "https://i.example", subject: "repo:acme/*" } }] }
  - { id: pod, home: eu, identify: [{ token: true }, { oidc: { issuer: "https://j.example", subject: "pod" } }] }
`);

const exchange = (...names: readonly string[]) => ({
  'token-exchange': {
    audience: 'a',
    lifetime: 1,
    issuers: names.map((issuer) => ({ issuer, place: 'DE', assertions: 'once' as const })),
  },
});

describe('unbelievedIssuers()', () => {
  it('names each agent whose issuer the settings do not name, to the letter', () => {
    expect(unbelievedIssuers(POLICY, exchange('https://i.example', 'https://j.example'))).toEqual([]);
    expect(unbelievedIssuers(POLICY, exchange('https://i.example', 'https://j.example/'))).toEqual([
      'agent pod: it is identified by https://j.example, which token-exchange.issuers of the settings does not name',
    ]);
    expect(unbelievedIssuers(POLICY, {})).toHaveLength(2);
  });
});
