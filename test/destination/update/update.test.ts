import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { URL } from 'node:url';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fail, ok } from '../../../src/core/result.ts';
import type { Fetch } from '../../../src/destination/update/fetched-documents.ts';
import { parseManifest, type Manifest } from '../../../src/destination/update/manifest.ts';
import { parseRangeFile } from '../../../src/destination/update/range-file.ts';
import type { UpdateSource } from '../../../src/destination/update/source.ts';
import { maxmindSource, UPDATE_SOURCES } from '../../../src/destination/update/sources.ts';
import { updateTables, type UpdateProgress, type UpdateReport } from '../../../src/destination/update/update.ts';
import * as documents from './publisher-documents.ts';

const NOW = Date.parse('2026-08-23T10:00:00Z');
const clock = { now: () => NOW, monotonic: () => 0 };

let server: Server;
let origin: string;
let directory: string;
let answers: Map<string, { status?: number; body: string; lastModified?: string; cut?: boolean }>;

beforeEach(async () => {
  answers = new Map();
  server = createServer((request, response) => {
    const answer = answers.get(request.url ?? '');
    if (answer === undefined) return void response.writeHead(404).end(documents.ERROR_PAGE);
    response.writeHead(answer.status ?? 200, {
      'content-length': Buffer.byteLength(answer.body),
      ...(answer.lastModified !== undefined && { 'last-modified': answer.lastModified }),
    });
    if (answer.cut === true) response.write(answer.body.slice(0, 50), () => response.destroy());
    else response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  directory = await mkdtemp(join(tmpdir(), 'cordon-geo-'));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});

/** As the gateway's own client: redirects and statuses other than 200 are failures, and the body is bounded. */
const fetchOverHttp: Fetch = async (url, { maxBytes, timeout }) => {
  try {
    const local = url.replace(/^https:\/\/[^/]+/, origin);
    const response = await fetch(local, { redirect: 'error', signal: AbortSignal.timeout(timeout) });
    if (response.status !== 200) return fail({ code: 'origin_protocol', detail: `status ${response.status}` });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length > maxBytes) return fail({ code: 'content_too_large', detail: `more than ${maxBytes} bytes` });
    const lastModified = response.headers.get('last-modified');
    return ok({ bytes, ...(lastModified !== null && { lastModified }) });
  } catch (error) {
    return fail({ code: 'origin_protocol', detail: (error as Error).message });
  }
};

/** A source of the shipped list, believing in small tables. */
function source(id: string, changes: Partial<UpdateSource> = {}): UpdateSource {
  const found = UPDATE_SOURCES.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`No source ${id}`);
  return { ...found, minimumRows: 1, ...changes };
}

function update(...sources: readonly UpdateSource[]): Promise<UpdateReport> {
  return updateTables({ sources, directory, fetch: fetchOverHttp, clock });
}

async function manifest(): Promise<Manifest> {
  const parsed = parseManifest(await readFile(join(directory, 'manifest.json'), 'utf8'));
  if (!parsed.ok) throw new Error(parsed.failure);
  return parsed.value;
}

function reasonOf(report: UpdateReport): string {
  const [first] = report.sources;
  return first?.outcome === 'failed' ? first.reason : `not failed: ${first?.outcome}`;
}

async function contents(): Promise<Record<string, string>> {
  const files = await readdir(directory);
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(join(directory, file), 'latin1')])),
  );
}

