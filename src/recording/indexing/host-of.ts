/**
 * The host of a recorded target: `https://api.example:8443/v1` and `api.example:443` both name `api.example`. Undefined where
 * there is none to be found.
 */
export function hostOf(target: string): string | undefined {
  const scheme = target.indexOf('://');
  const from = scheme === -1 ? 0 : scheme + 3;
  const path = target.indexOf('/', from);
  const authority = target.slice(from, path === -1 ? undefined : path);
  const port = /:\d+$/.exec(authority)?.index;
  const host = authority.slice(0, port).toLowerCase();
  return host === '' ? undefined : host;
}
