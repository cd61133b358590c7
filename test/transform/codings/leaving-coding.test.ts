import { describe, expect, it } from 'vitest';
import { requestLeavesIn, responseLeavesIn, type ResponseContent } from '../../../src/transform/codings/leaving-coding.ts';
import type { ContentCoding } from '../../../src/transform/codings/content-coding.ts';

describe('requestLeavesIn()', () => {
  it.each<[ContentCoding[], ContentCoding | undefined]>([
    [[], undefined],
    [['gzip'], 'gzip'],
    [['zstd'], 'zstd'],
    [['gzip', 'br'], undefined],
  ])('requestLeavesIn() after %j is %j', (came, leaves) => {
    expect(requestLeavesIn(came)).toBe(leaves);
  });
});

describe('responseLeavesIn()', () => {
  const browser = 'gzip, deflate, br, zstd';
  const plain = { came: [], length: 10, isEventStream: false, acceptEncoding: browser };
  const coded: ResponseContent = { ...plain, came: ['gzip'] };

  it.each<[string, ResponseContent, ContentCoding | undefined]>([
    ['came coded', coded, 'zstd'],
    ['came coded, of unknown length', { ...coded, length: undefined }, 'zstd'],
    ['longer than 1 KiB', { ...plain, length: 1025 }, 'zstd'],
    ['of 1 KiB', { ...plain, length: 1024 }, undefined],
    ['of unknown length', { ...plain, length: undefined }, undefined],
    ['of plain events, even of a known length', { ...plain, length: 5000, isEventStream: true }, undefined],
    ['of coded events', { ...coded, isEventStream: true }, 'zstd'],
    ['for a client of brotli', { ...coded, acceptEncoding: 'br, gzip' }, 'br'],
    ['for a client that likes brotli better', { ...coded, acceptEncoding: 'br, zstd;q=0.9' }, 'br'],
    ['for a client of gzip alone', { ...coded, acceptEncoding: 'gzip' }, undefined],
    ['for a client that says nothing', { ...coded, acceptEncoding: undefined }, undefined],
    ['for a client that refuses zstd', { ...coded, acceptEncoding: 'zstd;q=0, *' }, 'br'],
    ['for a client that likes identity better', { ...coded, acceptEncoding: 'zstd;q=0.5, identity' }, undefined],
    ['for a client that likes identity less', { ...coded, acceptEncoding: 'zstd, identity;q=0.5' }, 'zstd'],
    ['without identity, of gzip alone', { ...plain, acceptEncoding: 'gzip, identity;q=0' }, 'gzip'],
    ['without identity, cheap before liked', { ...plain, acceptEncoding: 'gzip, br;q=0.1, identity;q=0' }, 'br'],
    ['of events without identity', { ...plain, isEventStream: true, acceptEncoding: 'deflate, *;q=0' }, 'deflate'],
    ['with nothing acceptable', { ...plain, acceptEncoding: 'identity;q=0' }, undefined],
  ])('responseLeavesIn() %s', (_, content, leaves) => {
    expect(responseLeavesIn(content)).toBe(leaves);
  });
});
