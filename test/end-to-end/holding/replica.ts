import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, type GatewayOptions } from '../../support/gateway.ts';
import type { Lab, LabOptions } from '../../support/lab.ts';
import { RawConnection } from '../../support/raw-client.ts';

type Started = Pick<GatewayOptions, 'settings' | 'directory' | 'keepDirectory'>;

/** One more gateway in a laboratory, under the same policy: `await using` stops it, and leaves the laboratory alone. */
export async function startAnother(lab: Lab, rules: LabOptions['rules'], options: Started): Promise<Lab> {
  const gateway = await startGateway({ rules: lab.policy(rules), dns: lab.dns.address, trust: [lab.ca.pem], ...options });
  return {
    ...lab,
    gateway,
    connect: (from) => RawConnection.open(gateway.proxy, from),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

/** A replica of the gateway of a laboratory: with its keys and its CA, and the store that its settings name. */
export async function startReplica(lab: Lab, rules: LabOptions['rules'], settings: Started['settings']): Promise<Lab> {
  const directory = await mkdtemp(join(tmpdir(), 'cordon-lab-'));
  for (const shared of ['data/keys', 'data/ca']) {
    await cp(join(lab.gateway.directory, shared), join(directory, shared), { recursive: true });
  }
  return startAnother(lab, rules, { directory, ...(settings !== undefined && { settings }) });
}
