import type { CountryCode } from '../../../src/core/place/country.ts';
import { CountrySet } from '../../../src/core/place/country-set.ts';
import type { IpAddress } from '../../../src/core/address.ts';
import { contentRead } from '../../../src/core/exchange/content-facts.ts';
import type {
  ActionAttributes,
  ContentFacts,
  Decision,
  DecisionRequest,
  SubjectAttributes,
} from '../../../src/core/exchange/decision.ts';
import type { AddressFacts, DestinationFacts, Evidence, EvidenceKind, NameFacts } from '../../../src/core/place/evidence.ts';
import type { AgentId } from '../../../src/core/ids.ts';
import { ANYCAST, countryPlace, GLOBAL, UNKNOWN, type Place } from '../../../src/core/place/place.ts';
import { decide } from '../../../src/policy/decide.ts';
import type { CompiledDestination, CompiledRule } from '../../../src/policy/model.ts';
import { prepare, type PreparedPolicy } from '../../../src/policy/target-index.ts';
import { classify } from '../../../src/wire/address/address-class.ts';
import { parseIpAddress } from '../../../src/wire/address/ip-address.ts';
import { NOW, policyOf } from './compile-text.ts';
import { WORLD } from './world.ts';

export { NOW };

/** An agent at home in the EU, one that is only observed, and one without a floor. */
const AGENTS = `
agents:
  - { id: bot, home: eu, mode: enforce, identify: [{ token: true }] }
  - { id: watched, home: eu, mode: observe, identify: [{ token: true }] }
  - { id: free, home: any, mode: enforce, identify: [{ token: true }] }
`;

/** The prepared policy of a text; the agents `bot`, `watched` and `free` are declared unless it has its own. */
export function policy(text: string): PreparedPolicy {
  return prepare(policyOf(`cordon: 1\n${text.includes('agents:\n') ? '' : AGENTS}${text}`));
}

/** The same policy with its rules and destinations changed past what the compiler would accept. */
export function altered(
  set: PreparedPolicy,
  change: Partial<CompiledRule>,
  destination: Partial<CompiledDestination> = {},
): PreparedPolicy {
  return prepare({
    ...set.policy,
    rules: set.policy.rules.map((rule) => ({ ...rule, ...change })),
    destinations: set.policy.destinations.map((each) => ({ ...each, ...destination })),
  });
}

/** `DE`, `eu`, `aws:eu-central-1`, `global`, `anycast` or `unknown`. */
export function place(label: string): Place {
  if (label === 'global') return GLOBAL;
  if (label === 'anycast') return ANYCAST;
  if (label === 'unknown') return UNKNOWN;
  const set = WORLD.jurisdictions.get(label);
  if (set !== undefined) return { countries: set.countries, label };
  const country = WORLD.regions.get(label);
  if (country !== undefined) return { countries: CountrySet.of([country as CountryCode]), region: label, label };
  return countryPlace(label as CountryCode);
}

export function ip(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  if (!parsed.ok) throw new Error(parsed.failure);
  return parsed.value;
}

/** Evidence about an address: `range:DE`, `geoip:US`, `anycast:anycast`, `override:DE`; a final `!` makes it stale. */
function evidence(text: string, address: string): Evidence {
  const stale = text.endsWith('!');
  const [kind = '', ...label] = text.replace('!', '').split(':');
  const kinds: Record<string, EvidenceKind> = {
    range: 'cloud-range',
    geoip: 'geoip',
    anycast: 'anycast',
    override: 'attestation',
  };
  return {
    kind: kinds[kind] ?? 'geoip',
    places: { entry: place(label.join(':')) },
    source: `test ${kind}`,
    address,
    // Overrides name a block of addresses.
    ...(kind === 'override' && { match: `${address}/32` }),
    ...(stale && { stale: true as const }),
  };
}

/** `192.0.2.1 range:DE geoip:US`; `+` after the address lets GeoIP prove inside, `self` makes it the gateway's own. */
export function address(text: string): AddressFacts {
  const [first = '', ...words] = text.split(' ');
  const literal = ip(first.replace('+', ''));
  return {
    address: literal,
    class: classify(literal),
    self: words.includes('self'),
    evidence: words.filter((word) => word !== 'self').map((word) => evidence(word, literal.text)),
    geoipProvesInside: first.endsWith('+'),
  };
}

