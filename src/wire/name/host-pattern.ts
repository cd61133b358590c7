import { fail, ok, type Result } from '../../core/result.ts';
import { parseHostName } from './host-name.ts';
import { parseIpAddress } from '../address/ip-address.ts';
import { isPublicSuffix } from './public-suffix.ts';
import { quote } from '../quote.ts';

/**
 * A host pattern of a policy or of the endpoint catalogue: an exact canonical name, `*.suffix` (one or more labels; `suffix`
 * is held without the dot before it), or `*`.
 */
export type HostPattern =
  | { readonly kind: 'exact'; readonly name: string; readonly text: string }
  | { readonly kind: 'suffix'; readonly suffix: string; readonly text: string }
  | { readonly kind: 'any'; readonly text: '*' };

/** Reads `*`, `*.suffix` or an exact name; refuses globs that span registrable domains or cut through labels. */
export function parseHostPattern(text: string): Result<HostPattern, string> {
  if (text === '*') return ok({ kind: 'any', text });
  if (text.startsWith('*.')) return parseSuffixPattern(text);
  if (text.includes('*')) {
    return fail(`Found ${quote(text)}, expected "*" only as the whole first label: "*.example.com" for one or more labels`);
  }
  if (parseIpAddress(text.replaceAll(/[[\]]/g, '')).ok) {
    return fail(`Found the address ${quote(text)}, expected a host name; addresses are written under "addresses"`);
  }
  const name = parseHostName(text);
  return name.ok ? ok({ kind: 'exact', name: name.value, text }) : name;
}

/** Whether a canonical name falls under the pattern. Compares whole labels: `evilexample.com` is not under `*.example.com`. */
export function matchesHost(pattern: HostPattern, name: string): boolean {
  switch (pattern.kind) {
    case 'any':
      return true;
    case 'exact':
      return name === pattern.name;
    case 'suffix': {
      const dot = name.length - pattern.suffix.length - 1;
      return dot > 0 && name.charCodeAt(dot) === 0x2e && name.endsWith(pattern.suffix);
    }
  }
}

function parseSuffixPattern(text: string): Result<HostPattern, string> {
  const suffix = parseHostName(text.slice(2));
  if (!suffix.ok) {
    return text.includes('*', 1) ? fail(`Found ${quote(text)}, expected a single "*", as the whole first label`) : suffix;
  }
  if (isPublicSuffix(suffix.value)) {
    return fail(
      `Found ${quote(text)}, which covers names of unrelated owners; expected a longer suffix, such as "*.example.${suffix.value}"`,
    );
  }
  return ok({ kind: 'suffix', suffix: suffix.value, text });
}
