/**
 * Times one decision: 10,000 rules, 60,000 address ranges, requests that are permitted with obligations, denied by a rule and
 * met by no rule. Run by hand: `node scripts/bench/decision.ts [DESTINATIONS]`. Target (issue 2): p50 ≤ 3 µs, p99 ≤ 10 µs.
 */
import { CountrySet } from '../../src/core/place/country-set.ts';
import type { CountryCode } from '../../src/core/place/country.ts';
import type { DecisionRequest } from '../../src/core/exchange/decision.ts';
import type { AgentId, DestinationId, PolicyDigest, RuleId } from '../../src/core/ids.ts';
import { countryPlace } from '../../src/core/place/place.ts';
import { decide } from '../../src/policy/decide.ts';
import { outlook } from '../../src/policy/outlook.ts';
import type { CompiledDestination, CompiledPolicy, CompiledRule } from '../../src/policy/model.ts';
import { prepare } from '../../src/policy/target-index.ts';
import { cidrOf } from '../../src/wire/address/cidr.ts';
import { ipv4 } from '../../src/wire/address/ip-address.ts';

const RULES = 10_000;
const RANGES = 60_000;
/** How many destinations the traffic is spread over. */
const DESTINATIONS = Number(process.argv[2] ?? 200);
const NOW = Date.UTC(2026, 10, 22);
const POSITION = { file: 'bench.yaml', line: 1, column: 1 };
const EU = CountrySet.of(['DE', 'FR', 'NL', 'IE'] as CountryCode[]);
const DE = countryPlace('DE' as CountryCode);

function destination(index: number, more: Partial<CompiledDestination>): CompiledDestination {
  return {
    id: `d${index}` as DestinationId,
    position: POSITION,
    ports: [443],
    addressesMode: 'all',
    frameworks: new Set(),
    ...more,
  };
}

function rule(index: number, to: readonly number[], more: Partial<CompiledRule>): CompiledRule {
  return {
    id: `r${index}` as RuleId,
    position: POSITION,
    to,
    masks: { request: [], response: [] },
    limits: [],
    recordContent: false,
    inspect: true,
    tunnel: { protocol: 'tls', sni: 'required' },
    orUnknown: false,
    agentCredentials: 'pass',
    headers: { set: {}, require: [], remove: [] },
    length: 'spool',
    signed: 'deny',
    opaque: 'deny',
    ...more,
  };
}

/** Half of the rules permit a host of their own, a tenth hold or mask beneath a suffix, the rest deny address ranges. */
function benchPolicy(): CompiledPolicy {
  const destinations: CompiledDestination[] = [];
  const rules: CompiledRule[] = [];
  const permits = RULES / 2;
  const suffixes = RULES / 10;
  const denies = RULES - permits - suffixes;
  for (let i = 0; i < RULES; i++) {
    if (i < permits) {
      const name = `host${i}.zone${i % suffixes}.example`;
      destinations.push(destination(i, { hosts: [{ kind: 'exact', name, text: name }] }));
      const v1 = { text: '/v1/**', matches: (path: string) => path.startsWith('/v1/') };
      const limits = [{ requests: 600, every: 60_000, per: 'agent' as const }];
      rules.push(rule(i, [i], { effect: 'permit', methods: new Set(['POST']), paths: [v1], limits }));
    } else if (i < permits + suffixes) {
      const suffix = `zone${i - permits}.example`;
      destinations.push(destination(i, { hosts: [{ kind: 'suffix', suffix, text: `*.${suffix}` }] }));
      const request = [{ entities: ['pii'], as: 'redact' as const, in: ['content' as const], unreadable: 'deny' as const }];
      rules.push(rule(i, [i], { masks: { request, response: [] } }));
    } else {
      const first = i - permits - suffixes;
      const share = Math.ceil(RANGES / denies);
      const addresses = Array.from({ length: share }, (_, n) => cidrOf(ipv4(0x50000000 + (first * share + n) * 0x100), 24));
      destinations.push(destination(i, { addresses }));
      rules.push(rule(i, [i], { effect: 'deny' }));
    }
  }
  const digest = 'sha256:bench' as PolicyDigest;
  return { digest, agents: [], jurisdictions: new Map(), destinations, rules, credentials: [], entities: [] };
}

function request(name: string, bits: number, method: string): DecisionRequest {
  const address = ipv4(bits);
  const range = { kind: 'cloud-range' as const, places: { entry: DE }, source: 'bench', address: address.text };
  const geoip = { ...range, kind: 'geoip' as const };
  return {
    subject: { agent: 'bot' as AgentId, home: { any: false, countries: EU, label: 'eu' }, mode: 'enforce' },
    action: {
      kind: 'intercepted',
      visibility: 'inspected',
      scheme: 'https',
      method,
      path: '/v1/items/17',
      mediaType: 'application/json',
      fieldNames: new Set(['content-type', 'accept']),
    },
    resource: {
      host: { kind: 'name', name },
      port: 443,
      addresses: [{ address, class: 'global', self: false, evidence: [range, geoip], geoipProvesInside: false }],
    },
    environment: { now: NOW },
  };
}

/**
 * Times single calls; reading the clock is part of each. A request is made right before it is judged, as the pipeline does;
 * what the policy holds about its destination is as cold as the other destinations leave it.
 */
function time(label: string, make: (i: number) => DecisionRequest, run: (request: DecisionRequest) => unknown): void {
  const samples = new Float64Array(400_000);
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < samples.length; i++) {
      const each = make((i * 7919) % DESTINATIONS);
      const start = process.hrtime.bigint();
      run(each);
      samples[i] = Number(process.hrtime.bigint() - start);
    }
  }
  samples.sort();
  const at = (share: number): string => ((samples[Math.floor(samples.length * share)] ?? 0) / 1000).toFixed(2).padStart(7);
  console.log(`${label.padEnd(28)} p50 ${at(0.5)} µs   p90 ${at(0.9)} µs   p99 ${at(0.99)} µs`);
}

const started = process.hrtime.bigint();
const policy = prepare(benchPolicy());
console.log(`${RULES} rules, ${RANGES} ranges, prepared in ${Number(process.hrtime.bigint() - started) / 1e6} ms`);

const nameOf = (i: number): string => `host${i * 5}.zone${(i * 5) % (RULES / 10)}.example`;
const makers: Readonly<Record<string, (i: number) => DecisionRequest>> = {
  permitted: (i) => request(nameOf(i), 0x14000000 + i, 'POST'),
  denied: (i) => request(nameOf(i), 0x50000000 + i * 0x1000, 'POST'),
  unmatched: (i) => request(`other.${nameOf(i)}.test`, 0x14000000 + i, 'POST'),
};
const mixed = Object.values(makers);
const mix = (i: number): DecisionRequest => {
  const make = mixed[i % mixed.length];
  if (make === undefined) throw new Error('No case to mix');
  return make(i);
};
for (const [label, make] of Object.entries(makers)) {
  const { code, effect } = decide(policy, make(1));
  time(`decide ${label} (${code ?? effect})`, make, (each) => decide(policy, each));
}
time('decide mixed', mix, (each) => decide(policy, each));
time('outlook mixed', mix, (each) => outlook(policy, each));
