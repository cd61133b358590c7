import { type Permission, PERMISSIONS } from '../../src/admin/access/permissions.ts';
import { ROLES } from '../../src/core/people/role.ts';

const INTRODUCTION = `# The admin API

<!-- Generated from src/admin/access/permissions.ts by scripts/generate-docs.ts. Do not edit. -->

On \`listen.admin\` (port 3129). A program sends \`Authorization: Bearer <token>\`; a browser has a session, opened with a token
(\`POST /v1/sign-in {"token": "…"}\`), and repeats in the field \`Cordon-CSRF\`, with everything that changes something, the value
that \`GET /v1/me\` gives. Without a credential the answer is 401, without the right role 403. Content is JSON; what is refused is
answered with a problem (RFC 9457). Schemas: [openapi.json](openapi.json), which a gateway serves under \`/openapi.json\`.

A *viewer* lists, an *approver* also decides in scope, an *auditor* reads everything, an *operator* reloads and stops, an *admin*
manages tokens and decides nothing. A role may be scoped to groups and places.
`;

/** `docs/admin-api.md`: every route and who may call it. */
export function adminApiPage(): string {
  const rows = PERMISSIONS.map((row) => `| \`${row.method} ${shownPath(row.path)}\` | ${who(row)} | ${row.summary} |`);
  return `${[INTRODUCTION, '| route | who may | |', '|---|---|---|', ...rows].join('\n')}\n`;
}

function who({ roles, without, once }: Permission): string {
  if (without === 'anyone') return 'anyone';
  const holders = roles.length === ROLES.length ? 'every role' : roles.join(', ');
  return [
    holders,
    ...(once === true ? ['a one-use token'] : []),
    ...(without === 'local' ? ['programs on this machine'] : []),
  ].join('; ');
}

/** As contract and OpenAPI write it. */
function shownPath(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}');
}
