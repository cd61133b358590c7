import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { Provider } from 'oidc-provider';
import type { ServerCertificate } from './certificates.ts';

export interface AuthorizationServerOptions {
  readonly address: string;
  readonly port: number;
  readonly tls: ServerCertificate;
  /** By client: secret, and how it has to be shown. */
  readonly clients: Readonly<Record<string, { readonly secret: string; readonly shown: 'basic' | 'post' }>>;
  /** Seconds for which its tokens count. */
  readonly lasting: number;
  /** Whom they can be for (RFC 8707). */
  readonly resource: string;
}

/** A real authorization server on loopback that gives opaque tokens for client credentials. */
export interface AuthorizationServer extends AsyncDisposable {
  readonly tokenUrl: string;
  /** How many requests for tokens it has been sent. */
  readonly asked: number;
  /** What it knows of a token. */
  known(token: string): Promise<{ readonly client?: string; readonly scope?: string; readonly audience?: unknown } | undefined>;
}

export async function startAuthorizationServer(options: AuthorizationServerOptions): Promise<AuthorizationServer> {
  const { address, port, tls, clients, lasting, resource } = options;
  const provider = new Provider(`https://${address}:${port}`, {
    clients: Object.entries(clients).map(([client, { secret, shown }]) => ({
      client_id: client,
      client_secret: secret,
      token_endpoint_auth_method: `client_secret_${shown}`,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    scopes: ['read', 'write'],
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, asked) => {
          if (asked !== resource) throw new Error('There is no such resource');
          return { scope: 'read write', audience: asked, accessTokenFormat: 'opaque', accessTokenTTL: lasting };
        },
      },
    },
    ttl: { ClientCredentials: lasting },
    cookies: { keys: ['of the tests'] },
  });
  const handle = provider.callback();
  let asked = 0;
  const server = createServer(tls, (request, response) => {
    asked += 1;
    void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  return {
    tokenUrl: `https://${address}:${port}/token`,
    get asked() {
      return asked;
    },
    async known(token) {
      const found = await provider.ClientCredentials.find(token);
      return found && { client: found.clientId ?? '', scope: found.scope ?? '', audience: found.aud };
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** What a token endpoint is asked with, and what it answers next. */
export interface ScriptedEndpoint extends AsyncDisposable {
  readonly tokenUrl: string;
  readonly requests: { readonly authorization: string | undefined; readonly content: string }[];
  /** Of the answers to come; when there is none, each request gets a token of its own. */
  readonly answers: { readonly status: number; readonly headers?: Record<string, string>; readonly content: string }[];
  /** Requests wait for it. */
  gate: Promise<void>;
}

/** A token endpoint that answers what no good authorization server would. */
export async function startScriptedEndpoint(tls: ServerCertificate, address: string): Promise<ScriptedEndpoint> {
  const requests: ScriptedEndpoint['requests'] = [];
  const answers: ScriptedEndpoint['answers'] = [];
  const endpoint = { gate: Promise.resolve() };
  const server = createServer(tls, (request, response) => {
    void text(request).then(async (content) => {
      requests.push({ authorization: request.headers.authorization, content });
      const {
        status,
        headers,
        content: answer,
      } = answers.shift() ?? {
        status: 200,
        content: JSON.stringify({ access_token: `token-${requests.length}`, token_type: 'Bearer', expires_in: 300 }),
      };
      await endpoint.gate;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as { port: number };
  return Object.assign(endpoint, {
    tokenUrl: `https://${address}:${port}/token`,
    requests,
    answers,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}
