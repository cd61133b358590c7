import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ConsoleFiles, readConsole } from '../../src/admin/console-files.ts';
import { admin } from './admin-client.ts';

const ROOT = join(import.meta.dirname, '../..');
const BUILT = join(ROOT, 'dist/console');
/** Bytes, compressed: what a browser loads before it shows anything. */
const MOST = 60 * 1024;
const ANYONE = { as: null } as const;

async function built(): Promise<ConsoleFiles> {
  const files = await readConsole(BUILT);
  if (files === undefined) throw new Error('Found no dist/console, expected what test/support/console-setup.ts builds');
  return files;
}

describe('the console as it is built', () => {
  it('loads at most 60 KB compressed, all of it', async () => {
    const { page, assets } = await built();
    const sizes = [page, ...assets.values()].map(({ gzipped }) => gzipped.length);
    expect(sizes.length).toBeGreaterThanOrEqual(3);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MOST);
  });

  it('has no inline script or style, loads nothing from elsewhere, and names assets by their content', async () => {
    const { page, assets } = await built();
    const html = page.bytes.toString();
    expect(html).not.toMatch(/<style|<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|https?:/i);
    expect([...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^\/assets\/index-[\w-]{8}\.js$/)]),
    );
    for (const name of assets.keys()) expect(name).toMatch(/^\w+-[\w-]{8}\.(?:js|css|svg)$/);
    // A bundle for development holds paths of the machine that it was made on.
    for (const { bytes } of assets.values()) expect(bytes.toString()).not.toContain(ROOT);
  });

  it('ADM-02: is made of source that makes no markup and no script of text', () => {
    const files = readdirSync(join(ROOT, 'src/console'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.tsx?$/.test(name),
    );
    expect(files.length).toBeGreaterThan(30);
    const means = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|\bstyle=/i;
    expect(files.filter((name) => means.test(readFileSync(join(ROOT, 'src/console', name), 'utf8')))).toEqual([]);
  });
});

describe('GET / and its assets', () => {
  it('are for anyone, typed, compressed where that is understood; the page is not kept, assets for ever', async () => {
    const console = await built();
    const { ask } = await admin({ console });
    const page = await ask('/', ANYONE);
    expect(page).toMatchObject({ status: 200, type: 'text/html; charset=utf-8', body: console.page.bytes.toString() });
    expect(page.headers).toMatchObject({ 'cache-control': 'no-store', vary: 'accept-encoding' });
    expect(page.headers['content-security-policy']).toContain("script-src 'self';");
    for (const [name, { type, bytes }] of console.assets) {
      const asset = await ask(`/assets/${name}`, ANYONE);
      expect(asset).toMatchObject({ status: 200, type, body: bytes.toString() });
      expect(asset.headers).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
      });
    }
  });

  it('are compressed only for who takes gzip', async () => {
    const { ask } = await admin({ console: await built() });
    const encodingFor = async (accepted: string): Promise<unknown> =>
      (await ask('/', { ...ANYONE, headers: { 'accept-encoding': accepted } })).headers['content-encoding'];
    for (const accepted of ['gzip', 'br, gzip;q=0.5', 'GZIP']) expect(await encodingFor(accepted)).toBe('gzip');
    for (const accepted of ['', 'br', 'gzip;q=0', 'gzip; q=0.0, br']) expect(await encodingFor(accepted)).toBeUndefined();
    expect(gunzipSync((await built()).page.gzipped)).toEqual((await built()).page.bytes);
  });

  it('lead to no other file, however the path is written', async () => {
    const { ask } = await admin({ console: await built() });
    const paths = [
      'index.html',
      '..%2findex.html',
      '%2e%2e%2f%2e%2e%2fpackage.json',
      '..%5cindex.html',
      '%00',
      '__proto__',
      'a/b',
    ];
    for (const path of paths) {
      const { status, body } = await ask(`/assets/${path}`, ANYONE);
      expect([path, status]).toEqual([path, expect.toSatisfy((found) => found === 404 || found === 400)]);
      expect(body).not.toContain('cordon"');
    }
  });

  it('may be led to from elsewhere, but not framed or fetched by another site', async () => {
    const { ask } = await admin({ console: await built() });
    const elsewhere = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await ask('/', { ...ANYONE, headers: { ...elsewhere, 'sec-fetch-dest': 'document' } })).status).toBe(200);
    expect((await ask('/', { ...ANYONE, headers: { ...elsewhere, 'sec-fetch-dest': 'iframe' } })).status).toBe(403);
    expect((await ask('/', { ...ANYONE, headers: { ...elsewhere, 'sec-fetch-mode': 'no-cors' } })).status).toBe(403);
  });

  it('say what to do where the console was not built', async () => {
    const { ask } = await admin({});
    const { status, type, body } = await ask('/', ANYONE);
    expect([status, type]).toEqual([503, 'text/html; charset=utf-8']);
    expect(body).toContain('npm run build:console');
    expect((await ask('/assets/index.js', ANYONE)).status).toBe(404);
  });

  it('GET /v1/sign-in says whether an identity provider is set', async () => {
    const provider = {
      start: () => Promise.reject(new Error('not asked')),
      finish: () => Promise.reject(new Error('not asked')),
    };
    for (const identityProvider of [undefined, provider]) {
      const { ask } = await admin({ identityProvider });
      expect(JSON.parse((await ask('/v1/sign-in', ANYONE)).body)).toEqual({
        oidc: identityProvider !== undefined,
        saml: false,
      });
    }
  });
});

describe('readConsole()', () => {
  it('finds nothing where nothing was built, and half of it neither', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'cordon-console-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    expect(await readConsole(directory)).toBeUndefined();
    mkdirSync(join(directory, 'assets'));
    writeFileSync(join(directory, 'assets/a-12345678.js'), '');
    expect(await readConsole(directory)).toBeUndefined();
  });
});
