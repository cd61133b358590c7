/**
 * Every setting of `cordon.yaml` (contract §6) with its unit, default and meaning: the one source of validation, of the
 * {@link Settings} type, of `serve --print-config` and of `docs/settings.md`. Members are named as people write them.
 *
 * The table holds settings whose machinery comes with a later version too: a file that is right stays right.
 */
import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import type { Cidr, IpAddress } from '../core/address.ts';
import type { Milliseconds } from '../core/units.ts';
import { WEBHOOK_EVENTS, WEBHOOK_FORMATS } from '../core/webhooks/webhook-event.ts';
import { vault } from './sections/vault-schema.ts';
import { section, written, text, path, place, url, secret, duration, size, address, list, choice } from './setting-kinds.ts';
import type { SettingNode } from './setting-node.ts';
import type { SocketAddress } from './setting-text.ts';

/** A canonical DNS name: lower case, no trailing dot. */
const HOST_NAME = '^(?!.*\\.$)(?=.{1,253}$)(?:[a-z0-9_][a-z0-9_\\-]{0,62}(?:\\.|$))+$';

const serverCertificate = {
  certificate: path('Certificate chain, PEM.'),
  key: path('Private key, PEM.'),
};

const groupRoles = Type.Record(
  Type.String(),
  section('What members of a group of the identity provider may do.', {
    role: choice(['viewer', 'approver', 'auditor', 'operator', 'admin'], 'Role.'),
    groups: list(text('Group.'), 'Approver groups.', { single: true, default: [] }),
    places: list(place('Place.'), 'Places the role is scoped to; empty: all.', { single: true, default: [] }),
  }),
  { description: 'Roles by group of the identity provider.', default: {} },
);

const proxyListener = section(
  'One proxy listener.',
  {
    address: address('Where it listens.'),
    tls: Type.Optional(
      section('Serve the proxy itself over TLS.', {
        ...serverCertificate,
        'client-ca': Type.Optional(path('Trust anchors for client certificates, PEM.')),
        crl: Type.Optional(path('Revocation lists of who vouches for client certificates, PEM or DER.')),
      }),
    ),
    'proxy-protocol': Type.Optional(
      section('Take the source address from a PROXY protocol header.', {
        from: list(written<Cidr>('cidr', 'Address block.'), 'Load balancers that may send the header.', { single: true }),
      }),
    ),
    socks: Type.Optional(Type.Boolean({ description: 'Speak SOCKS5 as well.' })),
    denials: choice(
      ['connect', 'inside'],
      'Answer a refused CONNECT at once, or inside a tunnel that ends at the gateway.',
      'connect',
    ),
  },
  { shorthand: 'address' },
);

const adminListener = section(
  'The admin API and console. Other than loopback needs `tls`.',
  {
    address: address('Where it listens.'),
    tls: Type.Optional(section('Certificate of the admin API.', serverCertificate)),
  },
  { shorthand: 'address', default: '127.0.0.1:3129' },
);

const kept = (description: string) => Type.Optional(written<Milliseconds>('duration', description));

const retentionTerms = {
  metadata: duration('400d', 'Who asked for what, and what came of it: decisions and outcomes.'),
  content: kept('Of `record: content`: its keys are destroyed then. Unset: as `metadata`; never longer.'),
  admin: kept('What people and policy changed. Unset: as `metadata`.'),
  homes: Type.Record(
    Type.String(),
    section('Of the agents that are at home there.', {
      metadata: kept('Unset: that of all homes.'),
      content: kept('Unset: that of all homes, as far as `metadata` goes.'),
    }),
    { description: 'Other terms by home, named as policy and record name it: `eu`, `DE`, `DE+FR`.', default: {} },
  ),
};

const retention = section(
  'How long records are kept; what is older is removed, on the record. One duration for everything, or by kind and home.',
  retentionTerms,
  { shorthand: 'metadata', default: '400d' },
);

const recordKey = {
  key: Type.Optional(
    secret(
      'The key that opens the record, 32 bytes in base64. Best kept in the environment variable. Unset: `keys/records.key`.',
    ),
  ),
  'key-file': Type.Optional(path('A file with that key, 32 bytes.')),
  'former-keys': list(path('File.'), 'Keys that the record was sealed with before: older segments are read with them.', {
    single: true,
    default: [],
  }),
};

