import * as fc from 'fast-check';
import { URL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { authorityText } from '../../../src/core/address.ts';
import { parseAuthority, parseHost } from '../../../src/wire/name/authority.ts';

/** The canonical text, or what was wrong. */
function canonical(text: string, defaultPort?: number): string {
  const result = parseAuthority(text, defaultPort);
  return result.ok ? authorityText(result.value) : `refused: ${result.failure}`;
}

describe('parseAuthority', () => {
  it.each([
    ['example.com:443', 'example.com:443'],
    ['Example.COM.:443', 'example.com:443'],
    ['192.0.2.1:8443', '192.0.2.1:8443'],
    ['[::1]:443', '[::1]:443'],
    ['[::0001]:443', '[::1]:443'],
    ['[::ffff:8.8.8.8]:443', '8.8.8.8:443'],
    ['localhost:1', 'localhost:1'],
    ['a:65535', 'a:65535'],
  ])('parseAuthority() reads %s as %s', (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  it('parseAuthority() takes the default port only where none is written', () => {
    expect(canonical('example.com', 80)).toBe('example.com:80');
    expect(canonical('[2001:db8::1]', 80)).toBe('[2001:db8::1]:80');
    expect(canonical('example.com:8080', 80)).toBe('example.com:8080');
    expect(canonical('example.com:', 80)).toContain('refused');
    expect(canonical('example.com')).toContain('refused');
  });

  it.each([
    ['ADDR-01', '2130706433:443'],
    ['ADDR-02', '0x7f000001:443'],
    ['ADDR-02', '0x7f.1:80'],
    ['ADDR-02', '0X7F.1:80'],
    ['ADDR-03', '0177.0.0.1:443'],
    ['ADDR-03', '012.1.2.3:443'],
    ['ADDR-04', '127.1:443'],
    ['ADDR-04', '0:80'],
    ['ADDR-05', '256.256.256.256:443'],
    ['ADDR-05', '4294967297:443'],
    ['ADDR-05', '127.0.0.1.1:443'],
    ['ADDR-05', '127.0.0.1.:443'],
    ['ADDR-14', '[fe80::1%25eth0]:443'],
    ['ADDR-14', '[::1%lo]:443'],
    ['brackets', '::1:443'],
    ['brackets', '[::1:443'],
    ['brackets', '::1]:443'],
    ['brackets', '[]:443'],
    ['brackets', '[192.0.2.1]:443'],
    ['brackets', '[example.com]:443'],
    ['brackets', '[v1.a]:443'],
    ['brackets', '[::1]443'],
    ['brackets', '[::1]]:443'],
    ['brackets', '[[::1]]:443'],
    ['user information', 'user@example.com:443'],
    ['user information', 'allowed.com:443@evil.com:443'],
    ['user information', 'allowed.com\\@evil.com:443'],
    ['NAME-08', 'allowed.com\0.evil.com:443'],
    ['NAME-08', 'allowed.com:443\r\nHost: evil.com'],
    ['NAME-09', 'exam%70le.com:443'],
    ['NAME-09', 'a%2eb:443'],
    ['NAME-10', 'a..b:443'],
    ['port', 'a:0'],
    ['port', 'a:65536'],
    ['port', 'a:0443'],
    ['port', 'a:+443'],
    ['port', 'a:443 '],
    ['port', 'a: 443'],
    ['port', 'a:4e2'],
    ['port', 'a:99999999999999999999'],
    ['port', 'a:443:443'],
    ['port', 'a:４４３'],
    ['nothing', ''],
    ['nothing', ':443'],
    ['path', 'a/b:443'],
  ])('parseAuthority() refuses %s: %j', (_, text) => {
    expect(canonical(text, 443)).toMatch(/^refused: Found /);
  });

  it('parseAuthority() text reads back to the same authority', () => {
    const host = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((text) => `[${text}]`),
    );
    fc.assert(
      fc.property(host, fc.integer({ min: 1, max: 65_535 }), (text, port) => {
        const first = canonical(`${text}:${port}`);
        if (!first.startsWith('refused')) expect(canonical(first)).toBe(first);
        else expect(text).toMatch(/--|^\d/);
      }),
    );
  });

  it('parseAuthority() never throws and accepts nothing that URL reads as another host', () => {
    const soup = fc.string({ unit: fc.constantFrom(...'a1.:[]@%0x7f-\\/ \0ü'.split('')), maxLength: 24 });
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary' }), fc.webAuthority({ withPort: true })), (text) => {
        const result = parseAuthority(text, 1234);
        if (!result.ok) return;
        const { host, port } = result.value;
        const url = new URL(`x://${text}/`);
        expect(port).toBe(url.port === '' ? 1234 : Number(url.port));
        if (host.kind === 'name') expect(new URL(`http://${text}/`).hostname.replace(/\.$/, '')).toBe(host.name);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('parseHost', () => {
  it('parseHost() tells names from addresses', () => {
    expect(parseHost('a.example')).toEqual({ ok: true, value: { kind: 'name', name: 'a.example' } });
    expect(parseHost('192.0.2.1')).toMatchObject({ value: { kind: 'address', address: { text: '192.0.2.1' } } });
    expect(parseHost('[::ffff:c000:201]')).toMatchObject({ value: { kind: 'address', address: { text: '192.0.2.1' } } });
  });

  it('parseHost() asks for brackets round IPv6', () => {
    const result = parseHost('2001:db8::1');
    expect(result.ok ? '' : result.failure).toContain('brackets');
  });
});

describe('what parseAuthority() remembers', () => {
  it('parseAuthority() gives nothing that keeps the text alive in which the authority stood', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const parsed: unknown[] = [];
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 500; i++) {
      const target = Buffer.alloc(64 * 1024, `name-number-${i}.example.com:443/`).toString('latin1');
      parsed.push(parseAuthority(target.slice(0, target.indexOf('/'))));
    }
    collect();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 * 1024 * 1024);
    expect(parsed).toHaveLength(500);
  });
});
