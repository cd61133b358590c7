import { stringify } from 'yaml';
import { createTestCa, type ServerCertificate, type TestCa } from './certificates.ts';
import { startDnsServer, type DnsServerHandle, type NameScript } from './dns-server.ts';
import { startGateway, type Gateway, type GatewayOptions } from './gateway.ts';
import { startOrigin, type Origin, type OriginOptions } from './origin.ts';
import { httpsThrough, http2Through, type Http2Client, type TlsOptions } from './tunnel-client.ts';
import { RawConnection } from './raw-client.ts';

/** Countries of the laboratory: each is a block of loopback that the policy declares to be there. */
export const COUNTRIES = { DE: '127.0.10', US: '127.0.20', FR: '127.0.30' } as const;
export type LabCountry = keyof typeof COUNTRIES;

export interface LabOriginOptions extends Omit<OriginOptions, 'address' | 'tls'> {
  readonly country: LabCountry;
  /** `good` (for its name and its address), a certificate of one's own, or cleartext when absent. */
  readonly tls?: 'good' | ServerCertificate | OriginOptions['tls'];
  /** Further keys of its destination. */
  readonly destination?: object;
}

export interface LabOptions {
  /** Origins by host name, such as `api.de.lab.example`; each gets an address of its own in its country. */
  readonly origins: Readonly<{ [name: string]: LabOriginOptions }>;
  /**
   * One YAML flow mapping per rule, `{ id: a, to: [api-de-lab-example], then: permit }`, or the text of a whole file. Every origin is a destination: `api.de.lab.example` has the id
   * `api-de-lab-example`, its address alone `api-de-lab-example-address`.
   */
  readonly rules: readonly string[] | string;
  /** Lie beside the policy files, such as what destinations name under `tls`. */
  readonly files?: Readonly<{ [file: string]: string }>;
  /** Instead of the agent `lab`: home eu, identified by any loopback source. */
  readonly agents?: readonly object[];
  /** Names besides those of the origins. */
  readonly dns?: Readonly<Record<string, NameScript>>;
  readonly settings?: GatewayOptions['settings'];
  readonly gateway?: Partial<GatewayOptions>;
}

/** DNS, origins in "countries", a CA and the gateway between them, all on loopback. */
export interface Lab extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly dns: DnsServerHandle;
  /** Vouches for the origins; the gateway trusts it for internal destinations. */
  readonly ca: TestCa;
  origin(name: string): Origin;
  /** `name:port` of an origin. */
  authority(name: string): string;
  /** A plain connection to the proxy, from an address of loopback where one is given. */
  connect(from?: string): Promise<RawConnection>;
  /** HTTP/1.1 in an intercepted tunnel, verified against the gateway's CA. */
  https(name: string, options?: TlsOptions): Promise<RawConnection>;
  /** HTTP/2 in an intercepted tunnel, verified against the gateway's CA. */
  http2(name: string, options?: TlsOptions): Promise<Http2Client>;
  /** The policy files that `rules` would make: for {@link Gateway.reload}. */
  policy(rules: LabOptions['rules']): Readonly<{ [file: string]: string }>;
}

/** Starts everything; `await using` stops it in the opposite order. */
export async function startLab(options: LabOptions): Promise<Lab> {
  await using started = new AsyncDisposableStack();
  const ca = await createTestCa('Laboratory root');
  const origins = await startOrigins(options.origins, ca, started);
  const dns = started.use(await startDnsServer({ ...addressScripts(origins), ...options.dns }));
  const policy = (rules: LabOptions['rules']): { [file: string]: string } => policyFiles(options, origins, rules);
  const gateway = started.use(
    await startGateway({
      rules: policy(options.rules),
      dns: dns.address,
      trust: [ca.pem],
      ...(options.settings !== undefined && { settings: options.settings }),
      ...options.gateway,
    }),
  );
  const resources = started.move();
  const origin = (name: string): Origin => required(origins, name);
  const authority = (name: string): string => `${name}:${origin(name).port}`;
  const trusting = async (extra: TlsOptions = {}): Promise<TlsOptions> => ({ ca: await gateway.caPem(), ...extra });
  return {
    gateway,
    dns,
    ca,
    origin,
    authority,
    policy,
    connect: (from) => RawConnection.open(gateway.proxy, from),
    https: async (name, extra) => httpsThrough(gateway.proxy, authority(name), await trusting(extra)),
    http2: async (name, extra) => http2Through(gateway.proxy, authority(name), await trusting(extra)),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function startOrigins(
  wanted: LabOptions['origins'],
  ca: TestCa,
  started: AsyncDisposableStack,
): Promise<ReadonlyMap<string, Origin>> {
  const origins = new Map<string, Origin>();
  for (const [name, { country, tls, destination: _, ...rest }] of Object.entries(wanted)) {
    const address = `${COUNTRIES[country]}.${origins.size + 1}`;
    const secure = tls === 'good' ? await ca.good(name, address) : tls;
    origins.set(name, started.use(await startOrigin({ ...rest, address, ...(secure !== undefined && { tls: secure }) })));
  }
  return origins;
}

function addressScripts(origins: ReadonlyMap<string, Origin>): Record<string, NameScript> {
  return Object.fromEntries([...origins].map(([name, { address }]) => [name, { addresses: [address] }]));
}

const DEFAULT_AGENT = { id: 'lab', home: 'eu', identify: [{ cidr: ['127.0.0.0/8'] }] };

function policyFiles(
  options: LabOptions,
  origins: ReadonlyMap<string, Origin>,
  rules: LabOptions['rules'],
): { [file: string]: string } {
  const destinations = [...origins].flatMap(([name, origin]) => {
    const id = name.replaceAll(/[^a-z0-9]+/g, '-');
    const { country: place, destination } = required(new Map(Object.entries(options.origins)), name);
    const shared = { addresses: [`${origin.address}/32`], ports: [origin.port], internal: { place } };
    return [
      { id, hosts: [name], ...shared, ...destination },
      { id: `${id}-address`, ...shared },
    ];
  });
  return {
    ...options.files,
    // A policy has no aliases.
    'lab.yaml': stringify(
      { cordon: 1, agents: options.agents ?? [DEFAULT_AGENT], destinations },
      { aliasDuplicateObjects: false },
    ),
    'rules.yaml': typeof rules === 'string' ? rules : ruleFile(rules),
  };
}

function ruleFile(rules: readonly string[]): string {
  return `cordon: 1\nrules: [\n${rules.map((rule) => `  ${rule},\n`).join('')}]\n`;
}

function required<T>(map: ReadonlyMap<string, T>, name: string): T {
  const found = map.get(name);
  if (found === undefined) throw new Error(`Found no origin "${name}", expected one of ${[...map.keys()].join(', ')}`);
  return found;
}