const recordStore = section('The records of the agents that are at home in a jurisdiction.', {
  for: list(
    text('A country, a built-in set, or `any`.'),
    'Homes: of the stores that hold a whole home, the narrowest has its records. What is several names is one jurisdiction.',
    { single: true },
  ),
  directory: path('Where they lie; not in that of another store.'),
  place: place('Where that is: inside `for`, inside `node.place`, and inside the home of every agent that is served.'),
  default: Type.Boolean({
    description: 'What concerns no agent, such as starts, reloads and what people do, is recorded here; exactly one says so.',
    default: false,
  }),
  durability: Type.Optional(choice(['batched', 'strict'], 'Unset: `recordings.durability`.')),
  ...recordKey,
  key: Type.Optional(secret('As `recordings.key`. Unset: a key of its own below `keys`, named after `for`.')),
  retention: Type.Optional(section('Unset: `recordings.retention`.', retentionTerms, { shorthand: 'metadata' })),
});

const SETTINGS = section('cordon.yaml', {
  listen: section('Where the gateway listens.', {
    proxy: list(proxyListener, 'Proxy listeners: one address, or a list.', { single: true, default: '127.0.0.1:3128' }),
    admin: adminListener,
  }),
  node: section('This machine.', {
    place: Type.Optional(place('Where it stands. Unset: local stores count as unstated, and nothing remote starts.')),
    metadata: Type.Optional(
      choice(['aws', 'gcp', 'azure'], 'Cloud whose metadata service the gateway asks where it runs: `place` has to agree.'),
    ),
  }),
  data: section('State.', {
    directory: path('Keys, CA, store, records, spool and tables lie in it.', { default: 'data' }),
    place: Type.Optional(place('Where it lies.', { follows: 'node.place' })),
    keys: Type.Optional(
      secret('The key set that replicas of a fleet share, as `cordon keys export` writes it. Unset: `keys/` in `directory`.'),
    ),
    'keys-file': Type.Optional(path('A file with that key set.')),
  }),
  rules: path('Directory of the policy files.', { default: 'rules' }),
  authority: list(
    text('File name inside `rules`.'),
    'The only policy files that may declare agents, jurisdictions, attestations, internal destinations, transfers and credentials; empty: every file may.',
    { single: true, default: [] },
  ),
  resolver: section('Name look-ups.', {
    servers: Type.Union(
      [Type.Literal('system'), list(written<SocketAddress>('name-server', 'Address.'), 'Servers.', { single: true })],
      {
        description: 'Name servers to ask; `system` takes those of the machine.',
        default: 'system',
      },
    ),
    hosts: Type.Record(
      Type.String({ pattern: HOST_NAME }),
      list(written<IpAddress>('ip', 'Address.'), 'Addresses.', { single: true }),
      {
        description: 'Fixed answers, by name.',
        default: {},
      },
    ),
    timeout: duration('5s', 'How long a look-up may take in all.'),
  }),
  geo: section('Evidence about places.', {
    databases: list(path('File.'), 'Further GeoIP databases (MMDB).', { single: true, default: [] }),
    overrides: list(
      section('An attestation for addresses.', {
        cidr: written<Cidr>('cidr', 'Address block.'),
        place: place('Where it is.'),
        basis: Type.Optional(text('Who says so.')),
      }),
      'Places that the operator states for address blocks.',
      { default: [] },
    ),
    maxmind: Type.Optional(
      section('Account at MaxMind, whose country database `geo update` then fetches.', {
        account: Type.Integer({ minimum: 1, maximum: 999_999_999_999, description: 'Account id.' }),
        'licence-key': secret('Licence key of the account. Best kept in the environment variable.'),
        edition: choice(['GeoLite2-Country', 'GeoIP2-Country'], 'The free database, or the paid one.', 'GeoLite2-Country'),
      }),
    ),
    trust: choice(
      ['agreeing', 'single'],
      'Whether two GeoIP databases must agree to prove that an address is inside, or one is enough.',
      'agreeing',
    ),
    'max-age': section('Older tables prove nothing.', {
      ranges: duration('45d', 'Cloud range tables.'),
      geoip: duration('240d', 'GeoIP databases.'),
    }),
    update: Type.Union([Type.Literal('off'), written<Milliseconds>('duration', 'Interval.')], {
      description: 'How often the tables are fetched anew.',
      default: 'off',
    }),
  }),
  store: section('Shared state.', {
    url: written<string>('database', '`sqlite` keeps it in the data directory; a PostgreSQL URL shares it.', {
      default: 'sqlite',
      secret: true,
    }),
    place: Type.Optional(place('Where it lies. A PostgreSQL database has to state it.', { follows: 'data.place' })),
  }),
  recordings: section(
    'The record of every exchange. A list is a list of `stores`.',
    {
      place: Type.Optional(place('Where it lies.', { follows: 'data.place' })),
      durability: choice(
        ['batched', 'strict'],
        'When a record counts as written: when the kernel has it, flushed to disk within 50 ms, or when the disk has it.',
        'batched',
      ),
      ...recordKey,
      retention,
      index: choice(
        ['on', 'off'],
        'Whether exchanges and sessions are indexed, which API, console and `cordon sessions list` read.',
        'on',
      ),
      'content-limit': size('1MiB', 'How much text of one message `record: content` records.'),
      stores: list(recordStore, 'Where the records of agents lie by their home; empty: all in `data.directory`.', {
        default: [],
      }),
    },
    { listed: 'stores' },
  ),
  approvals: section('Held requests.', {
    retention: duration(
      '90d',
      'How long those that came to their end, and grants that did, are kept; decisions are on the record.',
    ),
  }),
  secrets: section('Values of credentials, and signing secrets of webhooks.', {
    provider: choice(
      ['file', 'environment', 'mount', 'vault'],
      'Where they are: sealed files of `cordon secrets set`, `CORDON_SECRET_<NAME>` of the process, files that others mount, or a Vault.',
      'file',
    ),
    directory: Type.Optional(path('Where they are mounted, a file for each; with `provider: mount`.')),
    vault: Type.Optional(vault),
  }),
  limits: section('Bounds of the process.', {
    connections: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 20_000, description: 'Client connections at once.' }),
    'header-size': size('16KiB', 'Largest header section.'),
    spool: size('1GiB', 'Content that waits on disk, in all.'),
    'content-memory': size('1MiB', 'Content of one exchange kept in memory before it goes to the spool.'),
  }),
  workers: Type.Union([Type.Literal('auto'), Type.Integer({ minimum: 1, maximum: 256 })], {
    description: 'Processes that share the listeners; `auto`: one for each core.',
    default: 1,
  }),
  log: section('The log of the process; exchanges are in the record, not here.', {
    level: choice(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'The least severe level that is written.',
      'info',
    ),
  }),
  trust: list(path('PEM file.'), 'Extra trust anchors, for internal destinations only.', { single: true, default: [] }),
  tls: section('Interception.', {
    ca: Type.Optional(section('A CA of your own; unset: one is made at first start.', serverCertificate)),
  }),
  'upstream-proxy': Type.Optional(
    section(
      'A proxy that everything leaves through: origins, and what the gateway asks for itself; not DNS, PostgreSQL and the metadata service.',
      {
        url: written<string>('proxy', 'HTTP proxy that takes CONNECT to addresses, over TLS with https.'),
        place: place('Where it is: inside `node.place`, and inside the home of every agent.'),
        secret: Type.Optional(
          text(
            'Name of a secret, set with `cordon secrets set`: `USER:PASSWORD`, sent as Basic; with https, or on this machine.',
          ),
        ),
      },
    ),
  ),
  traces: Type.Optional(
    section('OpenTelemetry traces: a span for each exchange.', {
      endpoint: url('Collector that takes OTLP/HTTP in JSON; without a path: `/v1/traces` there.'),
      place: place('Where it is: inside `node.place`.'),
      context: choice(
        ['cut', 'carry'],
        '`cut`: trace context of agents (`traceparent`, `tracestate`) ends at the gateway. `carry`: it goes on to origins, with the span of the gateway as parent.',
        'cut',
      ),
    }),
  ),
  oidc: Type.Optional(
    section('Sign-in of people.', {
      issuer: url('Issuer identifier.'),
      'client-id': text('Client of the gateway at the issuer.'),
      place: place('Where the issuer is.'),
      roles: groupRoles,
    }),
  ),
  saml: Type.Optional(
    section('Sign-in of people by SAML 2.0. The browser alone speaks with the provider.', {
      issuer: text('Entity id of the identity provider.'),
      'sign-in': url('Where it is asked (SingleSignOnService, HTTP-Redirect).'),
      certificate: path('The certificate that it signs with, PEM; several while it changes its key.'),
      'entity-id': text('Entity id of the gateway at the provider: what assertions must be made out to.'),
      mail: Type.Optional(text('Attribute with the mail address. Unset: the NameID, where its format says that it is one.')),
      groups: text('Attribute with the groups.', { default: 'groups' }),
      roles: groupRoles,
    }),
  ),
  'token-exchange': Type.Optional(
    section('Workloads that exchange a token of their platform for one of an agent; `identify: [{ oidc }]` says which.', {
      audience: text('What such a token must be made out to, alone: a name of this gateway.'),
      lifetime: duration('1h', 'How long a token that was exchanged serves.'),
      issuers: list(
        section('An issuer that is believed about its workloads.', {
          issuer: url('Issuer identifier, as its tokens state it.'),
          keys: Type.Optional(url('Where it publishes its keys (JWKS). Unset: where its metadata says, on the same host.')),
          place: place('Where that is.'),
          assertions: choice(
            ['once', 'until-expiry'],
            'Whether one of its tokens serves for one exchange, or for several until it ends, as a file in a pod that may restart.',
            'once',
          ),
        }),
        'Issuers.',
        { single: true },
      ),
    }),
  ),
  sinks: list(
    section('A place that records are copied to.', {
      type: choice(['http', 's3'], 'Kind of sink: a receiver of records over HTTP, or an S3-compatible store.'),
      url: Type.Optional(url('Of `http`: who takes the records, https, or http on this machine.')),
      secret: Type.Optional(
        text('Name of a secret, set with `cordon secrets set`: the signing key of `http`, `ID:SECRET` of `s3`.'),
      ),
      bucket: Type.Optional(text('Of `s3`: bucket.')),
      region: Type.Optional(text('Of `s3`: region of the bucket.')),
      endpoint: Type.Optional(url('Of `s3`: endpoint of the store, where it is not that of AWS.')),
      addressing: Type.Optional(
        choice(
          ['path', 'virtual'],
          'Of `s3`: where the bucket stands in URLs. Unset: `path` with an endpoint, else `virtual`.',
        ),
      ),
      'object-lock': Type.Optional(
        choice(['compliance', 'governance'], 'Of `s3`: the default retention that the bucket must have; without it no start.'),
      ),
      required: Type.Boolean({
        default: false,
        description: 'Whether new exchanges of agents are refused while it is further behind than `most-behind`.',
      }),
      'most-behind': duration('10m', 'How far behind a required one may be.'),
      'alarm-after': duration('5m', 'How far it may be behind before an alarm; another one tells when it is level again.'),
      place: place('Where it is: inside `node.place`, and inside the home of every agent that is served.'),
    }),
    'Copies of the record.',
    { default: [] },
  ),
  webhooks: list(
    section('A receiver of events.', {
      url: url('Receiver: https, or http on this machine.'),
      format: choice(
        WEBHOOK_FORMATS,
        'Standard Webhooks, or a message with a link for a chat: Slack, and what takes the like of its incoming webhooks.',
        'standard',
      ),
      secret: Type.Optional(text('Name of the signing secret, set with `cordon secrets set`. Only chats do without.')),
      place: place('Where the receiver is: inside `node.place`.'),
      events: list(choice(WEBHOOK_EVENTS, 'Event type.'), 'Events it gets.', { single: true }),
    }),
    'Receivers of events.',
    { default: [] },
  ),
});

