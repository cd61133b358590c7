import { decodePunycode } from './punycode.ts';
import { looksLatin, scriptsOf } from './scripts.ts';

/** What an approver should know about a host that stands for letters beyond ASCII; empty for one that does not. */
export function hostWarnings(origin: string): string[] {
  const host = origin.replace(/^[a-z]+:\/\//, '').replace(/:\d+$/, '');
  return host.split('.').flatMap(labelWarnings);
}

/** The same of one label of a host name. */
export function labelWarnings(label: string): string[] {
  if (!label.startsWith('xn--')) return [];
  const letters = decodePunycode(label.slice(4));
  if (letters === undefined) return [`${label} is no valid international name`];
  const scripts = scriptsOf(letters);
  const stands = `${label} stands for “${letters}”`;
  if (scripts.length > 1) return [`${stands}, which mixes ${scripts.join(' and ')} letters: it may imitate another name`];
  if (looksLatin(letters))
    return [`${stands}, whose ${scripts.join()} letters look like Latin ones: it may imitate another name`];
  return [`${stands} (${scripts.join() || 'signs'})`];
}
