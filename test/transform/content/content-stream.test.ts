import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { ContentCoding } from '../../../src/transform/codings/content-coding.ts';
import { contentFailure } from '../../../src/transform/content/content-error.ts';
import { transformedContent } from '../../../src/transform/content/content-stream.ts';
import type { Transformation } from '../../../src/transform/content/transformation.ts';
import { bomb, coded, CODINGS, contentOf, decoded, drained, pieces, transformation } from '../coded.ts';
import { broken, holdingFive, upperCase } from '../filters.ts';

const text = Buffer.from('mail anna@example.org or call, it is all the same. '.repeat(50));
const upper = text.toString('latin1').toUpperCase();

async function transformed(chunks: readonly Uint8Array[], given: Partial<Transformation>): Promise<Buffer | Error> {
  return drained(transformedContent(contentOf(chunks), transformation(given)));
}

describe('transformedContent()', () => {
  it('transformedContent() filters content without codings', async () => {
    expect(String(await transformed([text], {}))).toBe(upper);
  });

  it.each(CODINGS)('transformedContent() undoes and redoes %s', async (coding) => {
    const sent = await transformed([coded(text, coding)], { came: [coding], leaves: coding });
    expect(decoded(sent as Buffer, coding)).toBe(upper);
  });

  it('transformedContent() leaves stacked codings undone', async () => {
    const came: ContentCoding[] = ['gzip', 'zstd', 'br'];
    expect(String(await transformed([coded(text, ...came)], { came }))).toBe(upper);
  });

  it('transformedContent() codes what came without', async () => {
    expect(decoded((await transformed([text], { leaves: 'zstd' })) as Buffer, 'zstd')).toBe(upper);
  });

  it('transformedContent() gives the same however content is cut, with what a filter holds back', async () => {
    const way = fc.constantFrom<ContentCoding[]>([], ['gzip'], ['deflate'], ['br'], ['zstd'], ['br', 'gzip']);
    const bytes = fc.uint8Array({ maxLength: 3000, min: 1 });
    await fc.assert(
      fc.asyncProperty(way, bytes, fc.integer({ min: 1, max: 100 }), async (came, plain, length) => {
        const chunks = pieces(coded(plain, ...came), length);
        expect(await transformed(chunks, { came, filter: holdingFive() })).toEqual(Buffer.from(plain));
        const leaves = came[0];
        const again = await transformed(chunks, { came, leaves, filter: holdingFive() });
        if (leaves !== undefined) expect(decoded(again as Buffer, leaves)).toBe(Buffer.from(plain).toString('latin1'));
      }),
      { numRuns: 60 },
    );
  });

  it('transformedContent() takes 1-byte chunks', async () => {
    expect(String(await transformed(pieces(text, 1), {}))).toBe(upper);
    expect(String(await transformed(pieces(coded(text, 'zstd'), 1), { came: ['zstd'] }))).toBe(upper);
  });

  it.each<[string, Uint8Array, Partial<Transformation>, string]>([
    ['a coding that lies', text, { came: ['gzip'] }, 'unreadable_content'],
    ['gzip without a label', coded(text, 'gzip'), {}, 'unreadable_content'],
    ['gzip in zstd without a label', coded(text, 'gzip', 'zstd'), { came: ['zstd'] }, 'unreadable_content'],
    ['UTF-16', Buffer.from('text', 'utf16le'), {}, 'unreadable_content'],
    ['a bomb', bomb('br'), { came: ['br'], mislabelled: 'pass' }, 'content_too_large'],
    ['a defect of the filter', text, { filter: broken() }, 'internal_error'],
    ['a defect of the filter behind a coding', coded(text, 'br'), { came: ['br'], filter: broken() }, 'internal_error'],
  ])('transformedContent() ends %s with its failure', async (_, bytes, given, code) => {
    const end = await transformed([bytes], given);
    expect(contentFailure(end)).toMatchObject({ code });
    expect(JSON.stringify(contentFailure(end))).not.toContain('secret');
  });

  it('transformedContent() passes mislabelled content where that is allowed', async () => {
    const zipped = coded(text, 'gzip');
    const filter = { push: (bytes: Uint8Array) => bytes, finish: () => new Uint8Array() };
    expect(await transformed([zipped], { mislabelled: 'pass', filter })).toEqual(zipped);
  });

  it.each<[string, Partial<Transformation>]>([
    ['plain', { mislabelled: 'pass' }],
    ['coded', { came: ['gzip'], leaves: 'zstd', mislabelled: 'pass' }],
  ])('transformedContent() of %s content stops its source while nobody reads', async (_, given) => {
    let produced = 0;
    // Nothing that an encoder could make short: it would take in content for ever.
    const random = (): Uint8Array => crypto.getRandomValues(new Uint8Array(16_384));
    const source = new Readable({
      highWaterMark: 16_384,
      read() {
        const chunk = given.came === undefined ? random() : coded(random(), 'gzip');
        produced += chunk.length;
        setImmediate(() => this.push(chunk));
      },
    });
    const content = transformedContent(source, transformation(given));
    content.read(0);
    let before = -1;
    while (before !== produced) {
      before = produced;
      await delay(100);
      expect(produced).toBeLessThan(1024 * 1024);
    }
    expect(before).toBeGreaterThan(0);
    content.resume();
    await vi.waitFor(() => expect(produced).toBeGreaterThan(3 * before));
    content.destroy();
  });

  it.each<[string, Partial<Transformation>]>([
    ['plain', {}],
    ['coded', { came: ['gzip'] }],
  ])('transformedContent() of %s content ends with the error of its source', async (_, given) => {
    const source = new PassThrough();
    const content = transformedContent(source, transformation(given));
    const end = once(content, 'error');
    source.write(coded(text, 'gzip').subarray(0, 5));
    source.destroy(new Error('aborted'));
    expect(contentFailure(((await end) as [Error])[0])).toEqual({
      code: 'malformed_request',
      detail: 'The content broke off: Error',
    });
  });

  it.each<[string, Partial<Transformation>]>([
    ['plain', {}],
    ['coded', { came: ['gzip'] }],
  ])('transformedContent() of %s content does not take a source for whole that closed early', async (_, given) => {
    const source = new PassThrough();
    const end = drained(transformedContent(source, transformation(given)));
    await turn();
    source.destroy();
    expect(await end).toBeInstanceOf(Error);
  });

  it.each<[string, Partial<Transformation>]>([
    ['plain', { filter: broken() }],
    ['coded', { came: ['gzip'] }],
  ])('transformedContent() that fails on a %s request leaves the connection for its answer', async (_, given) => {
    const codes: string[] = [];
    const server = createServer((message: IncomingMessage, response: ServerResponse) => {
      const content = transformedContent(message, transformation(given));
      content.resume().on('error', (error) => {
        codes.push(contentFailure(error).code);
        expect(message.isPaused()).toBe(true);
        response.writeHead(403).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = httpRequest({ port, method: 'POST', host: '127.0.0.1' });
    client.on('error', () => {});
    client.write('not what it is called');
    const [answer] = (await once(client, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(403);
    expect(codes).toHaveLength(1);
    client.destroy();
    server.closeAllConnections();
    server.close();
  });

  it('transformedContent() may fail before anybody reads it', async () => {
    for (const came of [[], ['gzip']] as const) {
      const source = new PassThrough();
      const content = transformedContent(source, transformation({ came }));
      source.destroy(new Error('aborted'));
      await delay(5);
      expect(content.errored).toMatchObject({ message: 'aborted' });
    }
  });

  it('transformedContent() gives its memory back when its reader leaves', async () => {
    const given = transformation({ came: ['gzip'], leaves: 'br' });
    const source = new PassThrough();
    const content = transformedContent(source, given);
    expect(given.memory.used).toBeGreaterThan(0);
    content.destroy();
    await delay(5);
    expect(given.memory.used).toBe(0);
    expect(source.destroyed).toBe(false);
    expect(source.listenerCount('data')).toBe(0);
  });

  it('transformedContent() hands content on without a copy where nothing changes', async () => {
    const chunk = Buffer.from('ALREADY UPPER');
    const content = transformedContent(contentOf([chunk]), transformation({ filter: upperCase() }));
    const [out] = (await once(content, 'data')) as [Buffer];
    expect(out.buffer).toBe(chunk.buffer);
  });
});