type Written = Static<typeof SETTINGS>;

/** The settings in force, read and resolved: durations in milliseconds, sizes in bytes, paths absolute. */
export type Settings = Omit<Written, 'recordings' | 'upstream-proxy'> & {
  readonly recordings: Recordings;
  readonly 'upstream-proxy'?: UpstreamProxySetting;
};

/** `upstream-proxy`. */
export type UpstreamProxySetting = NonNullable<Written['upstream-proxy']> & {
  /** Where its members are written, for what is found out about it later: `cordon.yaml:3:7`. */
  readonly written: { readonly [M in 'url' | 'place' | 'secret']: string };
};

type Recordings = Omit<Written['recordings'], 'stores'> & {
  readonly stores: readonly RecordStoreSetting[];
  /** Homes that have terms of their own, as `retention` names them. */
  readonly writtenHomes?: readonly WrittenHome[];
};

/** A home, and where it is written: `cordon.yaml:3:7`. */
export interface WrittenHome {
  readonly home: string;
  readonly path: string;
  readonly where: string;
}

/** An entry of `recordings.stores`. */
export type RecordStoreSetting = Written['recordings']['stores'][number] & {
  /** Where its members are written, for what is found out about it later: `cordon.yaml:3:7`. */
  readonly written: { readonly [M in 'for' | 'directory' | 'place']: string };
};

/** The table as reading, printing and the generated page walk it. */
export const SETTINGS_NODE = SETTINGS as unknown as SettingNode;
