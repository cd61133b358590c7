import type { OriginTlsStatement } from '../../core/exchange/decision.ts';
import type { OriginTlsMaterial } from '../../core/exchange/permit.ts';
import type { CompiledPolicy } from '../../policy/model.ts';
import { tlsFileName, type TlsFileUse } from '../../policy/tls-files.ts';
import type { OriginTlsFile } from '../../tls/origin-tls-file.ts';
import type { PolicySource } from './policy-source.ts';

/** What the destinations of a policy state under `tls`, by the key of the statement: the very files it was compiled with. */
export function originTlsOf(policy: CompiledPolicy, { tlsFiles }: PolicySource): ReadonlyMap<string, OriginTlsMaterial> {
  const materials = new Map<string, OriginTlsMaterial>();
  for (const { tls, position } of policy.destinations) {
    if (tls === undefined || materials.has(tls.key)) continue;
    const read = (use: TlsFileUse, path: string | undefined): OriginTlsFile | undefined => {
      const found = path === undefined ? undefined : tlsFiles.get(tlsFileName({ file: position.file, use, path }));
      return found?.ok === true ? found.value : undefined;
    };
    materials.set(tls.key, materialOf(tls, read('trust', tls.trust), read('client-certificate', tls.clientCertificate)));
  }
  return materials;
}

function materialOf(
  { key }: OriginTlsStatement,
  trust: OriginTlsFile | undefined,
  client: OriginTlsFile | undefined,
): OriginTlsMaterial {
  const anchors = trust?.certificates ?? [];
  return {
    key,
    // A closure: what is logged or serialised by mistake shows nothing.
    reveal: () => ({
      anchors,
      ...(client?.privateKey !== undefined && {
        client: { certificate: client.certificates.join(''), key: client.privateKey },
      }),
    }),
  };
}
