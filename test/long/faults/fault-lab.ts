import { join } from 'node:path';
import { cordon } from '../../cli/cordon.ts';
import type { NameScript } from '../../support/dns-server.ts';
import { startLab, type Lab, type LabOptions } from '../../support/lab.ts';
import { BY_ADDRESS, DE, Traffic, US } from './traffic.ts';

export const RULES = [
  '{ id: permitted, to: [api-de-lab-example], paths: ["/address/**", "/token/**"], then: permit }',
  '{ id: held, to: [api-de-lab-example], paths: ["/held/**"], then: hold, approval: { by: [privacy], wait: 20s, expires: 30m } }',
  // Permitted by a rule, and kept by the residency floor alone.
  '{ id: abroad, to: [api-us-lab-example], then: permit }',
];

export type FaultLabOptions = Pick<LabOptions, 'settings' | 'gateway'> & {
  /** What the origin at home does; it echoes unless given. */
  readonly handler?: NonNullable<LabOptions['origins'][string]['handler']>;
};

/** Everything that the traffic of faults goes through; the token is an agent's, for as long as any test lasts. */
export async function startFaultLab({ settings, gateway, handler }: FaultLabOptions = {}): Promise<readonly [Lab, Traffic]> {
  const lab = await startLab({
    agents: [
      { id: 'machine', home: 'eu', identify: [{ cidr: [`${BY_ADDRESS}/32`] }] },
      { id: 'bot', home: 'eu', identify: [{ token: true }] },
    ],
    origins: { [DE]: { country: 'DE', ...(handler !== undefined && { handler }) }, [US]: { country: 'US' } },
    rules: RULES,
    settings: { node: { place: 'DE' }, ...settings },
    ...(gateway !== undefined && { gateway }),
  });
  // Names are asked for again and again: what is kept would hide a name server that is gone.
  lab.dns.script(DE, answered(lab.origin(DE).address));
  const { directory } = lab.gateway;
  const argv = ['--config', join(directory, 'cordon.yaml'), 'token', 'mint', '--agent', 'bot', '--ttl', '48h'];
  const minted = await cordon(argv, directory);
  if (minted.code !== 0) throw new Error(minted.err);
  return [lab, new Traffic(minted.out.trim())];
}

/** What the name server says of an origin. */
export function answered(address: string): NameScript {
  return { addresses: [address], ttl: 1 };
}
