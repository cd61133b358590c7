import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { onTestFinished } from 'vitest';
import type { AdminDependencies } from '../../src/admin/dependencies.ts';
import { type AdminOptions, openAdmin } from '../../src/admin/server.ts';
import { ok } from '../../src/core/result.ts';
import { ManualClock } from '../support/clock.ts';

/** A gateway that answers the same to everything; tests replace what they look at. */
export function dependencies(replaced: Partial<AdminDependencies> = {}): AdminDependencies {
  return {
    clock: new ManualClock('2026-11-22T10:00:00Z'),
    ready: () => true,
    policy: () => ({ digest: 'sha256:00', generation: 1, files: ['base.yaml'], errors: [], warnings: [] }),
    check: ({ files }) => ({ ok: true, digest: `sha256:${files.length}`, issues: [] }),
    explain: () => Promise.reject(new Error('not asked')),
    tables: () => ({ items: [] }),
    place: (host) => ok({ host, evidence: [], notes: [] }),
    metrics: () => Promise.resolve({ contentType: 'text/plain; version=0.0.4', text: 'cordon_connections 0\n' }),
    onDefect: () => {},
    ...replaced,
  };
}

export interface Answered {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly body?: string;
}

/** An open admin API and a client for it, over a real socket. */
export async function admin(
  replaced: Partial<AdminDependencies> = {},
  options: Partial<AdminOptions> = {},
): Promise<{ readonly port: number; readonly ask: (path: string, asked?: Asked) => Promise<Answered> }> {
  const opened = await openAdmin({ address: { host: '127.0.0.1', port: 0 }, dependencies: dependencies(replaced), ...options });
  if (!opened.ok) throw new Error(opened.failure);
  onTestFinished(() => opened.value.close());
  const { port } = opened.value.address;
  return { port, ask: (path, asked = {}) => send(port, path, asked, options.tls !== undefined) };
}

function send(port: number, path: string, { method, headers, json, body }: Asked, secure: boolean): Promise<Answered> {
  const content = json === undefined ? body : JSON.stringify(json);
  const type = json === undefined ? {} : { 'content-type': 'application/json' };
  const options = {
    host: '127.0.0.1',
    port,
    path,
    method: method ?? (content === undefined ? 'GET' : 'POST'),
    headers: { ...type, ...headers },
  };
  return new Promise((resolve, reject) => {
    const sent = secure ? secureRequest({ ...options, rejectUnauthorized: false }) : request(options);
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: string[] = [];
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'],
          body: chunks.join(''),
          headers: response.headers,
        }),
      );
    });
    sent.end(content);
  });
}
