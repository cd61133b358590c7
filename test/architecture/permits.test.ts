import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeOf, readSourceTree, type SourceFile } from './source-tree.ts';

const tree = readSourceTree(join(import.meta.dirname, '../..'));

/** Files that turn something into a permit: no other way passes the compiler. */
function mints(files: readonly SourceFile[]): string[] {
  const cast = /\bas\s+(?:unknown\s+as\s+)?(?:Intercept)?Permit\b|<(?:Intercept)?Permit>\s*[({[]/;
  return files.filter(({ text }) => cast.test(codeOf(text))).map(({ path }) => path);
}

/** What opens connections or sends datagrams, by module. Servers and types reach nobody by themselves. */
const REACHING: Readonly<Record<string, RegExp>> = {
  'node:net': /\b(?:connect|createConnection|Socket)\b/,
  'node:tls': /\bconnect\b/,
  'node:http': /\b(?:request|get|Agent)\b/,
  'node:https': /\b(?:request|get|Agent)\b/,
  'node:http2': /\bconnect\b/,
  'node:dgram': /./,
  'node:dns': /./,
  'node:dns/promises': /./,
  undici: /./,
  pg: /\b(?:Client|Pool)\b/,
  'openid-client': /./,
  jose: /\bcreateRemoteJWKSet\b/,
};

/** Files that can reach the network: they import, as a value, something that connects, or use the global `fetch`. */
function reaches(files: readonly SourceFile[]): string[] {
  return files.filter(({ text }) => valueImports(text).some(isReaching) || usesGlobalFetch(text)).map(({ path }) => path);
}

interface ValueImport {
  readonly module: string;
  readonly names: string;
}

function valueImports(text: string): ValueImport[] {
  const found = [...text.matchAll(/^import\s+(?!type\b)([^;'"]*?)\s*from\s*'([^']+)'/gm)];
  return found.map(([, clause = '', module = '']) => ({
    module,
    names: clause.replaceAll(/\btype\s+\w+(?:\s+as\s+\w+)?/g, ''),
  }));
}

function isReaching({ module, names }: ValueImport): boolean {
  return names.includes('*')
    ? module in REACHING
    : (REACHING[module]?.test(names.replaceAll(/[{},\s]+/g, ' ').trim()) ?? false);
}

function usesGlobalFetch(text: string): boolean {
  const declared = /\b(?:function|const|let)\s+fetch\b|[{(,]\s*fetch\s*[,:})]/.test(codeOf(text));
  return !declared && /(?<![.\w])(?:globalThis\.)?(?:fetch|WebSocket|EventSource)\s*\(/.test(codeOf(text));
}

describe('permits (invariant 1)', () => {
  it('are minted in one file', () => {
    expect(mints(tree)).toEqual(['pipeline/judging/authorize.ts']);
  });

  it('are asked for by everything in upstream that dials', () => {
    const dialling = tree.filter(({ path, text }) => path.startsWith('upstream/') && /\bconnectTcp\(/.test(text));
    expect(dialling.map(({ path }) => path)).toEqual(['upstream/dial.ts', 'upstream/parent/ask-parent.ts']);
    expect(dialling[0]?.text).toMatch(/export function dial\(permit: Permit,/);
  });

  it('are behind every tunnel through a parent', () => {
    const importing = (name: string): string[] =>
      tree.filter(({ text }) => new RegExp(`^import\\s(?!type\\b)[^;]*\\b${name}\\b`, 'm').test(text)).map(({ path }) => path);
    expect(importing('askParent')).toEqual(['upstream/parent/open-tunnel.ts']);
    expect(importing('openTunnel')).toEqual(['app/egress/pinned-exchange.ts', 'upstream/dial.ts']);
  });
});

describe('the network (invariant 10)', () => {
  it('is in reach of these files alone', () => {
    expect(reaches(tree)).toEqual([
      // The gateway's own requests, for tables, sign-in, webhooks, sinks and traces: decided as subject `cordon`, pinned to the judged addresses.
      'app/egress/pinned-exchange.ts',
      // Gives the OpenID client, which would use the global `fetch`, one that goes through the file above.
      'app/people/providers/oidc/issuer-client.ts',
      // The command line of people, to the admin API of a gateway; runs in no gateway.
      'cli/api/api-exchange.ts',
      // What Node does with the variables of an agent: `cordon doctor` starts it as a program of its own.
      'cli/doctor/probes/ask.mjs',
      // What the gateway tells agents about itself, asked by commands of people; runs in no gateway.
      'cli/environment/ask-gateway.ts',
      // To the gateway that has the same data directory, through a Unix socket in it; runs in no gateway.
      'cli/running/ask-desk.ts',
      // What `cordon run` carries out of the namespace of an agent, to the proxy listener of the settings; runs in no gateway.
      'cli/running/forward.ts',
      // In a browser, to the server that the page came from and, by its content security policy, nowhere else.
      'console/gateway/gateway.ts',
      'console/gateway/listen.ts',
      // Questions to the configured name servers, for names that a rule could permit.
      'destination/dns/dns-exchange.ts',
      // The one database of the settings, once its place is stated and judged.
      'store/postgres/change-listener.ts',
      // Looks its name up and dials what was judged of it, anew with each connection.
      'store/postgres/judged-stream.ts',
      'store/postgres/postgres.ts',
      // Reads its URL as the driver does; connects to nothing.
      'store/postgres/server.ts',
      // To the addresses of a permit.
      'upstream/dial.ts',
      // HTTP over connections that were dialled there.
      'upstream/http1-pool.ts',
      'upstream/http2/origin-session.ts',
      // To the judged addresses of the parent of the settings, for the two that have judged where a tunnel leads.
      'upstream/parent/ask-parent.ts',
      // TLS over one.
      'upstream/secure.ts',
    ]);
  });

  it("is reached by the gateway's own requests through one judge, but for the metadata service", () => {
    const carriers = tree
      .filter(({ text }) => /^import\s(?!type\b)[^;]*\bpinnedExchange\b/m.test(text))
      .map(({ path }) => path);
    expect(carriers).toEqual(['app/egress/metadata-service.ts', 'app/egress/own-request.ts']);
    const named = tree
      .filter(({ text }) => /'169\.254\.169\.254'|metadata\.google\.internal/.test(text))
      .map(({ path }) => path);
    expect(named).toEqual(['app/egress/metadata-service.ts', 'wire/address/address-class.ts']);
  });

  it.each([
    "import { connect } from 'node:net';",
    "import {\n  type Socket,\n  createConnection,\n} from 'node:net';",
    "import * as tls from 'node:tls';",
    "import { request as plain } from 'node:http';",
    "import { lookup } from 'node:dns/promises';",
    "import { Agent } from 'undici';",
    "import { Client, types } from 'pg';",
    "import dgram from 'node:dgram';",
    "import { createRemoteJWKSet, jwtVerify } from 'jose';",
    "export const x = await fetch('x');",
  ])('would be seen through %j', (text) => {
    expect(reaches([file(text)])).toEqual(['tls/planted.ts']);
  });

  it.each([
    "import type { Socket } from 'node:net';",
    "import { createServer, type Socket } from 'node:net';",
    "import { createServer } from 'node:http';",
    'export const f = (fetch: () => void) => fetch();',
  ])('is not reached through %j', (text) => {
    expect(reaches([file(text)])).toEqual([]);
  });

  it('mints() sees a permit made elsewhere', () => {
    expect(
      mints([file('export const p = {} as unknown as Permit;'), file('export const q = x as InterceptPermit;')]),
    ).toHaveLength(2);
  });
});

function file(text: string): SourceFile {
  return { path: 'tls/planted.ts', layer: 'tls', text, imports: [] };
}
