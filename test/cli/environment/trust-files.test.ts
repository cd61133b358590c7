import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../../src/app/system.ts';
import { trustFiles } from '../../../src/cli/environment/trust-files.ts';
import { openIssuingCa, type IssuingCa } from '../../../src/tls/issuing-ca.ts';
import { directoryWith } from '../../config/temporary-directory.ts';

async function caIn(directory: string): Promise<IssuingCa> {
  const ca = await openIssuingCa({ directory, clock: systemClock, random: systemRandom });
  if (!ca.ok) throw new Error(ca.failure);
  return ca.value;
}

async function written(ca: IssuingCa, directory: string): Promise<{ readonly bundle: string; readonly inode: number }> {
  const files = await trustFiles(ca, directory);
  if (!files.ok) throw new Error(files.failure);
  const { bundle } = files.value;
  return { bundle, inode: statSync(bundle).ino };
}

describe.skipIf(process.platform !== 'linux')('trustFiles()', () => {
  it('keeps what it wrote, and writes anew what another CA, a day or a missing file calls for', async () => {
    const directory = directoryWith({});
    const ca = await caIn(directory);
    const first = await written(ca, directory);
    expect(await written(ca, directory)).toEqual(first);

    const other = await caIn(directoryWith({}));
    const ofOther = await written(other, directory);
    expect(ofOther.inode).not.toBe(first.inode);
    expect(readFileSync(ofOther.bundle, 'utf8').startsWith(other.certificatePem.trim())).toBe(true);

    const dayAgo = Date.now() / 1000 - 25 * 3600;
    utimesSync(join(directory, 'ca/trust-sources.json'), dayAgo, dayAgo);
    const ofToday = await written(other, directory);
    expect(ofToday.inode).not.toBe(ofOther.inode);

    rmSync(join(directory, 'ca/truststore.p12'));
    expect((await written(other, directory)).inode).not.toBe(ofToday.inode);
    expect(statSync(join(directory, 'ca/truststore.p12')).size).toBeGreaterThan(10_000);
  });

  it('writes anew over a bundle that somebody changed since', async () => {
    const directory = directoryWith({});
    const ca = await caIn(directory);
    const { bundle } = await written(ca, directory);
    writeFileSync(bundle, 'no certificates');
    const later = Date.now() / 1000 + 5;
    utimesSync(bundle, later, later);
    await written(ca, directory);
    expect(readFileSync(bundle, 'utf8')).toContain('BEGIN CERTIFICATE');
  });
});
