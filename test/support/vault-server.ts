import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import type { ServerCertificate } from './certificates.ts';

export interface VaultOptions {
  readonly tls: ServerCertificate;
  readonly port?: number;
  readonly address?: string;
  /** Namespace in which everything is; absent: the root namespace. */
  readonly namespace?: string;
  /** AppRole: role id to secret id. */
  readonly appRoles?: Readonly<Record<string, string>>;
  /** Kubernetes: role to the JWT that is believed. */
  readonly workloads?: Readonly<Record<string, string>>;
  /** Seconds that a token from a sign-in lasts. */
  readonly lease?: number;
}

interface Version {
  data: Readonly<Record<string, unknown>> | null;
  deleted: boolean;
}

/**
 * Of HashiCorp Vault what its HTTP API documents for reading KV version 2: tokens, sign-in by AppRole and Kubernetes, namespaces,
 * versions that are deleted, the seal, and the errors of each. A stand-in, since no package registry of the tests has the program.
 */
export class VaultServer implements AsyncDisposable {
  readonly url: string;
  /** Of each request, `METHOD path`, and the token that it came with. */
  readonly requests: { readonly line: string; readonly token: string | undefined }[] = [];
  readonly tokens = new Set<string>();
  isSealed = false;
  /** Answered to every request instead, once for each. */
  readonly instead: { readonly status: number; readonly headers?: Record<string, string>; readonly content: string }[] = [];
  /** Requests wait for it. */
  gate: Promise<void> = Promise.resolve();
  readonly #options: VaultOptions;
  readonly #server: Server;
  readonly #entries = new Map<string, Version[]>();

  private constructor(server: Server, options: VaultOptions) {
    this.#server = server;
    this.#options = options;
    this.url = `https://${options.address ?? '127.0.0.1'}:${(server.address() as AddressInfo).port}`;
    server.on('request', (request: IncomingMessage, response) => {
      void this.#answer(request).then(({ status, headers, content }) => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(content);
      });
    });
  }

  static async open(options: VaultOptions): Promise<VaultServer> {
    const server = createServer(options.tls);
    await new Promise<void>((resolve) => server.listen(options.port ?? 0, options.address ?? '127.0.0.1', resolve));
    return new VaultServer(server, options);
  }

  /** Writes a version; `vault kv put -mount=secret PATH`. */
  put(path: string, data: Readonly<Record<string, unknown>>): void {
    this.#entries.set(path, [...(this.#entries.get(path) ?? []), { data, deleted: false }]);
  }

  /** Deletes the current version; `vault kv delete -mount=secret PATH`. */
  remove(path: string): void {
    const versions = this.#entries.get(path)!;
    versions.at(-1)!.deleted = true;
  }

  /** A token that ends only when it is revoked. */
  mint(): string {
    const token = `hvs.${randomUUID().replaceAll('-', '')}`;
    this.tokens.add(token);
    return token;
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; headers?: Record<string, string>; content: string }> {
    const token = request.headers['x-vault-token'] as string | undefined;
    this.requests.push({ line: `${request.method} ${request.url}`, token });
    const content = await text(request);
    await this.gate;
    const instead = this.instead.shift();
    if (instead !== undefined) return instead;
    if (this.isSealed) return errors(503, 'Vault is sealed');
    const path = (request.url ?? '').replace(/^\/v1\//, '');
    const isHere = (request.headers['x-vault-namespace'] ?? '') === (this.#options.namespace ?? '');
    if (request.method === 'POST' && path.endsWith('/login'))
      return isHere ? this.#signIn(path, content) : errors(403, 'permission denied');
    if (token === undefined || !this.tokens.has(token) || !isHere)
      return errors(403, '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n');
    return this.#read(path);
  }

  #signIn(path: string, content: string): { status: number; content: string } {
    const asked = JSON.parse(content) as Readonly<Record<string, string>>;
    const { appRoles = {}, workloads = {}, lease = 3600 } = this.#options;
    if (path === 'auth/approle/login') {
      const known = appRoles[asked['role_id'] ?? ''];
      if (known === undefined || known !== asked['secret_id']) return errors(400, 'invalid role or secret ID');
    } else if (path === 'auth/kubernetes/login') {
      const known = workloads[asked['role'] ?? ''];
      if (known === undefined || known !== asked['jwt']) return errors(403, 'permission denied');
    } else return errors(403, 'permission denied');
    const token = this.mint();
    const auth = {
      client_token: token,
      accessor: randomUUID(),
      policies: ['cordon'],
      token_type: 'service',
      lease_duration: lease,
      renewable: true,
    };
    return { status: 200, content: JSON.stringify({ request_id: randomUUID(), lease_id: '', data: null, auth }) };
  }

  #read(path: string): { status: number; content: string } {
    if (!path.startsWith('secret/')) return errors(404, `no handler for route "${path}". route entry not found.`);
    const versions = this.#entries.get(path.replace(/^secret\/data\//, ''));
    const version = versions?.at(-1);
    if (versions === undefined || version === undefined) return { status: 404, content: '{"errors":[]}' };
    const metadata = {
      created_time: '2026-11-20T10:00:00.000000000Z',
      custom_metadata: null,
      deletion_time: version.deleted ? '2026-11-22T10:00:00.000000000Z' : '',
      destroyed: false,
      version: versions.length,
    };
    const data = { data: version.deleted ? null : version.data, metadata };
    return {
      status: version.deleted ? 404 : 200,
      content: JSON.stringify({ request_id: randomUUID(), lease_duration: 0, renewable: false, data, auth: null }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function errors(status: number, ...messages: readonly string[]): { status: number; content: string } {
  return { status, content: JSON.stringify({ errors: messages }) };
}