describe('updateTables()', () => {
  it('writes each table and a manifest that names its bytes', async () => {
    answers.set('/ip-ranges.json', { body: documents.AWS_JSON });
    answers.set('/ips-v4', { body: documents.CLOUDFLARE_V4, lastModified: 'Fri, 21 Aug 2026 08:00:00 GMT' });
    answers.set('/ips-v6', { body: documents.CLOUDFLARE_V6, lastModified: 'Thu, 20 Aug 2026 08:00:00 GMT' });
    const progress: UpdateProgress[] = [];
    const sources = [source('aws'), source('cloudflare')];
    const report = await updateTables({
      sources,
      directory,
      fetch: fetchOverHttp,
      clock,
      onProgress: (step) => progress.push(step),
    });

    expect(report).toMatchObject({ complete: true, sources: [{ outcome: 'updated' }, { outcome: 'updated' }] });
    expect(await readdir(directory)).toEqual(expect.arrayContaining(['aws.csv', 'cloudflare.csv', 'manifest.json']));
    expect(await readdir(directory)).toHaveLength(3);
    const { files } = await manifest();
    expect(files).toMatchObject([
      { file: 'aws.csv', kind: 'ranges', provider: 'aws', date: '2026-08-22', rows: 5, fetchedAt: '2026-08-23T10:00:00.000Z' },
      {
        file: 'cloudflare.csv',
        date: '2026-08-20',
        rows: 4,
        source: 'https://www.cloudflare.com/ips-v4 https://www.cloudflare.com/ips-v6',
      },
    ]);
    const bytes = await readFile(join(directory, 'aws.csv'));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(files[0]?.sha256);
    const rows = parseRangeFile(bytes.toString());
    expect(rows.ok && rows.value).toContainEqual({
      cidr: '83.119.128.0/18',
      provider: 'aws',
      region: 'eu-central-1-ist-1',
      service: 'EC2',
    });
    expect(progress.map(({ source, phase, index, total }) => `${index}/${total} ${source} ${phase}`)).toEqual([
      '1/2 aws fetching',
      '1/2 aws checking',
      '1/2 aws writing',
      '2/2 cloudflare fetching',
      '2/2 cloudflare checking',
      '2/2 cloudflare writing',
    ]);
  });

  it('follows the link of a download page, and the month before when this one is not published', async () => {
    answers.set('/en-us/download/details.aspx?id=56519', { body: `<a href="${documents.SERVICE_TAGS_URL}">download</a>` });
    answers.set(new URL(documents.SERVICE_TAGS_URL).pathname, { body: documents.SERVICE_TAGS_JSON });
    expect(await update(source('azure'))).toMatchObject({ sources: [{ outcome: 'updated', entry: { date: '2026-06-22' } }] });

    const asked: string[] = [];
    const fetch: Fetch = async (url) => {
      asked.push(url);
      return fail({ code: 'origin_protocol', detail: 'status 404' });
    };
    await updateTables({ sources: [source('dbip')], directory, fetch, clock });
    expect(asked).toEqual([
      'https://download.db-ip.com/free/dbip-country-lite-2026-08.mmdb.gz',
      'https://download.db-ip.com/free/dbip-country-lite-2026-07.mmdb.gz',
    ]);
  });

  it('follows no link to another host than that of the documents', async () => {
    const page = '<a href="https://evil.example/download/ServiceTags_Public_20260622.json">download</a>';
    answers.set('/en-us/download/details.aspx?id=56519', { body: page });
    expect(reasonOf(await update(source('azure')))).toMatch(/no link/);
  });

  it('leaves the file alone when nothing has changed, and says when it was looked at', async () => {
    answers.set('/ip-ranges.json', { body: documents.AWS_JSON });
    await update(source('aws'));
    const later = { now: () => NOW + 3_600_000, monotonic: () => 0 };
    const report = await updateTables({ sources: [source('aws')], directory, fetch: fetchOverHttp, clock: later });
    expect(report.sources).toMatchObject([{ outcome: 'unchanged' }]);
    expect((await manifest()).files[0]?.fetchedAt).toBe('2026-08-23T11:00:00.000Z');
  });

  it('puts a file right whose bytes are not those of the manifest', async () => {
    answers.set('/ip-ranges.json', { body: documents.AWS_JSON });
    await update(source('aws'));
    const good = await readFile(join(directory, 'aws.csv'));
    await writeFile(join(directory, 'aws.csv'), good.subarray(0, 40));
    expect(await update(source('aws'))).toMatchObject({ sources: [{ outcome: 'updated' }] });
    expect(await readFile(join(directory, 'aws.csv'))).toEqual(good);
  });

  it('goes on with the other sources when one fails', async () => {
    answers.set('/public-ip-list', { body: documents.FASTLY_JSON });
    const report = await update(source('aws'), source('fastly'));
    expect(report).toMatchObject({ complete: false, sources: [{ outcome: 'failed' }, { outcome: 'updated' }] });
  });
});