/** What the catalogue says, per facet. */
export function named(
  places: { entry?: string; processing?: string; storage?: string },
  more: Partial<Omit<NameFacts, 'evidence'>> & { stale?: true } = {},
): NameFacts {
  const { stale, ...facts } = more;
  const stated = Object.fromEntries(Object.entries(places).map(([facet, label]) => [facet, place(label)]));
  return {
    evidence: { kind: 'endpoint-name', places: stated, source: 'catalogue:test', ...(stale && { stale }) },
    servedFromAnywhere: false,
    processesElsewhere: false,
    ...facts,
  };
}

export interface CaseOf {
  readonly agent?: 'bot' | 'watched' | 'free' | (string & {});
  /** `https://host:port/path`, the port as written or of the scheme. */
  readonly url: string;
  readonly method?: string;
  /** As {@link address} reads them; `null`: not looked up. Default: one address in DE by range. */
  readonly addresses?: readonly string[] | null;
  readonly name?: NameFacts;
  readonly action?: Partial<ActionAttributes>;
  readonly now?: number;
}

const URI = /^(https?):\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?(\/.*)?$/;

/** A request with everything known, unless the case takes something away. */
export function requestFor(set: PreparedPolicy, given: CaseOf): DecisionRequest {
  const [, scheme, hostText = '', port, path = '/'] = URI.exec(given.url) ?? [];
  const isPlain = scheme === 'http';
  return {
    subject: subjectOf(set, given.agent ?? 'bot'),
    action: {
      kind: isPlain ? 'forward' : 'intercepted',
      visibility: isPlain ? 'cleartext' : 'inspected',
      scheme: isPlain ? 'http' : 'https',
      method: given.method ?? 'GET',
      path,
      mediaType: 'none',
      fieldNames: new Set(),
      ...given.action,
    },
    resource: resourceOf(hostText, Number(port ?? (isPlain ? 80 : 443)), given),
    environment: { now: given.now ?? NOW },
  };
}

function resourceOf(hostText: string, port: number, { addresses, name }: CaseOf): DestinationFacts {
  const literal = parseIpAddress(hostText.replaceAll(/[[\]]/g, ''));
  const facts = (addresses ?? [`${literal.ok ? literal.value.text : '20.0.0.1'} range:DE`]).map(address);
  return {
    host: literal.ok ? { kind: 'address', address: literal.value } : { kind: 'name', name: hostText },
    port,
    ...(name !== undefined && { name }),
    ...(addresses !== null && { addresses: facts }),
  };
}

function subjectOf(set: PreparedPolicy, agent: string): SubjectAttributes {
  const found = set.policy.agents.find(({ attributes }) => attributes.agent === (agent as AgentId));
  if (found === undefined) throw new Error(`No agent ${agent}`);
  return found.attributes;
}

/** A POST whose content is known so far; text, unless it says otherwise. */
export function posted(content: ContentFacts | undefined, mediaType = 'text/plain'): Pick<CaseOf, 'method' | 'action'> {
  return { method: 'POST', action: { mediaType, ...(content !== undefined && { content }) } };
}

/** Content that was looked through for these entities, and what was found. */
export function read(findings: Readonly<Record<string, number>>, length = 100): ContentFacts {
  return contentRead(length, Object.keys(findings), new Map(Object.entries(findings)));
}

/** A CONNECT: nothing inside it is known. */
export function connect(visibility: 'opaque' | 'inspected' = 'opaque'): Partial<ActionAttributes> {
  return {
    kind: 'connect',
    visibility,
    method: undefined,
    path: undefined,
    mediaType: undefined,
    fieldNames: undefined,
  } as never;
}

export function decideOn(set: PreparedPolicy, given: CaseOf): Decision {
  return decide(set, requestFor(set, given));
}

/** `permit`, `hold`, or the code of the denial. */
export function verdict(set: PreparedPolicy, given: CaseOf): string {
  const decision = decideOn(set, given);
  return decision.code ?? decision.effect;
}
