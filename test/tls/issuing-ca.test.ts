import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openIssuingCa, type IssuingCa, type IssuingCaOptions } from '../../src/tls/issuing-ca.ts';
import { createTestCa } from '../support/certificates.ts';
import { MACHINE_RANDOM, ManualClock } from '../support/clock.ts';
import { host } from '../support/host.ts';

const DAY = 24 * 3_600_000;
let directory: string;
let clock: ManualClock;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cordon-ca-'));
  clock = new ManualClock('2026-11-22T12:00:00Z');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const tryOpen = (more: Partial<IssuingCaOptions> = {}) => openIssuingCa({ directory, clock, random: MACHINE_RANDOM, ...more });

async function open(more?: Partial<IssuingCaOptions>): Promise<IssuingCa> {
  const opened = await tryOpen(more);
  if (!opened.ok) throw new Error(opened.failure);
  return opened.value;
}

async function refusal(more?: Partial<IssuingCaOptions>): Promise<string> {
  const opened = await tryOpen(more);
  return opened.ok ? '' : opened.failure;
}

const modeOf = async (...path: string[]): Promise<number> => (await stat(join(directory, ...path))).mode & 0o777;

describe('openIssuingCa()', () => {
  it('makes a CA at first start, its key for nobody else, and leaves no draft behind', async () => {
    const ca = await open();
    expect([await modeOf('ca'), await modeOf('ca', 'ca.key'), await modeOf('ca', 'ca.pem')]).toEqual([0o700, 0o600, 0o644]);
    expect(await readdir(directory)).toEqual(['ca']);
    const certificate = new X509Certificate(ca.certificatePem);
    expect(certificate.fingerprint256).toBe(ca.fingerprint);
    expect(certificate.ca).toBe(true);
    expect(certificate.validFromDate.getTime()).toBeLessThan(clock.now());
    expect(ca.notAfter).toBe(certificate.validToDate.getTime());
  });

  it('makes the modes it promises under any umask', async () => {
    const program = `
      process.umask(0o077);
      const { openIssuingCa } = await import(process.argv[1]);
      const clock = { now: () => 1_800_000_000_000, monotonic: () => 0 };
      const random = { bytes: (length) => new Uint8Array(length).fill(7) };
      const opened = await openIssuingCa({ directory: process.argv[2], clock, random });
      process.exitCode = opened.ok ? 0 : 1;`;
    const source = join(import.meta.dirname, '../../src/tls/issuing-ca.ts');
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, source, directory]);
    expect([await modeOf('ca', 'ca.key'), await modeOf('ca', 'ca.pem')]).toEqual([0o600, 0o644]);
  });

  it('uses the same CA at the next start', async () => {
    const first = await open();
    expect((await open()).fingerprint).toBe(first.fingerprint);
  });

  it('ends with one CA when many start at once', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => open()));
    expect(new Set(all.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    expect(await readdir(directory)).toEqual(['ca']);
  });

  it('fills an empty ca directory, such as a fresh volume', async () => {
    await mkdir(join(directory, 'ca'));
    await open();
    expect((await readdir(join(directory, 'ca'))).sort()).toEqual(['ca.key', 'ca.pem']);
  });

  it('refuses half a pair and does not make a new CA over it', async () => {
    await open();
    await rm(join(directory, 'ca', 'ca.pem'));
    expect(await refusal()).toMatch(/ca\.pem: ENOENT/);
    expect(await readdir(join(directory, 'ca'))).toEqual(['ca.key']);
  });

  it.each([0o644, 0o640, 0o604, 0o660, 0o601])('ESC-05: refuses a key with mode %o', async (mode) => {
    await open();
    await chmod(join(directory, 'ca', 'ca.key'), mode);
    expect(await refusal()).toBe(
      `${join(directory, 'ca', 'ca.key')}: found mode 0${mode.toString(8)}, expected 0600: ` +
        'the interception key must be readable by the gateway alone',
    );
  });

  it('ESC-05: looks at the file behind a link, not at the link', async () => {
    await open();
    await chmod(join(directory, 'ca', 'ca.key'), 0o644);
    await symlink(join(directory, 'ca', 'ca.key'), join(directory, 'link'));
    const settings = { certificate: join(directory, 'ca', 'ca.pem'), key: join(directory, 'link') };
    expect(await refusal({ settings })).toContain('found mode 0644');
  });

  it('refuses a CA that has expired and names both files', async () => {
    const { notAfter } = await open();
    clock.advance(notAfter - clock.now() + 1000);
    expect(await refusal()).toMatch(/ca\.pem with .*ca\.key: Found a CA that expired on 2031-11-21, expected one/);
  });

  it('refuses the key of another CA', async () => {
    const elsewhere = join(directory, 'other');
    await open();
    await open({ directory: elsewhere });
    const settings = { certificate: join(directory, 'ca', 'ca.pem'), key: join(elsewhere, 'ca', 'ca.key') };
    expect(await refusal({ settings })).toContain('key of another certificate');
  });

  it('uses the CA of the settings and writes nothing', async () => {
    const root = await createTestCa();
    const { cert, key } = await root.subordinate();
    const settings = { certificate: join(directory, 'corporate.pem'), key: join(directory, 'corporate.key') };
    await writeFile(settings.certificate, cert + root.pem);
    await writeFile(settings.key, key, { mode: 0o600 });
    const ca = await open({ settings });
    expect(new X509Certificate(ca.certificatePem).subject).toBe('CN=Subordinate CA');
    expect((await readdir(directory)).sort()).toEqual(['corporate.key', 'corporate.pem']);
  });

  it('says where a CA cannot be made', async () => {
    await writeFile(join(directory, 'file'), '');
    expect(await refusal({ directory: join(directory, 'file') })).toMatch(/cannot be made in .*file\/ca: ENOTDIR/);
  });

  it('refuses a file that is no PEM by size', async () => {
    await open();
    await writeFile(join(directory, 'ca', 'ca.key'), 'x'.repeat(1024 * 1024 + 1));
    expect(await refusal()).toContain('found 1048577 bytes');
  });

  it('keeps the key out of what it hands over', async () => {
    const ca = await open();
    const key = await readFile(join(directory, 'ca', 'ca.key'), 'utf8');
    expect(JSON.stringify(ca)).not.toContain(key.split('\n')[1]);
  });
});

describe('IssuingCa.leafContext()', () => {
  it('gives equal hosts one context, and a new one before the week is over', async () => {
    const ca = await open();
    const first = ca.leafContext(host('a.example'));
    clock.advance(5 * DAY);
    expect(ca.leafContext(host('A.Example.'))).toEqual(first);
    expect(contextOf(ca.leafContext(host('a.example')))).toBe(contextOf(first));
    clock.advance(DAY);
    expect(contextOf(ca.leafContext(host('a.example')))).not.toBe(contextOf(first));
  });

  it('TLS-15: issues nothing for a name no parser of ours made', async () => {
    const ca = await open();
    expect(ca.leafContext({ kind: 'name', name: '*.com' })).toMatchObject({
      ok: false,
      failure: { code: 'malformed_request' },
    });
  });

  it('issues nothing once the CA itself has ended', async () => {
    const ca = await open();
    clock.advance(ca.notAfter - clock.now());
    expect(ca.leafContext(host('a.example'))).toMatchObject({ ok: false, failure: { code: 'internal_error' } });
  });

  function contextOf(result: ReturnType<IssuingCa['leafContext']>): unknown {
    return result.ok ? result.value : result.failure;
  }
});
