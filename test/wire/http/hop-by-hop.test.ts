import * as fc from 'fast-check';
import type { FieldLines } from '../../../src/core/exchange/exchange.ts';
import { describe, expect, it } from 'vitest';
import { toFieldLines } from '../../../src/wire/http/fields.ts';
import { endToEndFields, requestFieldsForUpstream, responseFieldsForClient } from '../../../src/wire/http/hop-by-hop.ts';

function upstream(...raw: string[]): string[] {
  return requestFieldsForUpstream(toFieldLines(raw));
}

function client(...raw: string[]): string[] {
  return responseFieldsForClient(toFieldLines(raw));
}

describe('requestFieldsForUpstream', () => {
  it('requestFieldsForUpstream() keeps end-to-end lines in order and case', () => {
    const raw = ['Host', 'a.example', 'ACCEPT', '*/*', 'x-b', '1', 'X-B', '2', 'Trailer', 'X-Sum', 'Content-Length', '3'];
    expect(upstream(...raw)).toEqual(raw);
  });

  it.each([
    'Connection',
    'Keep-Alive',
    'Proxy-Connection',
    'Proxy-Authorization',
    'PROXY-AUTHORIZATION',
    'Proxy-Authenticate',
    'Transfer-Encoding',
    'Upgrade',
    'HTTP2-Settings',
    'Expect',
    'TE',
    ':authority',
  ])('requestFieldsForUpstream() drops the field of one connection (HDR-01): %s', (name) => {
    expect(upstream('A', '1', name, 'x', 'B', '2')).toEqual(['A', '1', 'B', '2']);
  });

  it.each([
    'X-Forwarded-For',
    'x-forwarded-host',
    'X-Forwarded',
    'Forwarded',
    'Via',
    'X-Real-IP',
    'Client-IP',
    'True-Client-IP',
    'X-Upstream-Https-Proxy',
  ])('requestFieldsForUpstream() drops what shows or chooses the network (HDR-04, HDR-06): %s', (name) => {
    expect(upstream(name, 'x', 'A', '1')).toEqual(['A', '1']);
  });

  it.each(['Cordon-Session', 'cordon-reason', 'Cordon-Prefer'])('requestFieldsForUpstream() keeps %s here', (name) => {
    expect(upstream(name, 'x')).toEqual([]);
  });

  it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', 'X-Original-URL', 'X-Rewrite-URL'])(
    'requestFieldsForUpstream() drops what would change the judged method or path: %s',
    (name) => expect(upstream(name, 'DELETE')).toEqual([]),
  );

  it('requestFieldsForUpstream() passes what an agent says of itself, which nobody believes (HDR-03)', () => {
    expect(upstream('X-Agent-Id', 'root')).toEqual(['X-Agent-Id', 'root']);
  });

  it('requestFieldsForUpstream() drops fields of the connection also as CGI would read them', () => {
    const fields = [
      ['Proxy_Authorization', 'Basic eDp5'],
      ['transfer_encoding', 'chunked'],
      ['X_Forwarded_For', '10.0.0.1'],
      ['X_Request_Id', '7'],
    ] as const;
    expect(requestFieldsForUpstream(fields)).toEqual(['X_Request_Id', '7']);
  });

  it('requestFieldsForUpstream() drops what Connection nominates, on every line and in any case (HDR-02)', () => {
    expect(
      upstream(
        'connection',
        'close, X-Secret',
        'X-SECRET',
        '1',
        'Connection',
        ' ,authorization,',
        'Authorization',
        'b',
        'X',
        '2',
      ),
    ).toEqual(['X', '2']);
  });

  it('requestFieldsForUpstream() lets nobody nominate what says how content is read (HDR-02)', () => {
    const kept = ['Host', 'a', 'Content-Length', '1', 'Content-Type', 'b', 'Content-Encoding', 'gzip', 'Content-Range', 'c'];
    expect(upstream('Connection', 'host, content-length, content-type, content-encoding, content-range', ...kept)).toEqual(
      kept,
    );
  });

  it('requestFieldsForUpstream() keeps of TE only that trailers are welcome', () => {
    expect(upstream('Connection', 'TE', 'TE', 'gzip;q=0.5, Trailers')).toEqual(['TE', 'trailers']);
    expect(upstream('TE', 'gzip')).toEqual([]);
  });

  it('requestFieldsForUpstream() joins Cookie lines as HTTP/1.1 wants them', () => {
    expect(upstream('cookie', 'a=1', 'X', '1', 'cookie', 'b=2', 'Cookie', 'c=3')).toEqual([
      'cookie',
      'a=1; b=2; c=3',
      'X',
      '1',
    ]);
  });
});

describe('responseFieldsForClient', () => {
  it('responseFieldsForClient() drops connection fields, nominated ones and other routes (TUN-10)', () => {
    expect(
      client(
        'Alt-Svc',
        'h3=":443"',
        'Connection',
        'X-Hop',
        'X-Hop',
        '1',
        'Transfer-Encoding',
        'chunked',
        'Set-Cookie',
        'a',
        'set-cookie',
        'b',
      ),
    ).toEqual(['Set-Cookie', 'a', 'set-cookie', 'b']);
  });

  it('responseFieldsForClient() lets no origin speak in the name of the gateway', () => {
    expect(client('Cordon-Exchange', 'x', 'Proxy-Status', 'Cordon; error=x', 'Proxy-Status', 'cdn; hit')).toEqual([
      'Proxy-Status',
      'cdn; hit',
    ]);
  });

  it('responseFieldsForClient() lets no origin ask for proxy credentials', () => {
    expect(client('Proxy-Authenticate', 'Basic', 'WWW-Authenticate', 'Basic')).toEqual(['WWW-Authenticate', 'Basic']);
  });
});

describe('endToEndFields', () => {
  it('endToEndFields() is idempotent and keeps a subsequence', () => {
    const name = fc.constantFrom('Connection', 'X-A', 'x-a', 'TE', 'Upgrade', 'Keep-Alive', 'Host', 'X-B', 'Via');
    const value = fc.constantFrom('x-a', 'close', 'host', 'x-b, te', 'trailers', '');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (fields: FieldLines) => {
        const kept = endToEndFields(fields);
        expect(endToEndFields(kept)).toEqual(kept);
        let from = 0;
        for (const line of kept) from = fields.indexOf(line, from) + 1;
        expect(from > 0 || kept.length === 0).toBe(true);
        expect(kept.some(([kind]) => kind === 'Connection' || kind === 'Upgrade')).toBe(false);
      }),
    );
  });
});
