import type { Random } from '../random.ts';
import { base64, commit, digest, longVersion, timestamp, uuid, version } from './identifiers.ts';

const VERBS = ['load', 'parse', 'render', 'merge', 'collect', 'resolve', 'update', 'validate'];
const NOUNS = ['Report', 'Config', 'Batch', 'Session', 'Index', 'Account', 'Document', 'Region', 'Card', 'Token'];

function name(random: Random): string {
  return random.pick(VERBS) + random.pick(NOUNS) + random.pick(['', 'ById', 'Async', 'List', random.digits(1)]);
}

function snake(random: Random): string {
  return name(random).replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function number(random: Random): string {
  return random.pick([
    String(random.between(0, 100)),
    `0x${random.hex(8)}`,
    `${random.between(0, 9)}.${random.digits(random.between(2, 16))}`,
    String(random.between(1000, 99_999_999)),
    `${random.between(1, 9)}_000_000`,
  ]);
}

const FRAGMENTS: Readonly<Record<string, (random: Random) => string>> = {
  typescript: (random) => {
    const [fn, field] = [name(random), name(random)];
    return `export async function ${fn}(id: string, options: Readonly<Options> = {}): Promise<${random.pick(NOUNS)}[]> {
  const { limit = ${number(random)}, token, ...rest } = options;
  if (id.length === 0) throw new TypeError(\`${fn}: expected an id, found "\${id}"\`);
  const rows = await this.#store.${field}({ id, limit, at: '${timestamp(random)}' });
  return rows.filter((row) => row.${field} !== undefined && row.weight > ${number(random)}).map((row) => ({ ...row, ...rest }));
}
`;
  },
  python: (random) => `@dataclass(frozen=True)
class ${random.pick(NOUNS)}(Base):
    """Reads what ${snake(random)} wrote."""
    ${snake(random)}: int = ${random.between(0, 999)}
    session_id: str = "${uuid(random)}"

    def ${snake(random)}(self, *, password: str | None = None, **kwargs: Any) -> dict[str, float]:
        token = self.client.get_token(scope="read:all")
        return {k: v * ${number(random)} for k, v in kwargs.items() if v != ${number(random)}}
`,
  go: (random) => `func (s *Server) ${name(random)}(ctx context.Context, key []byte) (*${random.pick(NOUNS)}, error) {
\tctx, cancel := context.WithTimeout(ctx, ${random.between(1, 60)}*time.Second)
\tdefer cancel()
\tsecret := s.secrets.Get(ctx, "${snake(random)}")
\tif len(secret) == 0 {
\t\treturn nil, fmt.Errorf("${snake(random)}: %w", ErrNotFound)
\t}
\treturn s.next(ctx, ${number(random)}), nil
}
`,
  sql: (
    random,
  ) => `CREATE TABLE ${snake(random)} (id BIGINT PRIMARY KEY, account_id UUID NOT NULL, phone VARCHAR(32), created_at TIMESTAMPTZ DEFAULT now());
INSERT INTO ${snake(random)} VALUES (${random.between(1, 99_999)}, '${uuid(random)}', NULL, '${timestamp(random)}');
SELECT a.id, count(*) FROM ${snake(random)} a JOIN ${snake(random)} b USING (id) WHERE a.total > ${number(random)} GROUP BY 1 LIMIT ${random.between(1, 500)};
`,
  yaml: (random) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${random.pick(VERBS)}-${random.pick(VERBS)}
  uid: ${uuid(random)}
  annotations: { checksum/config: ${random.hex(64)} }
spec:
  replicas: ${random.between(1, 9)}
  template:
    spec:
      containers:
        - image: registry.example/${random.pick(VERBS)}@${digest(random)}
          env:
            - name: DB_PASSWORD
              valueFrom: { secretKeyRef: { name: db, key: password } }
`,
  shell: (random) => `#!/usr/bin/env bash
set -euo pipefail
export ${snake(random).toUpperCase()}=\${${snake(random).toUpperCase()}:-${random.between(1, 9000)}}
git checkout ${commit(random)} -- "\${1:?usage: $0 FILE}"
for i in {1..${random.between(2, 30)}}; do sleep 0.${random.digits(2)}; done
curl -fsS -H "Authorization: Bearer \${TOKEN}" "https://api.example/v1/items?page=${random.between(1, 99)}&size=50" | jq '.[] | .id'
`,
  environment: (random) => `NODE_ENV=production
PORT=${random.between(1024, 65_535)}
LOG_LEVEL=debug
BUILD_ID=${random.hex(12)}
SESSION_TTL=86400000
API_KEY=\${API_KEY}
FEATURE_${snake(random).toUpperCase()}=${random.pick(['true', 'false', '0.25'])}
`,
  lockfile: (random) => `    "node_modules/${random.pick(VERBS)}-${random.pick(VERBS)}": {
      "version": "${version(random)}",
      "resolved": "https://registry.npmjs.org/${random.pick(VERBS)}/-/${random.pick(VERBS)}-${version(random)}.tgz",
      "integrity": "sha512-${base64(random, 88)}=",
      "engines": { "node": ">=${random.between(12, 24)}" }
    },
`,
  minified: (
    random,
  ) => `!function(e,t){"use strict";var n=${number(random)},r=[${random.several(8, () => number(random)).join(',')}];for(var o=0;o<n;o++)t[o]=e["${random.text('abcdefgh', 2)}"](r[o%8]^${random.between(1, 99)})}(window,document);var ${random.text('abcdefgh', 1)}={${random.several(4, () => `${random.text('abcdefghijk', 2)}:"${random.hex(6)}"`).join(',')}};
`,
  css: (
    random,
  ) => `.${random.pick(VERBS)}-card:hover::after { color: #${random.hex(6)}; background: rgba(${random.between(0, 255)}, ${random.between(0, 255)}, ${random.between(0, 255)}, .${random.digits(2)}); transform: matrix(${random.several(6, () => `0.${random.digits(6)}`).join(', ')}); }
@media (min-width: ${random.between(300, 1920)}px) { .${random.pick(VERBS)} { margin: 0 ${random.between(1, 64)}px; transition: all .${random.digits(1)}s cubic-bezier(.${random.digits(2)}, 0, .${random.digits(2)}, 1); } }
`,
  data: (
    random,
  ) => `${JSON.stringify({ series: random.several(24, () => Number(number(random))), at: Number(`17${random.digits(11)}`), embedding: random.several(12, () => Number(`-0.0${random.digits(14)}`)) })}
`,
  trace: (random) => `TypeError: Cannot read properties of undefined (reading '${name(random)}')
    at ${name(random)} (/srv/app/dist/${snake(random)}.js:${random.between(1, 900)}:${random.between(1, 80)})
    at async ${random.pick(NOUNS)}.${name(random)} (file:///srv/app/node_modules/${random.pick(VERBS)}/index.mjs:${random.between(1, 9000)}:${random.between(1, 120)})
    at process.processTicksAndRejections (node:internal/process/task_queues:${random.between(90, 110)}:5)
User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) ${longVersion(random)} Safari/537.36
`,
};

/** A few lines of a program, a configuration or what programs print; nothing in it is anybody's. */
export function sourceCode(random: Random): string {
  return FRAGMENTS[random.pick(Object.keys(FRAGMENTS))]!(random);
}

const PROGRAMS = ['typescript', 'typescript', 'python', 'python', 'go', 'sql', 'yaml', 'shell'];

/** A few lines of a program or of a configuration, without the dumps and the minified lines. */
export function programText(random: Random): string {
  return FRAGMENTS[random.pick(PROGRAMS)]!(random);
}
