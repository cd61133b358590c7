import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isLoopback } from '../../config/setting-text.ts';
import type { Settings } from '../../config/settings-schema.ts';

/**
 * Where people on other machines find the admin API, for links: the first name of its certificate, which is what it answers to.
 * Undefined where it is in reach of this machine alone.
 */
export async function consoleAddress({ address, tls }: Settings['listen']['admin']): Promise<string | undefined> {
  if (tls === undefined || isLoopback(address)) return undefined;
  const names = await certificateNames(tls.certificate);
  const name = names.find((each) => !each.includes('*'));
  return name === undefined ? undefined : `https://${name}${address.port === 443 ? '' : `:${address.port}`}`;
}

/** Host names of a certificate, in its order; none where it cannot be read, which the admin API says better. */
async function certificateNames(file: string): Promise<readonly string[]> {
  try {
    const { subjectAltName = '' } = new X509Certificate(await readFile(file, 'utf8'));
    return subjectAltName.split(', ').flatMap((entry) => (entry.startsWith('DNS:') ? [entry.slice('DNS:'.length)] : []));
  } catch {
    return [];
  }
}
