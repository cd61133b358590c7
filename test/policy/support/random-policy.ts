import * as fc from 'fast-check';
import { CountrySet } from '../../../src/core/place/country-set.ts';
import type { CountryCode } from '../../../src/core/place/country.ts';
import { contentRead } from '../../../src/core/exchange/content-facts.ts';
import type {
  ActionAttributes,
  ContentFacts,
  DecisionRequest,
  SubjectAttributes,
} from '../../../src/core/exchange/decision.ts';
import type { AddressFacts, DestinationFacts, NameFacts } from '../../../src/core/place/evidence.ts';
import type { AgentId, DestinationId, PolicyDigest, RuleId } from '../../../src/core/ids.ts';
import type { PlaceSet } from '../../../src/core/place/place.ts';
import type { CompiledDestination, CompiledPolicy, CompiledRule } from '../../../src/policy/model.ts';
import type { HostPattern } from '../../../src/wire/name/host-pattern.ts';
import { parseCidr } from '../../../src/wire/address/cidr.ts';
import { address, ip, named, NOW, place } from './decision-case.ts';

/** Small worlds in which everything is likely to meet: three names, two networks, two agents, few of everything else. */
const AGENTS = ['bot', 'other'] as AgentId[];
const POSITION = { file: 'random.yaml', line: 1, column: 1 };

const pattern: fc.Arbitrary<HostPattern> = fc.constantFrom<HostPattern>(
  { kind: 'exact', name: 'a.example', text: 'a.example' },
  { kind: 'exact', name: 'b.example', text: 'b.example' },
  { kind: 'suffix', suffix: 'example', text: '*.example' },
  { kind: 'any', text: '*' },
);
const block = fc.constantFrom('20.0.0.0/8', '20.1.0.0/16', '30.0.0.0/8', '20.1.1.1/32').map((text) => {
  const parsed = parseCidr(text);
  if (!parsed.ok) throw new Error(parsed.failure);
  return parsed.value;
});
const placeSetWith = (open: fc.Arbitrary<PlaceSet['open']>): fc.Arbitrary<PlaceSet> =>
  fc.record({
    any: fc.constant(false),
    countries: fc
      .uniqueArray(fc.constantFrom('DE', 'FR', 'US'), { minLength: 1 })
      .map((codes) => CountrySet.of(codes as CountryCode[])),
    regions: fc.constant<ReadonlySet<string>>(new Set()),
    open,
    label: fc.constant('places'),
  });
const placeSet = placeSetWith(fc.constant(new Set()));
/** Only a transfer can name places that are open. */
const transferSet = placeSetWith(
  fc.uniqueArray(fc.constantFrom('global', 'anycast', 'unknown')).map((names) => new Set(names)),
);

function rarely<T>(key: string, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return optional(key, arbitrary, 0.3);
}

function optional<T>(key: string, arbitrary: fc.Arbitrary<T>, share = 0.85): fc.Arbitrary<Record<string, T>> {
  const absent = { weight: 100 - share * 100, arbitrary: fc.constant(undefined) };
  return fc.oneof({ weight: share * 100, arbitrary }, absent).map((value) => (value === undefined ? {} : { [key]: value }));
}

const except = fc.record(
  { hosts: fc.array(pattern, { maxLength: 1 }), addresses: fc.array(block, { maxLength: 1 }), places: placeSet },
  { requiredKeys: ['hosts', 'addresses'] },
);
const destination: fc.Arbitrary<Omit<CompiledDestination, 'id' | 'position'>> = fc
  .tuple(
    optional('hosts', fc.array(pattern, { minLength: 1, maxLength: 2 })),
    rarely('addresses', fc.array(block, { minLength: 1, maxLength: 2 })),
    rarely('places', placeSet),
    rarely('except', except),
    fc.constantFrom([443], [443], [443, 8443], [80]),
    fc.constantFrom<'all' | 'filter'>('all', 'all', 'filter'),
    rarely(
      'attest',
      fc.record({
        place: fc.constantFrom('DE', 'US', 'eu').map(place),
        covers: fc.constantFrom(['entry'], ['processing', 'storage'], ['entry', 'processing', 'storage']),
        basis: fc.constant('word'),
        until: fc.constantFrom(NOW - 1, NOW + 1),
      }),
    ),
  )
  .map(([hosts, addresses, places, exceptions, ports, addressesMode, attest]) => ({
    ...hosts,
    ...addresses,
    ...places,
    ...exceptions,
    ...attest,
    ports,
    addressesMode,
    frameworks: new Set<string>(),
  }));

