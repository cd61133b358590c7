import type { X509Certificate } from 'node:crypto';
import { element, explicit, objectIdentifier, octetString, sequence, set, unsignedInteger, type Der } from '../../tls/der.ts';

const DATA = '1.2.840.113549.1.7.1';
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3';
const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1';
const FRIENDLY_NAME = '1.2.840.113549.1.9.20';
/** Oracle's mark of a trust anchor; without it Java sees no trusted certificate in a PKCS #12 file. */
const TRUSTED_KEY_USAGE = '2.16.840.1.113894.746875.1.1';
const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0';

/**
 * A trust store that Java reads: the certificates as trust anchors, neither encrypted nor authenticated, so that no
 * password has to be passed. Certificates are public; who can write the file can write the variable that names it.
 *
 * @source RFC 7292 §4 (PFX, SafeContents, CertBag)
 */
export function pkcs12TrustStore(certificates: readonly X509Certificate[]): Der {
  const bags = certificates.map((certificate, index) => certificateBag(certificate, `cordon-${index}`));
  const safe = contentInfo(sequence(...bags));
  return sequence(unsignedInteger(Uint8Array.of(3)), contentInfo(sequence(safe)));
}

function contentInfo(content: Der): Der {
  return sequence(objectIdentifier(DATA), explicit(0, octetString(content)));
}

function certificateBag(certificate: X509Certificate, alias: string): Der {
  const content = sequence(objectIdentifier(X509_CERTIFICATE), explicit(0, octetString(certificate.raw)));
  const attributes = set(
    sequence(objectIdentifier(FRIENDLY_NAME), set(bmpString(alias))),
    sequence(objectIdentifier(TRUSTED_KEY_USAGE), set(objectIdentifier(ANY_EXTENDED_KEY_USAGE))),
  );
  return sequence(objectIdentifier(CERTIFICATE_BAG), explicit(0, content), attributes);
}

/** UTF-16, most significant byte first. */
function bmpString(text: string): Der {
  const bytes = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) new DataView(bytes.buffer).setUint16(i * 2, text.charCodeAt(i));
  return element(0x1e, bytes);
}
