import { createServer as createSecureServer } from 'node:https';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';
import type { ServerCertificate } from './certificates.ts';

export interface WorkloadIssuerOptions {
  readonly port: number;
  readonly tls: ServerCertificate;
  /** Audience of what it issues. */
  readonly audience: string;
  /** Each gets tokens about itself, with the secret {@link WORKLOAD_SECRET}. */
  readonly workloads: readonly string[];
}

/** Of every workload. */
export const WORKLOAD_SECRET = 'of-the-tests';

/** A real issuer on loopback that states in signed JWTs who a workload is (client credentials, RFC 9068), with new keys at every start. */
export async function startWorkloadIssuer({ port, tls, audience, workloads }: WorkloadIssuerOptions): Promise<AsyncDisposable> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const provider = new Provider(`https://127.0.0.1:${port}`, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256' }] },
    clients: workloads.map((workload) => ({
      client_id: workload,
      client_secret: WORKLOAD_SECRET,
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => ({
          scope: '',
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 300,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    cookies: { keys: ['of the tests'] },
  });
  const handle = provider.callback();
  const server = createSecureServer(tls, (request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
