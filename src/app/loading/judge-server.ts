import type { Settings } from '../../config/settings-schema.ts';
import type { ExchangeId, SessionId } from '../../core/ids.ts';
import type { Clock } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';
import type { JudgeAddresses } from '../../store/postgres/judged-stream.ts';
import type { PostgresServer } from '../../store/postgres/server.ts';
import { classify } from '../../wire/address/address-class.ts';
import { parseIpAddress } from '../../wire/address/ip-address.ts';
import { judgeOwn } from '../egress/judge-own.ts';
import { ownEndpointPolicy } from '../egress/own-endpoint-policy.ts';
import { ownExchange } from '../egress/own-exchange.ts';

export interface JudgeServerParts {
  readonly settings: Pick<Settings, 'node' | 'store'>;
  /** Those in force: a server is judged anew with each connection. */
  readonly tables: () => Promise<Result<GeoTables, string>>;
  readonly clock: Clock;
}

/**
 * Judges the addresses of the PostgreSQL server as those of any destination of the gateway itself: what `store.place` says is an
 * attestation, which names and cloud ranges may contradict; link-local and metadata addresses are never dialled. A server on this
 * machine is at its loopback addresses.
 */
export function serverJudge(server: Pick<PostgresServer, 'host' | 'port' | 'isHere'>, parts: JudgeServerParts): JudgeAddresses {
  return (addresses) => (server.isHere ? Promise.resolve(onLoopback(addresses)) : inPlace(server, addresses, parts));
}

function onLoopback(addresses: readonly string[]): Result<readonly string[], string> {
  const elsewhere = addresses.find((address) => {
    const parsed = parseIpAddress(address);
    return !parsed.ok || classify(parsed.value) !== 'loopback';
  });
  return elsewhere === undefined ? ok(addresses) : fail(`Found the address ${elsewhere}, expected one of this machine`);
}

async function inPlace(
  { host, port }: Pick<PostgresServer, 'host' | 'port'>,
  found: readonly string[],
  { settings, tables: inForce, clock }: JudgeServerParts,
): Promise<Result<readonly string[], string>> {
  const tables = await inForce();
  if (!tables.ok) return tables;
  const own = ownEndpointPolicy(
    {
      setting: 'store.url',
      rule: 'own-store',
      url: `https://${host.includes(':') ? `[${host}]` : host}:${port}/`,
      place: settings.store.place ?? '',
      methods: ['POST'],
      internal: 'any',
      because: 'what the gateway keeps would lie elsewhere',
    },
    settings.node,
    tables.value.world,
    clock.now(),
  );
  if (!own.ok) return own;
  const addresses = found.flatMap((address) => {
    const parsed = parseIpAddress(address);
    return parsed.ok ? [parsed.value] : [];
  });
  if (addresses.length !== found.length) return fail(`Found ${found.join(', ')}, expected addresses`);
  const { form, policy, subject } = own.value;
  const asked = { id: 'store' as ExchangeId, session: 'store' as SessionId, method: 'POST', form, subject } as const;
  const exchange = ownExchange({ ...asked, startedAt: clock.monotonic(), fields: {} });
  const resolver = {
    resolve: () => Promise.resolve(ok({ addresses, chain: [], expiresAt: clock.now() })),
    recall: () => undefined,
  };
  const judged = await judgeOwn(exchange, policy, { tables: tables.value, resolver, clock });
  if (judged.ok) return ok(judged.value.decision.dial);
  const { code, detail, reason } = judged.failure;
  return fail(`store.url: ${code}: ${detail ?? reason ?? 'it may not be dialled'} (${host} at ${found.join(', ')})`);
}