describe('updateTables() over a good table', () => {
  const older = documents.AWS_JSON.replace('2026-08-22-', '2026-08-21-');
  const future = documents.AWS_JSON.replace('2026-08-22-', '2027-08-22-');
  const shrunk = JSON.stringify({
    ...JSON.parse(documents.AWS_JSON),
    prefixes: JSON.parse(documents.AWS_JSON).prefixes.slice(0, 1),
    ipv6_prefixes: [],
  });
  const withPrefix = (prefix: string): string => documents.AWS_JSON.replace('15.193.0.0/24', prefix);

  it.each([
    ['an older table', { body: older }, /of 2026-08-21, older than the present one of 2026-08-22/],
    ['a table of the future', { body: future }, /2027-08-22/],
    ['less than half of it', { body: shrunk }, /less than half/],
    ['a cut document', { body: documents.AWS_JSON.slice(0, 300) }, /not JSON/],
    ['a connection that breaks', { body: documents.AWS_JSON, cut: true }, /origin_protocol/],
    ['an error page with status 200', { body: documents.ERROR_PAGE }, /not JSON/],
    ['an error status', { status: 503, body: documents.AWS_JSON }, /status 503/],
    ['an empty document', { body: '' }, /empty/],
    ['another list', { body: documents.FASTLY_JSON }, /ip-ranges\.json/],
    ['more bytes than allowed', { body: documents.AWS_JSON + ' '.repeat(2 ** 16) }, /content_too_large/],
    ['private space', { body: withPrefix('10.0.0.0/8') }, /10\.0\.0\.0\/8 in private space/],
    ['documentation space', { body: withPrefix('203.0.113.0/24') }, /documentation/],
    ['a block that ends in special space', { body: withPrefix('192.0.0.0/8') }, /special|reserved/],
    ['half of the Internet', { body: withPrefix('0.0.0.0/1') }, /shorter than \/8/],
    ['all of IPv6', { body: documents.AWS_JSON.replace('2a05:d014::/35', '2000::/3') }, /shorter than \/16/],
    ['a region that breaks the format', { body: documents.AWS_JSON.replaceAll('ap-south-1', 'ap,south') }, /line/],
  ])('keeps it against %s', async (_, answer, reason) => {
    answers.set('/ip-ranges.json', { body: documents.AWS_JSON });
    await update(source('aws'));
    const before = await contents();

    answers.set('/ip-ranges.json', answer);
    expect(reasonOf(await update(source('aws', { maxBytes: 60_000 })))).toMatch(reason);
    expect(await contents()).toEqual(before);
  });

  it('writes nothing when there are too few rows to believe', async () => {
    answers.set('/ip-ranges.json', { body: documents.AWS_JSON });
    expect(reasonOf(await update(source('aws', { minimumRows: 5000 })))).toMatch(/5 rows, expected at least 5000/);
    expect(await contents()).toEqual({});
  });

  it('does not trust the client with the bound on the size', async () => {
    const careless: Fetch = async () => ok({ bytes: Buffer.from(documents.AWS_JSON) });
    const report = await updateTables({ sources: [source('aws', { maxBytes: 100 })], directory, fetch: careless, clock });
    expect(reasonOf(report)).toMatch(/expected at most 100/);
  });

  it('does not overwrite a manifest that it cannot read', async () => {
    await writeFile(join(directory, 'manifest.json'), '{"version":2}');
    answers.set('/ip-ranges.json', { body: documents.AWS_JSON });
    expect(reasonOf(await update(source('aws')))).toMatch(/manifest\.json/);
    expect(await contents()).toEqual({ 'manifest.json': '{"version":2}' });
  });

  it('removes a temporary file that a crash left, but none that may be in use', async () => {
    const [old, young] = ['.aws.csv.0123456789abcdef.tmp', '.gcp.csv.0123456789abcdef.tmp'];
    for (const [file, age] of [
      [old, 2 * 3_600_000],
      [young, 60_000],
    ] as const) {
      await writeFile(join(directory, file), 'half');
      await utimes(join(directory, file), new Date(NOW), new Date(NOW - age));
    }
    answers.set('/ip-ranges.json', { body: documents.AWS_JSON });
    expect(await update(source('aws'))).toMatchObject({ complete: true });
    expect((await readdir(directory)).toSorted()).toEqual([young, 'aws.csv', 'manifest.json']);
  });

  it('runs alone, and takes over from an update that died', async () => {
    answers.set('/ip-ranges.json', { body: documents.AWS_JSON });
    const lock = join(directory, '.update.lock');
    await writeFile(lock, '');
    await utimes(lock, new Date(NOW), new Date(NOW - 60_000));
    expect(reasonOf(await update(source('aws')))).toMatch(/Another update is under way/);
    await utimes(lock, new Date(NOW), new Date(NOW - 2 * 3_600_000));
    expect(await update(source('aws'))).toMatchObject({ complete: true });
    expect(await readdir(directory)).not.toContain('.update.lock');
  });
});

describe('UPDATE_SOURCES', () => {
  it('names every source once, over https', () => {
    const all = [...UPDATE_SOURCES, maxmindSource('GeoIP2-Country')];
    const ids = all.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const addresses = all.flatMap(({ documents: locations }) =>
      locations.map((location) =>
        location.kind === 'monthly' ? location.template : location.kind === 'linked' ? location.page : location.url,
      ),
    );
    expect(addresses.filter((address) => !address.startsWith('https://'))).toEqual([]);
  });
});
