import { isIP } from 'node:net';
import { Client, types, type ClientConfig } from 'pg';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';

/** A database as its URL and the environment name it, for whoever has to judge or to report where it is. */
export interface PostgresServer {
  /** Name, address, or directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
  /** Only a socket or loopback: nothing leaves this machine on the way to it. */
  readonly isHere: boolean;
  /** For people, without the password: `"cordon" at db:5432`. */
  readonly label: string;
  readonly config: ClientConfig;
}

/** Until a connection is made, or one of the pool is free. */
const CONNECT_TIMEOUT: Milliseconds = 5_000;
/** How long a silent connection is left alone before it is asked whether it lives. */
const KEEP_ALIVE_DELAY: Milliseconds = 10_000;
const INT8_OID = 20;

/**
 * What a `postgres://` URL names, as the driver itself understands it: what is judged is what is dialled.
 *
 * A server elsewhere is spoken to in TLS alone, and has to prove its name, unless the URL says `sslmode=disable`.
 */
export function readPostgresUrl(url: string): Result<PostgresServer, string> {
  try {
    const { host, port, database = '' } = new Client({ connectionString: url });
    const isHere = host.startsWith('/') || host === 'localhost' || isLoopback(host);
    return ok({
      host,
      port,
      isHere,
      label: `"${database}" at ${host}:${port}`,
      config: {
        connectionString: url,
        application_name: 'cordon',
        connectionTimeoutMillis: CONNECT_TIMEOUT,
        keepAlive: true,
        keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY,
        types: { getTypeParser },
        ...(!isHere && { ssl: true }),
      },
    });
  } catch (error) {
    // The URL may hold a password: it is not quoted.
    return fail(`Found a URL that cannot be read, expected postgres://user@host:port/database: ${(error as Error).message}`);
  }
}

function isLoopback(host: string): boolean {
  return host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Instants and counts are far below 2^53; the driver would give them as texts. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  return oid === INT8_OID ? Number : (types.getTypeParser(oid, format) as (value: string) => unknown);
}
