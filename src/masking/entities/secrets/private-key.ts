import type { Entity } from '../../entity.ts';

/**
 * PEM blocks of private keys, whole or cut off: from the first hyphen of BEGIN to the last of END, or as far as the body goes.
 * Line ends may be written as `\n`, as environment files do. Found by a matcher of its own.
 */
export const PRIVATE_KEY: Entity = {
  id: 'private-key',
  groups: ['secrets'],
  title: 'Private key (PEM, OpenSSH, PGP)',
  context: [],
  source: 'RFC 7468, sections 10 and 11; RFC 1421, section 4.4; RFC 9580, section 6.2; OpenSSH PROTOCOL.key',
  specimens: [
    '«-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----»\n',
    'key: «-----BEGIN ENCRYPTED PRIVATE KEY-----\r\nMIIBabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWX\r\nYZabcdefghijklmnopqrstuvwxyz01==\r\n-----END ENCRYPTED PRIVATE KEY-----»\r\n',
    '«-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0123456789ABCDEF0123456789ABCDEF\n\nabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ+/\nabcdefghijklmnopqrstuvwxyz012345\n-----END RSA PRIVATE KEY-----»',
    'see «-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRS\nTUVWXYZabcdefghijklmnopqrstuv==\n-----END EC PRIVATE KEY-----» for the test server',
    '«-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtz\nc2gtZWQyNTUxOQAAACAabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH=\n-----END OPENSSH PRIVATE KEY-----»\n',
    '«-----BEGIN PGP PRIVATE KEY BLOCK-----\nComment: an example\n\nlQOYBGabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUV\nWXYZabcdefghijklmnopqrstuvwxyz01\n=aB3d\n-----END PGP PRIVATE KEY BLOCK-----»\n',
    'SIGNING="«-----BEGIN PRIVATE KEY-----\\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\\n-----END PRIVATE KEY-----»\\n"',
    'cut off: «-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKL\nMNOPQRSTUVWXYZabcdefghijklmnopqr»',
  ],
  counterExamples: [
    '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJK=\n-----END PUBLIC KEY-----\n',
    '-----BEGIN CERTIFICATE-----\nMIIBabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWX\n-----END CERTIFICATE-----\n',
    '-----BEGIN CERTIFICATE REQUEST-----\nMIIBabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWX\n-----END CERTIFICATE REQUEST-----\n',
    '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWX\n=aB3d\n-----END PGP PUBLIC KEY BLOCK-----\n',
    '-----BEGIN PGP MESSAGE-----\n\nhF4Dabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWX\n=aB3d\n-----END PGP MESSAGE-----\n',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIabcdefghijklmnopqrstuvwxyz0123456789ABCDEFG agent@example',
    'grep -rl "BEGIN PRIVATE KEY" /etc finds files that hold a private key',
    '----- BEGIN PRIVATE NOTES -----',
  ],
};
