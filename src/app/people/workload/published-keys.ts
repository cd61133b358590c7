import type { JSONWebKeySet } from 'jose';
import type { Settings } from '../../../config/settings-schema.ts';
import type { Failure } from '../../../core/codes.ts';
import type { SessionId } from '../../../core/ids.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { Instant } from '../../../core/units.ts';
import type { WorldData } from '../../../policy/model.ts';
import { parseAbsoluteForm, type AbsoluteForm } from '../../../wire/http/request-target.ts';
import { ownEndpointPolicy, type EndpointPolicy } from '../../egress/own-endpoint-policy.ts';
import { sendOwn, type OwnEgress } from '../../egress/own-request.ts';
import type { AskForKeys } from './issuer-keys.ts';

export type TokenExchangeSettings = NonNullable<Settings['token-exchange']>;
export type IssuerSettings = TokenExchangeSettings['issuers'][number];

export interface PublishedKeysParts extends OwnEgress {
  /** PEM texts, the public roots among them; absent: those alone. */
  readonly anchors: readonly string[] | undefined;
}

const SESSION = 'workload-keys' as SessionId;
const LIMITS = { maxBytes: 256 * 1024, timeout: 10_000 } as const;
/** More keys than that are no set that an issuer signs with. */
const MAX_KEYS = 100;

/**
 * The gateway's own policy toward an issuer of workload tokens: GET to the host and port that publish its keys.
 * @param setting `token-exchange.issuers[0]`
 * @failure a sentence that names the setting
 */
export function publishedKeysPolicy(
  { issuer, keys, place }: IssuerSettings,
  setting: string,
  node: Settings['node'],
  { world, now }: { readonly world: WorldData; readonly now: Instant },
): Result<EndpointPolicy, string> {
  const endpoint = {
    setting: `${setting}.${keys === undefined ? 'issuer' : 'keys'}`,
    rule: 'workload-keys',
    url: keys ?? issuer,
    place,
    methods: ['GET'],
    // As that of people: a cluster has its issuer in a private network.
    internal: 'any',
    isPublic: true,
    because: 'keys of workloads are published elsewhere',
  } as const;
  return ownEndpointPolicy(endpoint, node, world, now);
}

/** Asks an issuer for its keys: where the settings say, else where it says itself (OpenID Connect Discovery §4). */
export function createPublishedKeys(
  { issuer, keys }: IssuerSettings,
  own: EndpointPolicy,
  parts: PublishedKeysParts,
): AskForKeys {
  const get = (form: AbsoluteForm): ReturnType<typeof getJson> => getJson(form, own, parts);
  return async () => {
    const address = keys === undefined ? await discoveredAddress(issuer, own, get) : ok(own.form);
    if (!address.ok) return address;
    const found = await get(address.value);
    return found.ok ? keySet(found.value) : found;
  };
}

async function discoveredAddress(
  issuer: string,
  { form }: EndpointPolicy,
  get: (form: AbsoluteForm) => ReturnType<typeof getJson>,
): Promise<Result<AbsoluteForm, Failure>> {
  const metadata = parseAbsoluteForm(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (!metadata.ok) return wrong(metadata.failure);
  const found = await get(metadata.value);
  if (!found.ok) return found;
  const { issuer: stated, jwks_uri: uri } = found.value;
  if (stated !== issuer) return wrong('Found metadata of another issuer');
  const address = typeof uri === 'string' ? parseAbsoluteForm(uri) : fail('Found metadata without jwks_uri');
  if (!address.ok) return wrong(address.failure);
  // The place of another host is not stated, and so is not asked.
  const isHere = address.value.scheme === form.scheme;
  return isHere ? address : wrong('Found jwks_uri with another scheme, expected that of the issuer');
}

async function getJson(
  form: AbsoluteForm,
  { policy, subject }: EndpointPolicy,
  { anchors, ...egress }: PublishedKeysParts,
): Promise<Result<Readonly<Record<string, unknown>>, Failure>> {
  const message = {
    method: 'GET',
    fields: { accept: 'application/json' },
    content: '',
    anchors,
    only: 200,
    ...LIMITS,
  } as const;
  const answer = await sendOwn({ session: SESSION, form, policy, subject, message }, egress);
  if (!answer.ok) return answer;
  if (answer.value.status !== 200) return wrong(`Found status ${answer.value.status}`);
  try {
    const value: unknown = JSON.parse(Buffer.from(answer.value.content).toString('utf8'));
    return typeof value === 'object' && value !== null
      ? ok(value as Record<string, unknown>)
      : wrong('Found JSON that is no object');
  } catch {
    return wrong('Found content that is no JSON');
  }
}

function keySet({ keys }: Readonly<Record<string, unknown>>): Result<JSONWebKeySet, Failure> {
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) return wrong(`Found no list of at most ${MAX_KEYS} keys`);
  return ok({ keys });
}

function wrong(detail: string): Result<never, Failure> {
  return fail({ code: 'origin_protocol', detail });
}