const V1 = { text: '/v1/**', matches: (path: string) => path.startsWith('/v1/') };
const rule: fc.Arbitrary<Omit<CompiledRule, 'id' | 'position' | 'to'>> = fc
  .tuple(
    rarely(
      'agents',
      fc.uniqueArray(fc.constantFrom(...AGENTS), { minLength: 1 }).map((ids) => new Set(ids)),
    ),
    rarely('methods', fc.constantFrom(new Set(['GET']), new Set(['POST']))),
    rarely('paths', fc.constant([V1])),
    rarely(
      'content',
      fc.record({
        entities: fc.constantFrom(['email'], ['iban'], ['email', 'iban']),
        max: fc.constantFrom(1024, 4096),
      }),
    ),
    optional('effect', fc.constantFrom('permit', 'permit', 'permit', 'hold', 'deny')),
    optional(
      'transfer',
      fc.record({ to: transferSet, basis: fc.constantFrom('scc', 'public-data'), until: fc.constantFrom(NOW - 1, NOW + 1) }),
    ),
    fc.boolean(),
    fc.boolean(),
    fc.constantFrom([], [], ['x-ticket']),
    fc.boolean(),
    fc.constantFrom('deny', 'deny', 'hold', 'pass'),
  )
  .map(([agents, methods, paths, content, effect, transfer, inspect, orUnknown, require, masks, opaque]) => ({
    ...agents,
    ...methods,
    ...paths,
    ...content,
    ...effect,
    ...transfer,
    masks: {
      request: masks ? [{ entities: ['email'], as: 'redact', in: ['content'], unreadable: 'deny' }] : [],
      response: [],
    },
    limits: [],
    recordContent: false,
    inspect,
    tunnel: { protocol: 'tls', sni: 'required' },
    orUnknown,
    agentCredentials: 'pass',
    headers: { set: {}, require, remove: [] },
    length: 'spool',
    signed: 'deny',
    opaque,
  })) as unknown as fc.Arbitrary<Omit<CompiledRule, 'id' | 'position' | 'to'>>;

export const randomPolicy: fc.Arbitrary<CompiledPolicy> = fc
  .array(destination, { minLength: 1, maxLength: 4 })
  .chain((destinations) => {
    const position = fc.integer({ min: 0, max: destinations.length - 1 });
    const to = fc.oneof(
      { weight: 4, arbitrary: fc.uniqueArray(position, { minLength: 1, maxLength: 3 }) },
      { weight: 1, arbitrary: fc.constant('any' as const) },
    );
    return fc.array(fc.tuple(rule, to), { maxLength: 6 }).map((rules) => ({
      digest: 'sha256:random' as PolicyDigest,
      agents: [],
      jurisdictions: new Map(),
      destinations: destinations.map((each, index) => ({ ...each, id: `d${index}` as DestinationId, position: POSITION })),
      rules: rules.map(([each, target], index) => ({ ...each, to: target, id: `r${index}` as RuleId, position: POSITION })),
      credentials: [],
      entities: [],
    }));
  });

const evidenceOf = fc.constantFrom(
  '',
  ' range:DE',
  ' range:DE',
  ' range:DE',
  ' range:DE',
  ' range:FR',
  ' range:US',
  ' geoip:DE',
  ' geoip:US',
  ' anycast:anycast',
  ' range:DE!',
  ' override:DE',
  ' range:FR geoip:US',
);
const addressFacts: fc.Arbitrary<AddressFacts> = fc
  .tuple(
    fc.constantFrom('20.0.0.1', '20.1.1.1', '20.1.2.1', '30.0.0.1', '40.0.0.1', '40.0.0.2', '40.0.0.3', '10.0.0.1'),
    fc.constantFrom('', '+'),
    evidenceOf,
  )
  .map(([text, inside, words]) => address(`${text}${inside}${words}`));

