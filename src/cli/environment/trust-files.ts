import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import { SOURCES_FILE, TRUST_DIRECTORY, type TrustedCa, type TrustFiles, trustFilesIn, trustSources } from './trust-sources.ts';

/** A directory of roots may hold links to files that change behind them. */
const OLDEST: Milliseconds = 24 * 3_600_000;

/**
 * The trust files beside the CA's certificate in the data directory, written anew unless the CA and the roots of this machine are
 * what they were: to read some hundred roots takes longer than all else that `cordon run` does.
 *
 * @failure a sentence for the operator
 */
export async function trustFiles(ca: TrustedCa, dataDirectory: string): Promise<Result<TrustFiles, string>> {
  const files = trustFilesIn(dataDirectory, ca);
  if (areCurrent(ca, join(dataDirectory, TRUST_DIRECTORY, SOURCES_FILE), files)) return ok(files);
  const { writeTrustFiles } = await import('./write-trust-files.ts');
  return await writeTrustFiles(ca, dataDirectory);
}

function areCurrent(ca: TrustedCa, noted: string, { bundle, javaTrustStore }: TrustFiles): boolean {
  // Elsewhere the roots are in a store of the system, which says nothing about when it changed.
  if (process.platform !== 'linux') return false;
  try {
    const written = statSync(noted).mtimeMs;
    const isYoung = Math.abs(Date.now() - written) < OLDEST;
    const isWhole = [bundle, javaTrustStore].every((path) => statSync(path).mtimeMs <= written);
    return isYoung && isWhole && readFileSync(noted, 'utf8') === trustSources(ca);
  } catch {
    return false;
  }
}
