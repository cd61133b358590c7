import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
/** SHA-256 by version and platform. */
const HASHES = readJson('scripts/runtime-hashes.json') as Readonly<Record<string, Readonly<Record<string, string>>>>;
const PINNED = readJson('package.json') as { dependencies: { node: string }; engines: { node: string } };

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

// The lockfile pins the package `node`, but its binary is put in place by an install script: this looks at the result.
describe('the runtime', () => {
  const platform = `${process.platform}-${process.arch}`;
  const known = HASHES[process.versions.node]?.[platform];

  it('is, byte for byte, one that was reviewed', async (context) => {
    if (known === undefined) return context.skip(`no hash is listed for Node ${process.versions.node} on ${platform}`);
    expect(await sha256Of(process.execPath)).toBe(known);
  });

  it('is listed for the version that package.json pins', () => {
    expect(Object.keys(HASHES)).toContain(PINNED.dependencies.node);
    expect(Object.values(HASHES).flatMap((row) => Object.values(row))).toSatisfy((all: string[]) =>
      all.every((hash) => /^[0-9a-f]{64}$/.test(hash)),
    );
  });

  it('is within the engines that package.json states', () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    expect(PINNED.engines.node).toBe('>=24.16');
    expect(major > 24 || (major === 24 && minor >= 16)).toBe(true);
  });
});
