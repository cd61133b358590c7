import { describe, expect, it } from 'vitest';
import { PolicyInForce } from '../../../src/app/in-force.ts';
import { openInjecting } from '../../../src/pipeline/credentials/injecting.ts';
import type { Permitted } from '../../../src/pipeline/judging/permitted.ts';
import type { Services } from '../../../src/pipeline/services.ts';
import { tables } from '../../destination/support/tables.ts';
import { policyOf } from '../../policy/support/compile-text.ts';

const geo = await tables();

const policyWith = (inject: string) =>
  new PolicyInForce(
    policyOf(`
destinations: [{ id: api, hosts: [api.example.com] }]
credentials: [{ id: key, for: [api], inject: ${inject} }]
rules: [{ id: use, to: [api], credential: key, then: permit }]`),
    new Map(),
    geo,
  ).current;

/** A request that was decided on under the first policy, while the value of its credential is being read. */
async function injectedWhen(first: string, then: string) {
  const replaced = policyWith(then);
  let inForce = policyWith(first);
  const permitted = {
    decision: { obligations: [{ kind: 'credential', id: 'key', rules: ['use'] }] },
    requestTarget: '/',
    fields: [],
  } as unknown as Permitted;
  const services = {
    inForce: () => inForce,
    credentials: {
      value: () => {
        inForce = replaced;
        return Promise.resolve({ ok: true, value: 'sesame-open' });
      },
    },
  } as unknown as Services;
  return await openInjecting(permitted, services);
}

describe('openInjecting(), with a policy that is replaced while the value is read', () => {
  it('goes on where the credential is declared as it was', async () => {
    expect(await injectedWhen('{ bearer: true }', '{ bearer: true }')).toMatchObject({ ok: true });
  });

  it('puts nothing where the policy in force would not', async () => {
    expect(await injectedWhen('{ bearer: true }', '{ header: X-Key, value: "{}" }')).toEqual({
      ok: false,
      failure: {
        code: 'credential_unavailable',
        detail: 'The credential key: The policy declares it in another way since this request was decided on',
      },
    });
  });
});
