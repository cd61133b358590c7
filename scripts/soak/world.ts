import { randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { cordon } from '../../test/cli/cordon.ts';
import { createTestCa } from '../../test/support/certificates.ts';
import { startDnsServer, type DnsServerHandle } from '../../test/support/dns-server.ts';
import { startGateway, type Gateway } from '../../test/support/gateway.ts';
import type { Ledger } from './ledger.ts';
import { NAMES, startOrigins, type Origins } from './origins.ts';

/** A gateway as a person would run it, with all that it serves and all that it talks to, on loopback. */
export interface World extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly origins: Origins;
  readonly dns: DnsServerHandle;
  /** PEM of the CA that clients of intercepted tunnels trust. */
  readonly caPem: string;
  /** Field of the admin API for somebody who may approve. */
  readonly approver: { readonly authorization: string };
  /** Puts the next version of the policy in force; versions differ in a rule that no traffic meets. */
  reload(): Promise<void>;
}

export async function startWorld(ledger: Ledger): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const ca = await createTestCa('Soak root');
  const origins = stack.use(await startOrigins(ca, ledger));
  const { plain, secure, abroad, sink } = origins;
  const dns = stack.use(
    await startDnsServer({
      [NAMES.plain]: { addresses: [plain.address] },
      [NAMES.secure]: { addresses: [secure.address] },
      [NAMES.abroad]: { addresses: [abroad.address] },
    }),
  );
  const gateway = stack.use(
    await startGateway({
      rules: policy(origins, 0),
      dns: dns.address,
      trust: [ca.pem],
      settings: {
        node: { place: 'DE' },
        sinks: [{ type: 'http', url: `https://${sink.authority}/records`, secret: 'sink', place: 'DE' }],
      },
      keepDirectory: true,
    }),
  );
  await giveSecret(gateway);
  const approver = { authorization: `Bearer ${await mintApprover(gateway)}` };
  const caPem = await gateway.caPem();
  let version = 0;
  const resources = stack.move();
  return {
    gateway,
    origins,
    dns,
    caPem,
    approver,
    reload: async () => {
      // Moved into its place: a file that is written there is seen empty, and an empty policy knows no agent.
      const written = join(gateway.directory, 'policy.next');
      await writeFile(written, policy(origins, ++version), { mode: 0o600 });
      await rename(written, join(gateway.directory, 'rules/policy.yaml'));
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** @param version of the rule that differs from one policy to the next */
function policy({ plain, secure, abroad }: Origins, version: number): string {
  const destination = (id: string, host: string, { address, port }: Origins['plain'], place: string): object => ({
    id,
    hosts: [host],
    addresses: [`${address}/32`],
    ports: [port],
    internal: { place },
  });
  return stringify({
    cordon: 1,
    agents: [{ id: 'soak', home: 'eu', identify: [{ cidr: ['127.0.0.0/8'] }] }],
    destinations: [
      destination('plain', NAMES.plain, plain, 'DE'),
      destination('secure', NAMES.secure, secure, 'DE'),
      destination('abroad', NAMES.abroad, abroad, 'US'),
    ],
    rules: rules(version),
  });
}

function rules(version: number): readonly unknown[] {
  return parse(`
- { id: germany, to: [plain, secure], paths: ["/plain/**", "/h1/**", "/h2/**", "/sse/**", "/websocket/**"], then: permit }
- { id: masked, to: [secure], paths: ["/masked/**"], then: permit, mask: { request: [pii] }, record: content }
- { id: held, to: [plain], paths: ["/held/**"], then: hold, approval: { by: [privacy], wait: 60s, expires: 2m } }
- { id: without-transfer, to: [abroad], then: permit }
- { id: never-met, to: [plain], paths: ["/version-${version}"], then: permit }
`) as readonly unknown[];
}

async function giveSecret({ directory }: Gateway): Promise<void> {
  const args = ['--config', join(directory, 'cordon.yaml'), 'secrets', 'set', 'sink'];
  const { code, err } = await cordon(args, directory, {}, `whsec_${randomBytes(32).toString('base64')}\n`);
  if (code !== 0) throw new Error(err);
}

async function mintApprover(gateway: Gateway): Promise<string> {
  const { content, status } = await gateway.adminAsk('/v1/tokens', {
    json: { person: 'paul@soak.example', role: 'approver', groups: ['privacy'] },
    headers: { authorization: `Bearer ${await gateway.adminToken()}` },
  });
  if (status >= 300) throw new Error(`Found ${status} from /v1/tokens, expected a token: ${JSON.stringify(content)}`);
  return (content as { token: string }).token;
}
