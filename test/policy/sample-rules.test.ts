import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { DestinationFacts } from '../../src/core/place/evidence.ts';
import type { PolicyDigest } from '../../src/core/ids.ts';
import type { Result } from '../../src/core/result.ts';
import { parseEndpointCatalogue } from '../../src/destination/endpoint-catalogue.ts';
import { parseJurisdictions } from '../../src/destination/jurisdictions.ts';
import { parseRegionTable } from '../../src/destination/region-table.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import { parseExpectations } from '../../src/policy/expectations/expectation-source.ts';
import { formatIssue } from '../../src/policy/issue.ts';
import { runExpectation, type FactsOf } from '../../src/policy/expectations/run-expectation.ts';
import type { SourceText } from '../../src/policy/source.ts';
import { prepare } from '../../src/policy/target-index.ts';
import { classify } from '../../src/wire/address/address-class.ts';
import { NOW } from './support/compile-text.ts';
import { readContent, send } from './support/email-ports.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Named here, and not read from the directory: whoever follows the README adds files of their own. */
const SHIPPED = new Set([
  'agents.yaml',
  'code-hosts.yaml',
  'internal.yaml',
  'language-models.yaml',
  'observability.yaml',
  'tunnels.yaml',
]);

function yamlFiles(directory: string): SourceText[] {
  const names = readdirSync(`${ROOT}${directory}`).filter((name) => SHIPPED.has(name));
  return names.map((file) => ({ file, text: readFileSync(`${ROOT}${directory}/${file}`, 'utf8') }));
}

function shipped<T>(file: string, parse: (text: string) => Result<T, unknown>): T {
  const parsed = parse(readFileSync(`${ROOT}geoip-data/${file}`, 'utf8'));
  if (!parsed.ok) throw new Error(`${file}: ${JSON.stringify(parsed.failure)}`);
  return parsed.value;
}

const jurisdictions = shipped('jurisdictions.json', parseJurisdictions);
const regions = shipped('cloud-regions.csv', (text) => parseRegionTable(text, jurisdictions));
const catalogue = shipped('endpoints.csv', (text) => parseEndpointCatalogue(text, jurisdictions, regions));
const world = { jurisdictions, regions: regions.countries };

/** Name evidence as shipped, and addresses without any evidence: what a fresh checkout knows of private addresses. */
const factsOf: FactsOf = (host, port, path, content, addresses) => {
  const name = host.kind === 'name' ? catalogue.nameFacts(host.name, path, content) : undefined;
  const facts: DestinationFacts = {
    host,
    port,
    ...(name !== undefined && { name }),
    ...(addresses !== undefined && {
      addresses: addresses.map((address) => ({
        address,
        class: classify(address),
        self: false,
        evidence: [],
        geoipProvesInside: false,
      })),
    }),
  };
  return facts;
};

describe('rules/ as shipped', () => {
  const options = { digest: 'sha256:samples' as PolicyDigest, authority: [], now: NOW };
  const { policy, issues } = compilePolicy(yamlFiles('rules'), world, options);
  const tests = parseExpectations(yamlFiles('rules/tests'));

  it('compiles without errors and without warnings', () => {
    expect(issues.map(formatIssue)).toEqual([]);
    expect(policy?.agents.map((agent) => agent.attributes.agent)).toEqual(['local']);
  });

  it('uses only what this version does', () => {
    for (const rule of policy?.rules ?? []) {
      expect([rule.effect, rule.masks, rule.limits, rule.credential, rule.recordContent]).toEqual([
        rule.effect === 'deny' ? 'deny' : 'permit',
        { request: [], response: [] },
        [],
        undefined,
        false,
      ]);
    }
  });

  it('has tests without errors', () => {
    expect(tests.issues.map(formatIssue)).toEqual([]);
  });

  it('has a test that permits and a test that denies in every file of rules', () => {
    const files = new Set(yamlFiles('rules').flatMap(({ file, text }) => (/^rules:/m.test(text) ? [file] : [])));
    const decided = (decision: string): Set<string> =>
      new Set(tests.expectations.filter((each) => each.expect.decision === decision).map((each) => each.position.file));
    expect(decided('permit')).toEqual(files);
    expect(decided('deny')).toEqual(files);
  });

  it.each(tests.expectations.map((expectation) => [`${expectation.position.file}: ${expectation.name}`, expectation] as const))(
    '%s',
    (_, expectation) => {
      if (policy === undefined) throw new Error('no policy');
      const result = runExpectation(prepare(policy), expectation, { factsOf, readContent, send }, NOW);
      expect(result.problems).toEqual([]);
      expect(result.status).toBe('passed');
    },
  );
});
