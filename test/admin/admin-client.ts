import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { AdminDependencies } from '../../src/admin/dependencies.ts';
import { type AdminOptions, type AdminServer, openAdmin } from '../../src/admin/server.ts';
import { ok } from '../../src/core/result.ts';
import type { Role } from '../../src/core/people/role.ts';
import { ManualClock } from '../support/clock.ts';
import { openPeople, type PeopleFixture } from './people-fixture.ts';

const nothing = (): Promise<never> => Promise.reject(new Error('not asked'));
/** They are tested with a whole gateway. */
const NO_APPROVALS: AdminDependencies['approvals'] = {
  list: nothing,
  find: nothing,
  decide: nothing,
  purge: nothing,
  grants: nothing,
  revokeGrant: nothing,
};

const NO_AGENTS: AdminDependencies['agents'] = { list: nothing, stop: nothing, resume: nothing };

const NO_EXCHANGES: AdminDependencies['exchanges'] = {
  list: nothing,
  find: nothing,
  content: nothing,
  places: nothing,
  sessions: nothing,
  session: nothing,
};

/** A gateway that answers the same to everything; tests replace what they look at. People and record are the real ones. */
export function dependencies(people: PeopleFixture, replaced: Partial<AdminDependencies> = {}): AdminDependencies {
  return {
    clock: people.clock,
    people: people.people,
    agents: NO_AGENTS,
    approvals: NO_APPROVALS,
    exchanges: NO_EXCHANGES,
    reports: { make: nothing, page: () => ({ html: '', contentSecurityPolicy: '' }) },
    audit: { verify: nothing },
    retention: { holds: nothing, hold: nothing, release: nothing, ofSession: nothing, shred: nothing },
    records: { simulate: nothing, exportSession: nothing },
    watch: () => ({ [Symbol.dispose]: () => {} }),
    reload: () => Promise.resolve(ok('unchanged')),
    ready: () => true,
    health: () => ({ ready: true, policy: 'sha256:1', uniform: true, fleet: { uniform: true, replicas: [] }, items: [] }),
    limits: () => ({ items: [] }),
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
  /** Value of each cookie that was set; empty where it was cleared. */
  readonly cookies: Readonly<Record<string, string>>;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly body?: string;
  /** With the token of somebody who holds this role; null: with no credential. A viewer unless given. */
  readonly as?: Role | null;
}

export type Ask = (path: string, asked?: Asked) => Promise<Answered>;

export interface OpenAdmin {
  readonly port: number;
  readonly people: PeopleFixture;
  readonly renewTls: AdminServer['renewTls'];
  readonly ask: Ask;
}

/** An open admin API and a client for it, over a real socket. */
export async function admin(
  replaced: Partial<AdminDependencies> = {},
  options: Partial<AdminOptions> = {},
): Promise<OpenAdmin> {
  const directory = mkdtempSync(join(tmpdir(), 'cordon-admin-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const clock = replaced.clock instanceof ManualClock ? replaced.clock : new ManualClock('2026-11-22T10:00:00Z');
  const people = await openPeople(directory, clock);
  const opened = await openAdmin({
    address: { host: '127.0.0.1', port: 0 },
    dependencies: dependencies(people, replaced),
    ...options,
  });
  if (!opened.ok) throw new Error(opened.failure);
  onTestFinished(() => opened.value.close());
  const { port } = opened.value.address;
  const isSecure = options.tls !== undefined;
  return {
    port,
    people,
    renewTls: opened.value.renewTls,
    ask: async (path, { as = 'viewer', ...asked } = {}) => {
      const isNamed = as === null || asked.headers?.['authorization'] !== undefined || asked.headers?.['cookie'] !== undefined;
      const credential = isNamed ? {} : { authorization: `Bearer ${await people.tokenFor(as)}` };
      return send(port, path, { ...asked, headers: { ...credential, ...asked.headers } }, isSecure);
    },
  };
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
      // It has no end.
      if (response.headers['content-type'] === 'text/event-stream') response.destroy();
      response.on('data', (chunk: string) => chunks.push(chunk));
      response.on('close', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'],
          body: chunks.join(''),
          headers: response.headers,
          cookies: Object.fromEntries(
            (response.headers['set-cookie'] ?? []).map((line) => line.split(';', 1)[0]!.split('=', 2) as [string, string]),
          ),
        }),
      );
    });
    sent.end(content);
  });
}
