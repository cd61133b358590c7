import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cordon } from '../cli/cordon.ts';
import { type Lab, startLab } from '../support/lab.ts';
import { response } from '../support/origin-scripts.ts';

const NAME = 'api.de.lab.example';
const hasCurl = spawnSync('curl', ['--version']).error === undefined;
/** Of curl: the certificate cannot be verified. */
const UNTRUSTED = 60;

describe.skipIf(!hasCurl)(hasCurl ? 'cordon ca rotate' : 'cordon ca rotate (curl is not installed)', () => {
  let lab: Lab;
  const at = (...path: readonly string[]): string => join(lab.gateway.directory, ...path);

  beforeAll(async () => {
    lab = await startLab({
      origins: { [NAME]: { country: 'DE', tls: 'good', handler: response('200 OK', 'hello') } },
      rules: ['{ id: api, to: [api-de-lab-example], then: permit }'],
      settings: { workers: 2 },
    });
  }, 60_000);
  afterAll(async () => {
    await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
  });

  /** Exit status of curl, which trusts this file alone. */
  async function curl(trusted: string): Promise<unknown> {
    const { address, port } = lab.gateway.proxy;
    const proxy = ['--proxy', `http://${address}:${port}`, '--cacert', trusted];
    const child = spawn('curl', ['--silent', '--max-time', '10', ...proxy, `https://${lab.authority(NAME)}/`], {
      stdio: 'ignore',
    });
    return (await once(child, 'close'))[0];
  }

  /** What curl ends with at both workers, to which connections go in turn. */
  const everywhere = async (trusted: string): Promise<readonly unknown[]> => [await curl(trusted), await curl(trusted)];

  it('has the old CA issue until its time and the new one from then on, in all workers, on the record', async () => {
    const files = { old: at('old.pem'), next: at('next.pem'), both: at('data/ca/ca.pem') };
    await writeFile(files.old, await lab.gateway.caPem());
    expect(await everywhere(files.old)).toEqual([0, 0]);

    const begun = await cordon(['--json', 'ca', 'rotate', '--overlap', '1h'], lab.gateway.directory);
    expect(begun).toMatchObject({ code: 0 });
    const { fingerprint, bundle } = JSON.parse(begun.out) as { fingerprint: string; bundle: string };
    await writeFile(files.next, await readFile(at('data/ca/next/ca.pem')));
    expect(await everywhere(files.old)).toEqual([0, 0]);
    expect(await everywhere(files.both)).toEqual([0, 0]);
    expect(await everywhere(files.next)).toEqual([UNTRUSTED, UNTRUSTED]);
    expect(await readFile(bundle, 'utf8')).toContain((await readFile(files.next, 'utf8')).trim());
    expect((await cordon(['ca', 'rotate'], lab.gateway.directory)).err).toContain('Found a rotation that is under way');
    const env = await cordon(['env', '--agent', 'lab'], lab.gateway.directory);
    expect(env.out).toContain(files.both);

    // Its time has come.
    await writeFile(at('data/ca/next/from'), `${new Date(Date.now() - 1_000).toISOString()}\n`);
    await expect.poll(() => everywhere(files.next), { timeout: 10_000 }).toEqual([0, 0]);
    expect(await everywhere(files.both)).toEqual([0, 0]);
    expect(await everywhere(files.old)).toEqual([UNTRUSTED, UNTRUSTED]);
    expect(await lab.gateway.caPem()).toContain((await readFile(files.old, 'utf8')).trim());

    await writeFile(at('data/ca/next/from'), `${new Date(Date.now() - 120_000).toISOString()}\n`);
    await expect.poll(() => lab.gateway.caPem(), { timeout: 10_000 }).toBe(await readFile(files.next, 'utf8'));
    expect(await everywhere(files.next)).toEqual([0, 0]);

    const byPerson = await lab.gateway.waitForRecord((each) => each.kind === 'admin' && each.action === 'ca.rotated');
    expect(byPerson).toMatchObject({ subject: 'interception-ca', details: { from: expect.any(String) as string } });
    await lab.gateway.waitForRecord((each) => each.kind === 'admin' && each.action === 'ca.switched');
    const switched = (await lab.gateway.records()).filter((each) => each.kind === 'admin' && each.action === 'ca.switched');
    expect(switched.length).toBeGreaterThanOrEqual(2);
    for (const each of switched) expect(each).toMatchObject({ details: { fingerprint } });
  }, 60_000);

  it('leaves alone what is not its own', async () => {
    const theirs = ['--set', 'tls.ca.certificate=mine.pem', '--set', 'tls.ca.key=mine.key'];
    const refused = await cordon([...theirs, 'ca', 'rotate'], lab.gateway.directory);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('mine.pem, which is yours') as string });
    const shared = await cordon(['--set', 'store.url=postgres://cordon@/cordon', 'ca', 'rotate'], lab.gateway.directory);
    expect(shared).toMatchObject({ code: 2, err: expect.stringContaining('expected it in tls.ca') as string });
  });
});
