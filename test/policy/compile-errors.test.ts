import { describe, expect, it } from 'vitest';
import { formatIssue } from '../../src/policy/issue.ts';
import { compileTexts, issuesOf } from './support/compile-text.ts';

const rule = (text: string): string => `rules:\n  - { id: r, ${text} }\n`;
const host = 'to: { hosts: [a.example] }';

describe('compilePolicy() reports', () => {
  it.each<[what: string, text: string, issues: string[]]>([
    [
      'a misspelt section',
      'rulez: []\n',
      [
        'a.yaml:1:1: error: Found the unknown key "rulez", expected one of: cordon, jurisdictions, agents, destinations, credentials, rules, entities (did you mean "rules"?)',
      ],
    ],
    ['another version', 'cordon: 2\nrules: []\n', ['a.yaml:1:9: error: Found the number 2, expected the number 1']],
    [
      'a list for a policy',
      '[1]',
      ['a.yaml:1:1: error: Found a list, expected a policy with sections such as agents, destinations and rules'],
    ],
    [
      'an empty section',
      'rules:\n',
      ['a.yaml:1:1: error: Found nothing, expected a list of rules (write rules: [] or remove it)'],
    ],
    [
      'POL-11: a number for an id',
      'agents:\n  - id: 1000\n    home: eu\n',
      [
        'a.yaml:2:9: error: Found the number 1000, expected an id such as "my-id": a lower-case letter, then letters, digits and hyphens (quote it if it is text: "1000")',
      ],
    ],
    [
      'a missing home',
      'agents:\n  - id: a\n',
      ['a.yaml:2:5: error: Found no "home", expected a country, a set, several of them in a list, or any'],
    ],
    [
      'a country in small letters',
      'agents:\n  - { id: a, home: de }\n',
      ['a.yaml:2:20: error: Found "de", expected a country or a set (countries are written in capitals: DE)'],
    ],
    [
      'a set that is none',
      'agents:\n  - { id: a, home: eeu }\n',
      ['a.yaml:2:20: error: Found "eeu", expected a country or a set (did you mean "eu"?)'],
    ],
    [
      'any among homes',
      'agents:\n  - { id: a, home: [eu, any] }\n',
      ['a.yaml:2:25: error: Found "any" beside other places, expected it alone (write home: any)'],
    ],
    [
      'an open home',
      'agents:\n  - { id: a, home: global }\n',
      ['a.yaml:2:20: error: Found "global", expected a country or a set ("global" can only be named under transfer.to)'],
    ],
    [
      'a region for a home',
      'agents:\n  - { id: a, home: "aws:eu-central-1" }\n',
      ['a.yaml:2:20: error: Found "aws:eu-central-1", expected a country or a set, not a cloud region'],
    ],
    [
      'source ranges that overlap',
      'agents:\n  - { id: a, home: eu, identify: [{ cidr: ["10.0.0.0/8"] }] }\n  - { id: b, home: eu, identify: [{ cidr: ["10.20.0.0/16"] }] }\n',
      [
        'a.yaml:3:43: error: Found 10.20.0.0/16 of agent "b" inside 10.0.0.0/8 of agent "a", expected source ranges that tell agents apart',
      ],
    ],
    [
      'host bits',
      'agents:\n  - { id: a, home: eu, identify: [{ cidr: ["10.0.0.5/8"] }] }\n',
      ['a.yaml:2:44: error: Found "10.0.0.5/8", which has host bits set; expected 10.0.0.0/8, or the host alone as 10.0.0.5'],
    ],
    [
      'a workload that may be anybody',
      'agents:\n  - { id: a, home: eu, identify: [{ oidc: { issuer: "https://i.example", subject: "*" } }] }\n',
      [
        'a.yaml:2:83: error: Found "*", expected a subject that says at its beginning whose it is (begin with the part that is yours, such as repo:acme/*)',
      ],
    ],
    [
      'a workload whose name goes on',
      'agents:\n  - { id: a, home: eu, identify: [{ oidc: { issuer: "https://i.example", subject: "repo:acme*" } }] }\n',
      ['a.yaml:2:83: warning: Found "repo:acme*", which every name covers that begins so, also names of others'],
    ],
    [
      'an issuer in the clear',
      'agents:\n  - { id: a, home: eu, identify: [{ oidc: { issuer: "http://i.example", subject: "a" } }] }\n',
      ['a.yaml:2:53: error: Found "http://i.example", expected the https URL that the issuer writes into the claim iss'],
    ],
    [
      'two agents that one workload is',
      'agents:\n  - { id: a, home: eu, identify: [{ oidc: { issuer: "https://i.example", subject: "repo:a/*" } }] }\n' +
        '  - { id: b, home: eu, identify: [{ oidc: { issuer: "https://i.example", subject: "repo:a/b", claims: { env: x } } }] }\n' +
        '  - { id: c, home: eu, identify: [{ oidc: { issuer: "https://j.example", subject: "repo:a/b" } }] }\n',
      ['a.yaml:3:35: error: Found an identity that agent "a" has too, expected identities that tell agents apart'],
    ],
    [
      'the subject of a certificate',
      'agents:\n  - { id: a, home: eu, identify: [{ certificate: "CN=bot,O=Acme" }] }\n',
      [
        'a.yaml:2:50: error: Found "CN=bot,O=Acme", expected a URI such as spiffe://acme/bot, or a DNS name (write what the subjectAltName of the certificate says; its subject identifies nobody)',
      ],
    ],
    [
      'a glob for a certificate',
      'agents:\n  - { id: a, home: eu, identify: [{ certificate: "spiffe://acme/*" }] }\n',
      [
        'a.yaml:2:50: error: Found "spiffe://acme/*", expected a URI such as spiffe://acme/bot, or a DNS name (write what the subjectAltName of the certificate says; its subject identifies nobody)',
      ],
    ],
    [
      'a set inside itself',
      'jurisdictions:\n  a: [b]\n  b: [a]\n',
      ['a.yaml:3:7: error: Found the set "a" inside itself: a → b → a'],
    ],
    [
      'a set without countries',
      'jurisdictions:\n  a: { include: [DE], exclude: [eu] }\n',
      ['a.yaml:2:6: error: Found a set without any country, expected at least one'],
    ],
    [
      'a set with the name of a built-in one',
      'jurisdictions:\n  eu: [DE]\n',
      ['a.yaml:2:3: error: Found a set named "eu", which is a built-in set; expected another name'],
    ],
    [
      'a destination that covers nothing',
      'destinations:\n  - { id: d }\n',
      ['a.yaml:2:5: error: Found neither hosts nor addresses in "d", expected at least one of them'],
    ],
    [
      'NAME-12: *.com',
      rule('to: { hosts: ["*.com"] }'),
      [
        'a.yaml:2:28: error: Found "*.com", which covers names of unrelated owners; expected a longer suffix, such as "*.example.com"',
      ],
    ],
    [
      'NAME-12: *.co.uk',
      rule('to: { hosts: ["*.co.uk"] }'),
      [
        'a.yaml:2:28: error: Found "*.co.uk", which covers names of unrelated owners; expected a longer suffix, such as "*.example.co.uk"',
      ],
    ],
    [
      'NAME-12: *example.com',
      rule('to: { hosts: ["*example.com"] }'),
      [
        'a.yaml:2:28: error: Found "*example.com", expected "*" only as the whole first label: "*.example.com" for one or more labels',
      ],
    ],
    [
      'NAME-12: hosts: ["*"]',
      rule('to: { hosts: ["*"] }, then: permit'),
      [
        'a.yaml:2:28: warning: Found hosts: ["*"], which opens DNS for every name (name the hosts, or use suffixes such as "*.example.com")',
      ],
    ],
    [
      'NAME-14: a regular expression for a host',
      rule(String.raw`to: { hosts: ['api\.openai\.com'] }`),
      [
        String.raw`a.yaml:2:28: error: Found "api\\.openai\\.com", expected a host name of letters, digits, hyphens, underscores and dots (hosts are exact names or "*.suffix", never URLs or regular expressions)`,
      ],
    ],
    [
      'NAME-03: a U-label',
      rule('to: { hosts: [bücher.example] }'),
      [
        'a.yaml:2:28: error: Found "bücher.example", which is not ASCII; expected its A-label form "xn--bcher-kva.example" if that is what is meant',
      ],
    ],
    [
      'NAME-13: an address among hosts',
      rule('to: { hosts: ["10.0.0.1"] }'),
      ['a.yaml:2:28: error: Found the address "10.0.0.1", expected a host name; addresses are written under "addresses"'],
    ],
    [
      'a wildcard over names that anyone can own',
      rule('to: { hosts: ["*.s3.eu-central-1.amazonaws.com"] }, then: permit'),
      [
        'a.yaml:2:28: warning: Found *.s3.eu-central-1.amazonaws.com, which covers names or stores under s3.*.amazonaws.com that anyone can own (name the hosts that are yours)',
      ],
    ],
    [
      'a reference to nothing',
      `destinations: [{ id: openai-eu, hosts: [a.example] }]\n${rule('to: [openai-ue]')}`,
      ['a.yaml:3:19: error: Found "openai-ue", expected the id of a destination (did you mean "openai-eu"?)'],
    ],
    ['any in a list', rule('to: [any]'), ['a.yaml:2:19: error: Found "any", expected the id of a destination (write to: any)']],
    [
      'a bare destination',
      rule('to: openai'),
      [
        'a.yaml:2:18: error: Found "openai", expected a list of destination ids, any, or { hosts, addresses, ports, places, except }',
      ],
    ],
    ['an agent that is none', rule(`agents: [x], ${host}`), ['a.yaml:2:23: error: Found "x", expected the id of an agent']],
    ['a glob without agents', rule(`agents: ["x-*"], ${host}`), ['a.yaml:2:23: warning: Found "x-*", which matches no agent']],
    [
      'a method in small letters',
      rule(`${host}, methods: [get]`),
      ['a.yaml:2:52: error: Found "get", expected a method in capitals such as GET or POST'],
    ],
    [
      'the method CONNECT',
      rule(`${host}, methods: [CONNECT]`),
      [
        'a.yaml:2:52: error: Found CONNECT, expected methods of requests (a tunnel is judged by its destination; with inspect: false as a whole)',
      ],
    ],
    [
      'a permit by place alone',
      rule('to: { places: [eu] }, then: permit'),
      [
        'a.yaml:2:20: error: Found a permit with places but neither hosts nor addresses, expected at least one of them (places alone look no name up: name the hosts beside them, or write hosts: ["*"] to open DNS)',
      ],
    ],
    [
      'a permit to any',
      rule('to: any, then: permit'),
      [
        'a.yaml:2:18: warning: Found to: any on a rule that lets requests out: it opens no DNS, so no name will ever be looked up for it',
      ],
    ],
    [
      'an open place where none may be',
      rule('to: { places: [unknown] }, then: deny'),
      [
        'a.yaml:2:29: error: Found "unknown", expected a country, a set or a cloud region ("unknown" can only be named under transfer.to)',
      ],
    ],
    [
      'a region without a place',
      rule('to: { places: ["aws:eu-central-9"] }, then: deny'),
      [
        'a.yaml:2:29: error: Found "aws:eu-central-9", expected a country, a set or a cloud region that the tables place (did you mean "aws:eu-central-1"?)',
      ],
    ],
    [
      'a hold that nobody can release',
      rule(`${host}, then: hold`),
      ['a.yaml:2:5: error: Found a hold that nobody can release, expected approval.by (write approval: { by: [group] })'],
    ],
    [
      'opaque content that is held, and that nobody can release',
      rule(`${host}, then: deny, content: { entities: [iban] }, opaque: hold`),
      ['a.yaml:2:5: error: Found a hold that nobody can release, expected approval.by (write approval: { by: [group] })'],
    ],
    [
      'approval beside a permit',
      rule(`${host}, then: permit, approval: { by: [x] }`),
      ['a.yaml:2:56: error: Found approval in a rule that permits, expected it beside then: hold'],
    ],
    [
      'a transfer that carries nothing',
      rule(`${host}, transfer: { to: [US], basis: scc }`),
      ['a.yaml:2:42: error: Found transfer in a rule that only adds obligations, expected it beside then: permit or hold'],
    ],
    [
      'or-unknown on a permit',
      rule(`${host}, then: permit, or-unknown: true`),
      ['a.yaml:2:56: error: Found or-unknown in a rule that permits, expected it on a deny or hold'],
    ],
    [
      'tunnel beside inspection',
      rule(`${host}, then: permit, tunnel: { sni: optional }`),
      ['a.yaml:2:56: error: Found tunnel in a rule that inspects, expected it beside inspect: false (add inspect: false)'],
    ],
    [
      'an obligation on a deny',
      rule(`${host}, then: deny, limits: [{ requests: 1, every: 1m }]`),
      ['a.yaml:2:62: warning: Found limits on a deny, where it has no effect'],
    ],
    [
      'types on a deny',
      rule(`${host}, then: deny, content: { entities: [pii], types: ["text/*"] }`),
      ['a.yaml:2:89: warning: Found types on a deny or hold, where they have no effect: they narrow permits and obligations'],
    ],
    [
      'tokens for a response',
      rule(`${host}, mask: { response: { entities: [pii], as: token } }`),
      [
        'a.yaml:2:48: warning: Masking finds forms, not names and free text; masked data stays personal data, and masking alone never removes a transfer (it guards against accidents, not against an agent that encodes)',
        'a.yaml:2:83: error: Found token for a response, expected redact, partial or hash (tokens stand for what left, so only requests have them)',
      ],
    ],
    [
      'recorded content',
      rule(`${host}, record: content`),
      [
        'a.yaml:2:50: warning: What is sent and answered is recorded, with pii and secrets masked: names and free text are in it, and it is personal data (nothing reveals what was masked; recordings.content-limit bounds how much of a message is kept)',
      ],
    ],
    [
      'a misspelt entity',
      rule(`${host}, content: { entities: [emial] }`),
      ['a.yaml:2:64: error: Found "emial", expected an entity or a group (did you mean "email"?)'],
    ],
    [
      'limits without a measure',
      rule(`${host}, limits: [{ every: 1m }]`),
      ['a.yaml:2:51: error: Found neither requests nor bytes, expected one of them (write two limits for both)'],
    ],
    [
      'fields of the protocol',
      rule(`${host}, headers: { set: { Host: x } }`),
      ['a.yaml:2:60: error: Found the field host, which belongs to the protocol; expected another field'],
    ],
    [
      'a header that would split',
      rule(String.raw`${host}, headers: { set: { x-a: "b\r\nc" } }`),
      [String.raw`a.yaml:2:65: error: Found "b\r\nc", expected a field value in printable ASCII`],
    ],
    [
      'a secret in the policy',
      rule(`${host}, headers: { set: { Authorization: x } }`),
      ['a.yaml:2:75: warning: Found a value for authorization in the policy (secrets belong in credentials)'],
    ],
    [
      'an entity that could hang',
      'entities: [{ id: e, pattern: "(a+)+", max: 9 }]\n',
      [
        'a.yaml:1:30: error: Found a repetition that is followed by what it repeats in "(a+)+", expected a pattern that matches in linear time',
      ],
    ],
    [
      'a checksum that is none',
      'entities: [{ id: e, pattern: "E-\\\\d{6}", checksum: lun, max: 9 }]\n',
      [
        'a.yaml:1:52: error: Found "lun", expected one of: none, luhn, verhoeff, mod11-10, ean13, mod11-2, mod97 (did you mean "luhn"?)',
      ],
    ],
    [
      'an entity with the name of a group',
      'entities: [{ id: pii, pattern: "E-1", max: 9 }]\n',
      ['a.yaml:1:18: error: Found the id "pii", which is a built-in entity; expected another id'],
    ],
    [
      'content that is read far',
      rule(`${host}, then: deny, content: { entities: [email], max: 11MiB }`),
      [
        'a.yaml:2:89: warning: Found max: 11MiB, expected no more than 10MiB without need: so much of every such request waits here (what a rule cannot read, it denies or holds)',
      ],
    ],
    [
      'approval beside a deny on content that holds images',
      rule(`${host}, then: deny, content: { entities: [email] }, opaque: hold, approval: { by: [x] }`),
      [],
    ],
    [
      'approval beside a permit whose images are held',
      rule(`${host}, then: permit, content: { entities: [email] }, opaque: hold, approval: { by: [x] }`),
      [],
    ],
    [
      'internal for every name',
      'destinations: [{ id: d, hosts: ["*"], internal: { place: DE } }]\n',
      [
        'a.yaml:1:39: error: Found internal beside hosts: ["*"], expected names or addresses of your own (it would open every private address to every name)',
      ],
    ],
    [
      'an attestation for every name',
      'destinations: [{ id: d, hosts: ["*"], attest: { place: eu, covers: [entry], basis: x, until: 2027-01-01 } }]\n',
      [
        'a.yaml:1:39: error: Found attest beside hosts: ["*"], expected names or addresses of your own (it would place the whole Internet there)',
      ],
    ],
    [
      'internal for a metadata address',
      'destinations: [{ id: d, addresses: ["169.254.169.254"], internal: { place: DE } }]\n',
      ['a.yaml:1:37: error: Found 169.254.169.254/32, which is metadata; expected addresses that internal can lift'],
    ],
    [
      'an attestation that has ended',
      'destinations: [{ id: d, hosts: [a.example], attest: { place: eu, covers: [entry], basis: x, until: 2026-01-01 } }]\n',
      ['a.yaml:1:100: warning: Found 2026-01-01, which has passed: the attestation proves nothing any more'],
    ],
    [
      'a day that is none',
      'destinations: [{ id: d, hosts: [a.example], attest: { place: eu, covers: [entry], basis: x, until: 2027-02-30 } }]\n',
      [
        'a.yaml:1:100: error: Found "2027-02-30", expected an RFC 3339 date or instant such as 2027-03-01 or 2027-03-01T00:00:00Z',
      ],
    ],
  ])('%s', (_, text, issues) => {
    expect(issuesOf(text)).toEqual(issues);
  });

  it.each([
    ['methods', 'methods: [GET]'],
    ['paths', 'paths: ["/v1"]'],
    ['content', 'content: { entities: [pii] }'],
    ['mask', 'mask: { request: [pii] }'],
    ['record: content', 'record: content'],
    ['headers', 'headers: { remove: [cookie] }'],
    ['agent-credentials', 'agent-credentials: drop'],
  ])('%s beside inspect: false', (shown, text) => {
    const policy = rule(`${host}, then: permit, inspect: false, ${text}`);
    const column = (policy.split('\n')[1] ?? '').indexOf(text) + 1;
    expect(issuesOf(policy).filter((issue) => issue.includes('error'))).toEqual([
      `a.yaml:2:${column}: error: Found ${shown} beside inspect: false, expected it in a rule that inspects (a tunnel that is not opened shows nothing of its requests)`,
    ]);
  });

  it('a hold and a credential beside inspect: false', () => {
    const text = `destinations: [{ id: d, hosts: [a.example] }]
credentials: [{ id: k, for: [d], inject: { bearer: true } }]
rules: [{ id: r, to: [d], then: hold, approval: { by: [x] }, credential: k, inspect: false }]
`;
    expect(issuesOf(text).map((issue) => issue.split(',')[0])).toEqual([
      'a.yaml:3:27: error: Found hold beside inspect: false',
      'a.yaml:3:62: error: Found credential beside inspect: false',
    ]);
  });

  it.each([
    [
      'token-url: "http://login.example/token"',
      'Found http, expected https: the secret of the client would cross the network in the clear',
    ],
    ['token-url: "login.example"', 'Found "login.example", expected an absolute-form target such as http://host/path'],
    ['token-url: "https://u:p@login.example/"', 'Found'],
    ['token-url: "https://login.example/", scopes: ["a b"]', 'Found "a b", expected a scope'],
    ['token-url: "https://login.example/", resource: "api#x"', 'Found "api#x", expected an absolute URI without a fragment'],
    ['token-url: "https://login.example/", transfer: { to: [Atlantis], basis: scc }', 'Found "Atlantis"'],
    ['token-url: "https://login.example/", transfer: { to: [US], basis: public-data }', 'Found "public-data"'],
  ])('an OAuth client that cannot be: %s', (text, sentence) => {
    const issues = issuesOf(`destinations: [{ id: d, hosts: [a.example] }]
credentials: [{ id: k, for: [d], inject: { oauth2: { client: c, ${text} } } }]
rules: [{ id: r, to: [d], then: permit, credential: k }]
`);
    expect(issues[0]).toContain(`a.yaml:2:`);
    expect(issues[0]).toContain(`error: ${sentence}`);
    expect(issues.length).toBe(1);
  });

  it('every error of every file at once, in order, also those in entries that break the schema', () => {
    const { policy, issues } = compileTexts([
      'rules:\n  - id: r\n    to: [nowhere]\n    thn: permit\n    paths: [v1]\n  - id: r\n    to: any\n',
      'agents:\n  - id: a\n    home: Atlantis\n    mode: watch\nrules:\n  - id: r\n    to: { hosts: ["*.com"], port: 80 }\n',
    ]);
    expect(policy).toBeUndefined();
    expect(issues.map((issue) => formatIssue(issue).split(', expected')[0])).toEqual(
      [
        'a.yaml:3:10: error: Found "nowhere"',
        'a.yaml:4:5: error: Found the unknown key "thn"',
        'a.yaml:5:13: error: Found "v1"',
        'a.yaml:6:9: error: Found the id "r" again',
        'b.yaml:3:11: error: Found "Atlantis"',
        'b.yaml:4:11: error: Found "watch"',
        'b.yaml:6:9: error: Found the id "r" again',
        'b.yaml:7:19: error: Found "*.com", which covers names of unrelated owners; expected a longer suffix',
        'b.yaml:7:29: error: Found the unknown key "port"',
      ].map((line) => line.replace('; expected a longer suffix', '; expected a longer suffix, such as "*.example.com"')),
    );
    expect(issues[0]).toMatchObject({ path: 'rules[0].to[0]', severity: 'error' });
  });

  it('what is wrong with a declaration once, and not again where it is referred to', () => {
    const text = 'destinations: [{ id: d, hosts: [a.example], prts: [80] }]\nrules: [{ id: r, to: [d], then: permit }]\n';
    expect(issuesOf(text)).toHaveLength(1);
  });

  it('a bounded number of issues', () => {
    const { issues } = compileTexts([`rules:\n${'  - {}\n'.repeat(3000)}`]);
    expect(issues).toHaveLength(1001);
    expect(issues.at(-1)?.message).toBe('5000 further issues are not shown');
  });
});

