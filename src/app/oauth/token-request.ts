import type { ClientCredentials } from '../../core/exchange/injection.ts';

/** Fields and content of a request for a token. */
export interface TokenRequest {
  readonly fields: Readonly<Record<string, string>>;
  readonly content: string;
}

/** @source RFC 6749 §4.4.2 and §2.3.1, RFC 8707 §2 */
export function tokenRequest(grant: ClientCredentials, secret: string): TokenRequest {
  const { client, scopes, authentication, audience, resource } = grant;
  const isBasic = authentication === 'client_secret_basic';
  const content = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(audience !== undefined && { audience }),
    ...(resource !== undefined && { resource }),
    ...(!isBasic && { client_id: client, client_secret: secret }),
  });
  return {
    fields: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      ...(isBasic && { authorization: `Basic ${basic(client, secret)}` }),
    },
    content: content.toString(),
  };
}

/** Both are encoded as in a form before they are joined, so that a colon in them is none. */
function basic(client: string, secret: string): string {
  return Buffer.from(`${formEncoded(client)}:${formEncoded(secret)}`).toString('base64');
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}
