import { CODES, codeRow, type Code } from '../../src/core/codes.ts';

const INTRODUCTION = `# What the gateway answers itself

<!-- Generated from src/core/codes.ts by scripts/generate-docs.ts. Do not edit. -->

Every answer of the gateway itself has a code. It stands in the problem (\`code\`, RFC 9457), in \`Proxy-Status\` as
\`details\` beside the error type (RFC 9209), and after a refused CONNECT as the reason phrase. The codes are in the order in
which they apply: the first that does is the one that is given. A *denial* is what policy decided; a *failure* is an exchange
that could not be carried out. Inside an inspected tunnel \`name_mismatch\` is answered 421.
`;

/** `docs/errors.md`: every code, and what can be done about it. */
export function errorsPage(): string {
  const rows = (Object.keys(CODES) as Code[]).map((code) => {
    const { kind, status, proxyError, title, hint } = codeRow(code);
    return `| \`${code}\` | ${kind} | ${status} | \`${proxyError}\` | ${title} | ${hint} |`;
  });
  const head = ['| code | kind | status | `error=` | meaning | what to do |', '|---|---|---|---|---|---|'];
  return `${[INTRODUCTION, ...head, ...rows].join('\n')}\n`;
}
