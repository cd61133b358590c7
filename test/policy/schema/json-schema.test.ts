/* oxlint-disable unicorn/no-thenable -- `then` is a key of the policy language; nobody awaits these values */
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IssueList } from '../../../src/policy/issue.ts';
import { expectationsJsonSchema, policyJsonSchema } from '../../../src/policy/schema/json-schema.ts';
import { conform } from '../../../src/policy/reading/conform.ts';
import { Spot } from '../../../src/policy/reading/spot.ts';
import { PolicySchema } from '../../../src/policy/schema.ts';
import { parseSource } from '../../../src/policy/source.ts';

const ajv = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true });
const validate = ajv.compile(policyJsonSchema());

/** One of everything that a policy can say. */
const EXAMPLE = {
  cordon: 1,
  jurisdictions: { dach: ['DE', 'AT'], rest: { include: ['eu'], exclude: ['MT'] } },
  agents: [
    {
      id: 'a',
      home: 'eu',
      mode: 'observe',
      owners: ['anna'],
      identify: [{ token: true, cidr: ['10.0.0.0/8'] }, { oidc: { issuer: 'i', subject: 's' } }],
    },
  ],
  destinations: [
    {
      id: 'd',
      hosts: ['a.example'],
      addresses: ['192.0.2.0/24'],
      ports: [443],
      attest: { place: 'eu', covers: ['entry'], basis: 'x', until: '2027-01-01' },
      internal: { place: 'DE' },
      'addresses-mode': 'filter',
      frameworks: ['dpf'],
      tls: { trust: 'ca.pem' },
    },
  ],
  credentials: [
    {
      id: 'k',
      for: ['d'],
      inject: { header: 'authorization', value: 'Bearer {}' },
      methods: ['GET'],
      paths: ['/v1'],
      require: 'placeholder',
    },
    { id: 'l', for: ['d'], inject: { 'aws-sigv4': { service: 's3', region: 'eu-central-1' } } },
    { id: 'm', for: ['d'], inject: { oauth2: { 'token-url': 'https://x', client: 'c', scopes: ['a'] } } },
  ],
  rules: [
    {
      id: 'r',
      agents: ['a-*'],
      to: { hosts: ['*'], ports: [80], places: ['eu'], except: { hosts: ['b.example'] } },
      methods: ['GET'],
      paths: ['/v1/**'],
      content: { entities: ['pii'], types: ['text/*'], max: '1MiB' },
      then: 'hold',
      transfer: { to: ['US'], basis: 'scc', reference: 'x', until: '2027-01-01' },
      approval: {
        by: ['x'],
        quorum: 2,
        wait: '1s',
        expires: '1h',
        reason: 'required',
        fields: ['x-a'],
        'step-up': true,
        grant: { max: '8h' },
      },
      mask: { request: { entities: ['pii'], as: 'token', in: ['content'], unreadable: 'deny' }, response: ['secrets'] },
      credential: 'k',
      limits: [
        { requests: 1, every: '1m', per: 'rule' },
        { bytes: '1KiB', every: '1d' },
      ],
      record: 'content',
      inspect: true,
      tunnel: { protocol: 'any', sni: 'optional' },
      length: 'chunked',
      signed: 'pass',
      opaque: 'hold',
      'or-unknown': true,
      'agent-credentials': 'drop',
      headers: { set: { 'x-a': 'b' }, require: ['x-b'], remove: ['x-c'] },
    },
    { id: 's', to: 'any' },
    { id: 't', to: ['d'], then: 'deny' },
  ],
  entities: [{ id: 'e', pattern: 'T-[0-9]+', checksum: 'none', context: ['ticket'], max: 20 }],
};

function conforms(value: unknown): boolean {
  const issues = new IssueList();
  const source = parseSource('a.yaml', JSON.stringify(value), issues);
  return (
    source !== undefined && conform(PolicySchema, source.value, new Spot(source, issues)) !== undefined && issues.errors === 0
  );
}

/** Every path in the example. */
function pathsOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [path, ...[...keys].flatMap((key) => pathsOf((value as Record<string, unknown>)[key], [...path, key]))];
}

function changed(path: readonly (string | number)[], change: (holder: Record<string, unknown>, key: string) => void): unknown {
  const copy = structuredClone(EXAMPLE) as unknown as Record<string, unknown>;
  const holder = path.slice(0, -1).reduce((value, key) => value[key] as Record<string, unknown>, copy);
  change(holder, String(path.at(-1)));
  return copy;
}

describe('policyJsonSchema()', () => {
  it('is valid draft 2020-12 without words of our own', () => {
    expect(policyJsonSchema()['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(JSON.stringify(policyJsonSchema())).not.toContain('"expected"');
    expect(validate(EXAMPLE)).toBe(true);
    expect(conforms(EXAMPLE)).toBe(true);
  });

  it('describes every key of the language', () => {
    const { properties } = policyJsonSchema() as { properties: Record<string, { items?: { properties: object } }> };
    expect(Object.keys(properties['rules']?.items?.properties ?? {}).toSorted()).toEqual(
      Object.keys(EXAMPLE.rules[0] ?? {}).toSorted(),
    );
    expect(Object.keys(properties['destinations']?.items?.properties ?? {}).toSorted()).toEqual(
      Object.keys(EXAMPLE.destinations[0] ?? {}).toSorted(),
    );
  });

  it('gives the verdict that conform() gives, for every value replaced, removed or added', () => {
    const paths = pathsOf(EXAMPLE).filter((path) => path.length > 0);
    const value = fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      1,
      443,
      -1,
      70_000,
      '',
      'any',
      'eu',
      'x y',
      'GET',
      '1m',
      [],
      ['a'],
      [1],
      ['a', 'a'],
      {},
      { id: 'a' },
      { bearer: true },
    );
    const change = fc.oneof(
      value.map((replacement) => (holder: Record<string, unknown>, key: string) => {
        holder[key] = replacement;
      }),
      fc.constant((holder: Record<string, unknown>, key: string) => {
        if (Array.isArray(holder)) holder.splice(Number(key), 1);
        else delete holder[key];
      }),
      fc
        .tuple(fc.constantFrom('id', 'hosts', 'extra', 'ports', 'query'), value)
        .map(([name, added]) => (holder: Record<string, unknown>, key: string) => {
          const target = holder[key];
          if (typeof target === 'object' && target !== null && !Array.isArray(target))
            (target as Record<string, unknown>)[name] = added;
        }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths), change, (path, apply) => {
        const candidate = changed(path, apply);
        expect(conforms(candidate)).toBe(validate(candidate));
      }),
      { numRuns: 400 },
    );
  });
});

describe('expectationsJsonSchema()', () => {
  it('is valid and accepts the cases of the contract', () => {
    const accepts = ajv.compile(expectationsJsonSchema());
    const given = { agent: 'a', request: 'GET https://a.example/' };
    expect(accepts([{ name: 'n', given, expect: { decision: 'deny', code: 'no_rule' } }])).toBe(true);
    expect(accepts([{ name: 'n', given, expect: { decision: 'allow' } }])).toBe(false);
  });
});
