import type { Authority } from '../../core/address.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseAuthority } from '../name/authority.ts';
import { canonicalPath } from './canonical-path.ts';
import { quote, withoutSecrets } from '../quote.ts';

/** What goes upstream, and what rules judge. */
export interface OriginForm {
  /** Path and query exactly as the client sent them; never empty. */
  readonly requestTarget: string;
  /** Canonical path; undefined when origins may read the path differently (see {@link canonicalPath}). */
  readonly path: string | undefined;
}

export interface AbsoluteForm extends OriginForm {
  readonly scheme: 'http' | 'https';
  readonly authority: Authority;
}

const DEFAULT_PORT = { http: 80, https: 443 } as const;
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]{0,31}):/;
/** Everything but printable ASCII: no control can reach a header, no space can end the request line early. */
const NOT_PRINTABLE = /[^\x21-\x7e]/;

/**
 * Reads the request target of a request to a proxy: `http://host[:port]/path?query`. An empty path is `/`, for OPTIONS too:
 * that one should leave as `*` (RFC 9112 §3.2.4), which undici refuses to send; what is judged is what is sent.
 *
 * @source RFC 9112 §3.2.2
 */
export function parseAbsoluteForm(text: string): Result<AbsoluteForm, string> {
  const problem = characterProblem(text);
  if (problem !== undefined) return fail(problem);
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined)
    return fail(`Found ${quote(withoutSecrets(text))}, expected an absolute-form target such as http://host/path`);
  if (scheme !== 'http' && scheme !== 'https') return fail(`Found the scheme ${quote(scheme)}, expected http or https`);
  if (!text.startsWith('//', scheme.length + 1))
    return fail(`Found ${quote(withoutSecrets(text))}, expected ${scheme}://host/path`);

  const start = scheme.length + 3;
  const rest = text.slice(start);
  const length = rest.search(/[/?]/);
  const authority = parseAuthority(length < 0 ? rest : rest.slice(0, length), DEFAULT_PORT[scheme]);
  if (!authority.ok) return authority;
  const target = length < 0 ? '' : rest.slice(length);
  const { requestTarget, path } = originForm(target.startsWith('/') ? target : `/${target}`);
  return ok({ scheme, authority: authority.value, requestTarget, path });
}

/**
 * Reads the request target of a request to an origin, as inside a tunnel: `/path?query`.
 *
 * @source RFC 9112 §3.2.1
 */
export function parseOriginForm(text: string): Result<OriginForm, string> {
  const problem = characterProblem(text);
  if (problem !== undefined) return fail(problem);
  if (!text.startsWith('/'))
    return fail(`Found ${quote(withoutSecrets(text))}, expected an origin-form target such as /path?query`);
  return ok(originForm(text));
}

function originForm(requestTarget: string): OriginForm {
  const query = requestTarget.indexOf('?');
  return { requestTarget, path: canonicalPath(query < 0 ? requestTarget : requestTarget.slice(0, query)) };
}

function characterProblem(text: string): string | undefined {
  if (NOT_PRINTABLE.test(text))
    return `Found a character other than printable ASCII in ${quote(withoutSecrets(text))}, expected it percent-encoded`;
  if (text.includes('#')) return `Found a fragment in ${quote(withoutSecrets(text))}, expected a target without "#"`;
  return undefined;
}
