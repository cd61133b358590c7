import type { OriginTlsStatement } from '../../core/exchange/decision.ts';
import type { DestinationText } from '../schema/destinations.ts';
import type { Spot } from '../reading/spot.ts';
import { tlsFileName, type TlsFileUse } from '../tls-files.ts';
import type { Scope } from './scope.ts';

const EXPECTED: Readonly<Record<TlsFileUse, string>> = {
  trust: 'a PEM file of trust anchors',
  'client-certificate': 'a PEM file with a certificate and its key',
};

/** The `tls` of a destination, identified by what its files hold; files that cannot be used are reported. */
export function compileOriginTls(text: NonNullable<DestinationText['tls']>, spot: Spot, scope: Scope): OriginTlsStatement {
  const { trust, 'client-certificate': clientCertificate } = text;
  const digests = [digestOf('trust', trust, spot, scope), digestOf('client-certificate', clientCertificate, spot, scope)];
  return {
    ...(trust !== undefined && { trust }),
    ...(clientCertificate !== undefined && { clientCertificate }),
    key: digests.join(' '),
  };
}

function digestOf(use: TlsFileUse, path: string | undefined, spot: Spot, { tlsFiles }: Scope): string {
  if (path === undefined) return '-';
  const at = spot.at(use);
  if (tlsFiles === undefined) {
    at.warning(`Found tls.${use} "${path}", which a trial does not read`);
    return `unread:${path}`;
  }
  const read = tlsFiles.get(tlsFileName({ file: spot.source.file, use, path }));
  if (read?.ok === true) return read.value;
  at.error(`Found tls.${use} "${path}", expected ${EXPECTED[use]}: ${read?.failure ?? 'it was not read'}`);
  return `unread:${path}`;
}
