import { hash } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import type { Settings } from '../../config/settings-schema.ts';
import { hostText } from '../../core/address.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import type { WebhookEvent, WebhookFormat } from '../../core/webhooks/webhook-event.ts';
import type { WorldData } from '../../policy/model.ts';
import { secretNameProblem } from '../../store/secrets/file-secrets.ts';
import { parseAbsoluteForm } from '../../wire/http/request-target.ts';
import { ownEndpointPolicy, type EndpointPolicy } from '../egress/own-endpoint-policy.ts';
import { statedPlace } from '../loading/stated-place.ts';

/** A webhook of the settings, judged as far as that goes before anything is sent. */
export interface Receiver {
  /** Digest of the URL, which may itself be a credential: the key of its messages in the store. */
  readonly webhook: string;
  /** For people: `webhooks[0] (hooks.acme.example)`. */
  readonly label: string;
  readonly format: WebhookFormat;
  /** Name of the secret that messages are signed with; absent where nobody would verify them. */
  readonly secret: string | undefined;
  readonly events: ReadonlySet<WebhookEvent>;
  readonly own: EndpointPolicy;
  /** PEM, beside or instead of the public roots. */
  readonly anchors: readonly string[] | undefined;
}

interface ReceiverParts {
  readonly settings: Settings;
  readonly world: WorldData;
  readonly now: Instant;
  /** PEM texts of `trust`. */
  readonly anchors: readonly string[];
}

/** @failure a sentence that names the setting: a URL that is none, a place that is unknown or not at home */
export function receiverOf(index: number, { settings, world, now, anchors }: ReceiverParts): Result<Receiver, string> {
  const { url, secret, place, events, format } = settings.webhooks[index]!;
  const setting = `webhooks[${index}]`;
  if (secret === undefined && format !== 'slack') {
    return fail(`${setting}.secret: Found none, expected the name of a secret: receivers verify what they get`);
  }
  const problem = secret === undefined ? undefined : secretNameProblem(secret);
  if (problem !== undefined) return fail(`${setting}.secret: ${problem}`);
  const form = parseAbsoluteForm(url);
  if (!form.ok) return fail(`${setting}.url: ${form.failure}`);
  const { host } = form.value.authority;
  // A name may be private only where the settings say which addresses it has.
  const declared = host.kind === 'name' ? (settings.resolver.hosts[host.name] ?? []) : [host.address];
  const endpoint = { setting: `${setting}.url`, rule: 'webhook', url, place, because: 'events are sent elsewhere' };
  const own = ownEndpointPolicy({ ...endpoint, methods: ['POST'], internal: declared }, settings.node, world, now);
  if (!own.ok) return own;
  const home = insideHome(`${setting}.place`, place, settings.node, world);
  if (!home.ok) return home;
  return ok({
    webhook: hash('sha256', url, 'hex').slice(0, 32),
    label: `${setting} (${hostText(host)})`,
    format,
    secret,
    events: new Set(events),
    own: own.value,
    anchors: declared.length === 0 || anchors.length === 0 ? undefined : [...rootCertificates, ...anchors],
  });
}

/** What is told of agents stays where the gateway is at home. */
function insideHome(setting: string, place: string, node: Settings['node'], world: WorldData): Result<void, string> {
  const stated = statedPlace(setting, place, world);
  if (!stated.ok) return stated;
  if (node.place === undefined) return ok(undefined);
  const home = statedPlace('node.place', node.place, world);
  if (!home.ok) return home;
  if (stated.value.countries.isSubsetOf(home.value.countries)) return ok(undefined);
  return fail(`${setting}: Found ${place}, expected a place inside ${node.place} (node.place): no webhook leads out of it`);
}
