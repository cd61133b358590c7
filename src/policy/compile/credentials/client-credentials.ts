import type { ClientCredentials, TokenTransfer } from '../../../core/exchange/injection.ts';
import { parseAbsoluteForm } from '../../../wire/http/request-target.ts';
import type { Spot } from '../../reading/spot.ts';
import type { OAuth2Text } from '../../schema/credentials.ts';
import { compileTransfer } from '../rules/transfer.ts';
import type { Scope } from '../scope.ts';
import { accept } from '../texts.ts';

/** `inject: { oauth2 }` of a credential. */
export function clientCredentials(text: OAuth2Text, spot: Spot, scope: Scope): ClientCredentials {
  const { 'token-url': tokenUrl, client, scopes, authentication, audience, resource, transfer } = text;
  checkTokenUrl(tokenUrl, spot.at('token-url'));
  if (resource !== undefined && !ABSOLUTE_URI.test(resource)) {
    spot.at('resource').error(`Found "${resource}", expected an absolute URI without a fragment (RFC 8707 §2)`);
  }
  return {
    tokenUrl,
    client,
    scopes,
    authentication,
    ...(audience !== undefined && { audience }),
    ...(resource !== undefined && { resource }),
    ...(transfer !== undefined && { transfer: tokenTransfer(transfer, spot.at('transfer'), scope) }),
  };
}

const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s#]+$/;

/** RFC 6749 §3.2: no fragment, and TLS; what stands in a query is no secret, and stands on the record. */
function checkTokenUrl(text: string, spot: Spot): void {
  const form = accept(parseAbsoluteForm(text), spot);
  if (form?.scheme === 'http')
    spot.error('Found http, expected https: the secret of the client would cross the network in the clear');
}

/** The clause with sets of countries written out, since a policy may have sets of its own. */
function tokenTransfer(text: NonNullable<OAuth2Text['transfer']>, spot: Spot, scope: Scope): TokenTransfer {
  const { to, basis, reference } = compileTransfer(text, spot, scope);
  return {
    to: [...to.countries.toArray(), ...to.regions, ...to.open],
    basis,
    ...(reference !== undefined && { reference }),
    ...(text.until !== undefined && { until: text.until }),
  };
}
