import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { Provider, type Configuration } from 'oidc-provider';
import type { ServerCertificate } from './certificates.ts';

/** Claims of a person, by the name it logs in with. */
export type Accounts = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface IdentityProviderOptions {
  readonly port: number;
  readonly redirectUri: string;
  readonly accounts: Accounts;
  readonly tls?: ServerCertificate;
}

/** A real OpenID provider on loopback, with the client `cordon`, which has no secret and must use PKCE. */
export async function startIdentityProvider({
  port,
  redirectUri,
  accounts,
  tls,
}: IdentityProviderOptions): Promise<AsyncDisposable> {
  const issuer = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const provider = new Provider(issuer, configuration(redirectUri, accounts));
  const handle = provider.callback();
  const handler: RequestListener = (request, response) => void handle(request, response);
  const server: Server = tls === undefined ? createServer(handler) : createSecureServer(tls, handler);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function configuration(redirectUri: string, accounts: Accounts): Configuration {
  const hour = 3600;
  return {
    clients: [
      {
        client_id: 'cordon',
        token_endpoint_auth_method: 'none',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    pkce: { required: () => true },
    scopes: ['openid', 'email', 'groups'],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
    // Claims stand in the ID token, as they do at the providers that companies use.
    conformIdTokenClaims: false,
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...accounts[sub] }) }),
    cookies: { keys: ['of the tests'] },
    ttl: {
      AccessToken: hour,
      AuthorizationCode: 60,
      Grant: hour,
      IdToken: hour,
      Interaction: hour,
      Session: hour,
    },
  };
}
