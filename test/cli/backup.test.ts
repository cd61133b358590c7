import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { cordon, type Ended } from './cordon.ts';

const POLICY = `cordon: 1
agents: [{ id: bot, home: eu, identify: [{ token: true }] }]
destinations: [{ id: d, hosts: [d.example] }]
rules: [{ id: r, to: [d], then: permit }]
`;

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

describe('cordon backup and restore', () => {
  let root: string;
  let backup: string;
  const tokens = { good: '', revoked: '' };

  const run = (directory: string, ...args: string[]): Promise<Ended> =>
    cordon([...args, '--config', join(directory, 'cordon.yaml')], directory, {}, 'value-of-key');

  /** A directory with settings and policy, and nothing else yet. */
  async function place(name: string): Promise<string> {
    const directory = join(root, name);
    await mkdir(join(directory, 'rules'), { recursive: true });
    await writeFile(join(directory, 'rules/policy.yaml'), POLICY);
    await writeFile(join(directory, 'cordon.yaml'), 'data: { directory: data }\nrules: rules\n');
    return directory;
  }

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'cordon-backup-'));
    backup = join(root, 'backup');
    await using gateway = await startGateway({ rules: POLICY });
    const { directory } = gateway;
    tokens.good = (await run(directory, 'token', 'mint', '--agent', 'bot')).out.trim();
    tokens.revoked = (await run(directory, 'token', 'mint', '--agent', 'bot')).out.trim();
    await run(directory, 'token', 'revoke', tokens.revoked.slice(4).split('.')[0]!);
    expect(await run(directory, 'secrets', 'set', 'key')).toMatchObject({ code: 0 });
    expect(await run(directory, 'backup', backup)).toMatchObject({ code: 0 });
    const made = await gateway.waitForRecord((record) => record.kind === 'admin' && record.action === 'backup.made');
    expect(made).toMatchObject({ subject: 'installation' });
    const { code, err } = await run(directory, 'restore', backup);
    expect([code, err]).toEqual([2, expect.stringContaining('found an installation, expected none')]);
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('copies what opens everything, for its owner alone', async () => {
    const entries = await readdir(backup, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    expect(files.map((file) => file.slice(backup.length + 1)).sort()).toEqual(
      expect.arrayContaining(['ca/ca.key', 'ca/ca.pem', 'cordon.db', 'keys/records.key', 'manifest.json', 'secrets/key']),
    );
    for (const file of files) expect([file, (await stat(file)).mode & 0o777]).toEqual([file, 0o600]);
    expect((await stat(backup)).mode & 0o777).toBe(0o700);
    expect(files.some((file) => file.endsWith('.seg'))).toBe(false);
  });

  it('brings back an installation that knows who it knew, and whom it does not', async () => {
    const directory = await place('restored');
    expect(await run(directory, 'restore', backup)).toMatchObject({ code: 0 });
    expect(await exists(join(directory, 'data/.restoring'))).toBe(false);
    expect((await run(directory, 'secrets', 'list')).out).toBe('key\n');
    const caBefore = await readFile(join(backup, 'ca/ca.pem'), 'utf8');
    await using gateway = await startGateway({ rules: POLICY, directory });
    expect(await gateway.caPem()).toBe(caBefore);
    const { address, port } = gateway.proxy;
    const statusOf = async (token: string): Promise<number> => {
      const { request } = await import('node:http');
      return await new Promise((resolve, reject) => {
        const headers = { host: 'cordon.internal', 'proxy-authorization': `Bearer ${token}` };
        request({ host: address, port, path: 'http://cordon.internal/whoami', headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        })
          .on('error', reject)
          .end();
      });
    };
    expect([await statusOf(tokens.good), await statusOf(tokens.revoked)]).toEqual([200, 407]);
    expect(await run(directory, 'verify')).toMatchObject({ code: 0 });
    const records = await gateway.records();
    expect(records.find((record) => record.kind === 'admin' && record.action === 'backup.restored')).toBeDefined();
  });

  it.each<[what: string, harm: (copy: string) => Promise<void>, found: RegExp]>([
    ['a changed file', (copy) => writeFile(join(copy, 'keys/records.key'), 'x'.repeat(32)), /found other content than when/],
    ['a missing file', (copy) => rm(join(copy, 'cordon.db')), /cordon\.db: ENOENT/],
    ['no manifest', (copy) => rm(join(copy, 'manifest.json')), /manifest\.json: ENOENT/],
    [
      'a newer one',
      async (copy) => {
        const file = join(copy, 'manifest.json');
        await writeFile(file, (await readFile(file, 'utf8')).replace('"v": 1', '"v": 2'));
      },
      /found version 2, expected 1: a newer Cordon made it/,
    ],
    [
      'a path that leads out',
      async (copy) => {
        const file = join(copy, 'manifest.json');
        await writeFile(file, (await readFile(file, 'utf8')).replace('"cordon.db"', '"../cordon.db"'));
      },
      /found files without path/,
    ],
  ])('refuses %s, and leaves nothing behind', async (what, harm, found) => {
    const copy = join(root, `copy-${what.replaceAll(' ', '-')}`);
    await cp(backup, copy, { recursive: true });
    await harm(copy);
    const directory = await place(`into-${what.replaceAll(' ', '-')}`);
    const { code, err } = await run(directory, 'restore', copy);
    expect([code, err]).toEqual([2, expect.stringMatching(found)]);
    expect(await exists(join(directory, 'data'))).toBe(false);
  });

  it('refuses a directory with files in it, and says who backs up PostgreSQL', async () => {
    const directory = await place('refusing');
    const full = join(root, 'full');
    await mkdir(full);
    await writeFile(join(full, 'x'), '');
    expect((await run(directory, 'backup', full)).err).toContain('found files in it, expected an empty directory');
    expect((await run(directory, 'backup', join(root, 'new'), '--without-store')).code).toBe(2);
    await writeFile(
      join(directory, 'cordon.yaml'),
      'data: { directory: data }\nrules: rules\nnode: { place: DE }\nstore: { url: "postgres://x@127.0.0.1/x", place: DE }\n',
    );
    expect((await run(directory, 'backup', join(root, 'new'))).err).toContain('pg_dump');
  });
});
