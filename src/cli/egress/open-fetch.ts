import type { OwnPolicy } from '../../app/egress/own-policy.ts';
import { sendOwn } from '../../app/egress/own-request.ts';
import type { pinnedExchange } from '../../app/egress/pinned-exchange.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { ExchangeId, SessionId } from '../../core/ids.ts';
import type { Clock, Journal, Resolver } from '../../core/ports.ts';
import { ok, type Result } from '../../core/result.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';
import type { Fetch } from '../../destination/update/fetched-documents.ts';
import type { UpdateSource } from '../../destination/update/source.ts';
import { MAXMIND_HOST } from '../../destination/update/sources.ts';
import type { Parent } from '../../upstream/parent/parent.ts';
import { type Account, DOCUMENT, getDocument, type Hop } from './document-get.ts';
import { publishersPolicy } from './publishers-policy.ts';

/** What updates of tables are recorded under. */
const SESSION = 'geo-update' as SessionId;

export interface FetchParts {
  readonly settings: Settings;
  readonly tables: GeoTables;
  readonly sources: readonly UpdateSource[];
  readonly resolver: Resolver;
  readonly clock: Clock;
  /** Gets a decision before anything is dialled and an outcome after it. */
  readonly journal: Journal;
  readonly newExchangeId: () => ExchangeId;
  /** What they leave through; undefined: publishers are dialled straight. */
  readonly parent: Parent | undefined;
  /** What connects to the judged addresses; absent: {@link pinnedExchange}. */
  readonly carry?: typeof pinnedExchange;
}

/**
 * Gets documents for the gateway itself, as any agent gets them: the name is looked up only when a rule could permit it, every
 * address is judged, what is dialled is what was judged, and nothing is dialled before the decision is on the record
 * (invariants 2, 3, 9 and 10). Only a licensed document may redirect, and the second request is judged and recorded like the
 * first.
 *
 * @failure a sentence that names the setting that stands against it
 */
export function openFetch(parts: FetchParts): Result<Fetch, string> {
  const { settings, tables, sources, clock } = parts;
  const own = publishersPolicy(settings, sources, tables.world, clock.now());
  if (!own.ok) return own;
  const hop = openHop(own.value, parts);
  const account = accountOf(settings.geo.maxmind);
  return ok((url, options) => getDocument(url, options, hop, account));
}

function accountOf(maxmind: Settings['geo']['maxmind']): Account | undefined {
  if (maxmind === undefined) return undefined;
  const userPass = Buffer.from(`${maxmind.account}:${maxmind['licence-key']}`);
  return { host: MAXMIND_HOST, authorization: `Basic ${userPass.toString('base64')}` };
}

/** One request after the other, each an exchange of its own. */
function openHop({ policy, subject }: OwnPolicy, { carry, tables, ...parts }: FetchParts): Hop {
  const egress = { ...parts, tables: () => tables };
  return (form, { maxBytes, timeout }, authorization) => {
    const fields = authorization === undefined ? {} : { authorization };
    const message = { method: 'GET', fields, content: '', maxBytes, timeout, only: DOCUMENT } as const;
    return sendOwn({ session: SESSION, form, policy, subject, message }, egress, carry);
  };
}