const nameFacts: fc.Arbitrary<NameFacts> = fc
  .record({
    places: fc.record({ entry: label(), processing: label(), storage: label() }, { requiredKeys: [] }),
    servedFromAnywhere: fc.boolean(),
    processesElsewhere: fc.boolean(),
  })
  .map(({ places, ...facts }) => named(places, facts));

function label(): fc.Arbitrary<string> {
  return fc.constantFrom('DE', 'US', 'eu', 'global', 'unknown');
}

const randomSubject: fc.Arbitrary<SubjectAttributes> = fc.record({
  agent: fc.constantFrom(...AGENTS),
  home: fc.constantFrom('DE', 'any', 'any').map((text) => ({
    any: text === 'any',
    countries: CountrySet.of(['DE', 'FR'] as CountryCode[]),
    label: text,
  })),
  mode: fc.constantFrom('enforce', 'enforce', 'observe'),
});

/** Read content was looked through for both entities that rules ask for. */
const contentFacts: fc.Arbitrary<ContentFacts> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(100, 100, 2000, 5000), fc.constantFrom(0, 0, 1), fc.constantFrom(0, 0, 2))
      .map(([length, email, iban]) =>
        contentRead(
          length,
          ['email', 'iban'],
          new Map([
            ['email', email],
            ['iban', iban],
          ]),
        ),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<ContentFacts>(
      { kind: 'too-large' },
      { kind: 'unreadable', detail: 'no gzip' },
      { kind: 'opaque' },
    ),
  },
);

const bare: fc.Arbitrary<ActionAttributes> = fc.record({
  kind: fc.constant('intercepted'),
  visibility: fc.constant('inspected'),
  scheme: fc.constant('https'),
  method: fc.constantFrom('GET', 'POST'),
  path: fc.constantFrom('/v1/a', '/v2/a'),
  mediaType: fc.constantFrom('none', 'application/json'),
  fieldNames: fc.constantFrom<ReadonlySet<string>>(new Set(), new Set(['x-ticket'])),
});

const action = fc
  .tuple(bare, contentFacts)
  .map(([attributes, content]) => (attributes.mediaType === 'none' ? attributes : { ...attributes, content }));

const resource: fc.Arbitrary<DestinationFacts> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom('a.example', 'b.example', 'x.a.example', 'other.test'),
        fc.uniqueArray(addressFacts, { minLength: 1, maxLength: 2, selector: (facts) => facts.address.text }),
        rarely('name', nameFacts),
        fc.constantFrom(443, 443, 443, 8443),
      )
      .map(([name, addresses, facts, port]) => ({ host: { kind: 'name' as const, name }, port, addresses, ...facts })),
  },
  {
    weight: 1,
    arbitrary: addressFacts.map((facts) => ({
      host: { kind: 'address' as const, address: ip(facts.address.text) },
      port: 443,
      addresses: [facts],
    })),
  },
);

/** A request with everything known. */
export const randomRequest: fc.Arbitrary<DecisionRequest> = fc.record({
  subject: randomSubject,
  action,
  resource,
  environment: fc.constant({ now: NOW }),
});

/** What of a request can be unknown for a time. */
export const HIDEABLE = ['method', 'path', 'mediaType', 'fieldNames', 'content', 'addresses'] as const;

export const randomHidden = fc.uniqueArray(fc.constantFrom(...HIDEABLE), { minLength: 1 });

/** The request with some of it not known yet. A literal address is known always. */
export function hide(request: DecisionRequest, hidden: readonly (typeof HIDEABLE)[number][]): DecisionRequest {
  const isHidden = (key: string): boolean => (hidden as readonly string[]).includes(key);
  const keep = <T extends object>(object: T): T =>
    Object.fromEntries(Object.entries(object).filter(([key]) => !isHidden(key))) as T;
  return {
    ...request,
    action: keep(request.action),
    resource: request.resource.host.kind === 'name' ? keep(request.resource) : request.resource,
  };
}
