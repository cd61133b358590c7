import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestCa } from './certificates.ts';

/** What `listen.proxy[].tls` names: a certificate for `localhost` and 127.0.0.1, the CA of clients, a list that revokes none of them. */
export async function writeListenerFiles(
  directory: string,
  { servers, clients }: Readonly<Record<'servers' | 'clients', TestCa>>,
): Promise<void> {
  const { cert, key } = await servers.good('localhost', '127.0.0.1');
  await writeFile(join(directory, 'listener.pem'), cert);
  await writeFile(join(directory, 'listener.key'), key, { mode: 0o600 });
  await writeFile(join(directory, 'clients.pem'), clients.pem);
  await writeFile(join(directory, 'revoked.crl'), await clients.revoking([]));
}