describe('compilePolicy() with a legal basis', () => {
  const agents = 'agents: [{ id: a, home: eu }, { id: b, home: US }, { id: c, home: any }]\n';
  const transfer = (agent: string, text: string, rest = ''): string =>
    `${agents}rules: [{ id: r, agents: [${agent}], to: { hosts: [a.example] }, ${rest}then: permit, transfer: { ${text} } }]\n`;

  it.each([
    ['adequate countries', transfer('a', 'to: [JP, CH], basis: adequacy')],
    ['EFTA for a home in the EU, which the EEA holds too', transfer('a', 'to: [eu, efta], basis: adequacy')],
    ['any home', transfer('c', 'to: [US], basis: adequacy')],
    ['public data read with GET', transfer('a', 'to: [US, global], basis: public-data', 'methods: [GET, HEAD], ')],
  ])('accepts %s', (_, text) => {
    expect(issuesOf(text)).toEqual([]);
  });

  it.each([
    [
      'the US as adequate',
      transfer('a', 'to: [JP, US], basis: adequacy'),
      'Found adequacy for US, expected only places on the list eu-adequate (as of 2026-08-05) of eu, the home of agent "a"',
    ],
    [
      'an open place as adequate',
      transfer('a', 'to: [JP, global], basis: adequacy'),
      'Found adequacy for global, expected only places on the list eu-adequate (as of 2026-08-05) of eu, the home of agent "a"',
    ],
    [
      'a region in a country that is not',
      transfer('a', 'to: ["aws:us-east-1"], basis: adequacy'),
      'Found adequacy for US, expected only places on the list eu-adequate (as of 2026-08-05) of eu, the home of agent "a"',
    ],
    [
      'adequacy for a home without such decisions',
      transfer('b', 'to: [JP], basis: adequacy'),
      'Found adequacy, but no built-in set with an adequacy list holds US, the home of agent "b"',
    ],
    [
      'dpf for an undeclared organisation',
      transfer('a', 'to: [US], basis: dpf'),
      'Found dpf for "r#1", expected a destination with frameworks: [dpf]',
    ],
    [
      'public-data for every method',
      transfer('a', 'to: [US], basis: public-data'),
      'Found public-data for all methods, expected GET and HEAD alone',
    ],
    [
      'public-data for POST',
      transfer('a', 'to: [US], basis: public-data', 'methods: [GET, POST], '),
      'Found public-data for POST, expected GET and HEAD alone',
    ],
  ])('refuses %s', (_, text, message) => {
    const { policy, issues } = compileTexts([text]);
    expect(policy).toBeUndefined();
    expect(issues.map((issue) => issue.message)).toEqual([message]);
  });

  it('accepts dpf for a destination with the framework', () => {
    const text = `${agents}destinations: [{ id: d, hosts: [a.example], frameworks: [dpf] }]
rules: [{ id: r, to: [d], then: permit, transfer: { to: [US], basis: dpf } }]
`;
    expect(issuesOf(text)).toEqual([]);
  });

  it('warns of a clause that has ended', () => {
    expect(issuesOf(transfer('a', 'to: [US], basis: scc, until: 2026-11-21'))).toEqual([
      'a.yaml:2:114: warning: Found 2026-11-21, which has passed: the clause carries nothing any more',
    ]);
  });
});

describe('compilePolicy() with authority', () => {
  const base = 'agents: [{ id: a, home: eu }]\ndestinations: [{ id: d, hosts: [a.example] }]\n';

  it('lets other files hold plain destinations and rules', () => {
    const { issues } = compileTexts(
      [base, 'destinations: [{ id: e, hosts: [b.example] }]\nrules: [{ id: r, to: [d, e], then: permit }]\n'],
      ['a.yaml'],
    );
    expect(issues).toEqual([]);
  });

  it.each([
    ['agents', 'agents: [{ id: b, home: any }]'],
    ['jurisdictions', 'jurisdictions: { x: [US] }'],
    ['credentials', 'credentials: [{ id: k, for: [d], inject: { bearer: true } }]'],
    [
      'attest',
      'destinations: [{ id: e, hosts: [b.example], attest: { place: eu, covers: [entry], basis: x, until: 2030-01-01 } }]',
    ],
    ['internal', 'destinations: [{ id: e, addresses: ["10.0.0.0/8"], internal: { place: DE } }]'],
    ['frameworks', 'destinations: [{ id: e, hosts: [b.example], frameworks: [dpf] }]'],
    ['tls', 'destinations: [{ id: e, hosts: [b.example], tls: { trust: ca.pem } }]'],
    ['transfer', 'rules: [{ id: r, to: [d], then: permit, transfer: { to: [US], basis: scc } }]'],
  ])('refuses %s in another file', (what, text) => {
    const { policy, issues } = compileTexts([base, text], ['a.yaml']);
    expect(policy).toBeUndefined();
    const errors = issues.filter(({ severity }) => severity === 'error');
    expect(errors.map((issue) => `${issue.file}: ${issue.message}`)).toEqual([
      `b.yaml: Found ${what} in a file without authority, expected it only in a.yaml`,
    ]);
  });

  it('refuses a name of authority without a file: a slip there must not open or close everything', () => {
    expect(compileTexts([base], ['bsae.yaml']).issues.map(formatIssue)).toEqual([
      'a.yaml:1:10: error: Found agents in a file without authority, expected it only in bsae.yaml',
      'bsae.yaml:1:1: error: Found no policy file "bsae.yaml", expected one, because authority names it',
    ]);
  });
});
