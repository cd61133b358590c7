import { hash } from 'node:crypto';
import { fail, ok, type Result } from '../../core/result.ts';
import type { WebhookEvent, WebhookFormat } from '../../core/webhooks/webhook-event.ts';
import { secretNameProblem } from '../../store/secrets/secret-name.ts';
import type { EndpointPolicy } from '../egress/own-endpoint-policy.ts';
import { ownReceiver, type ReceiverParts } from '../egress/own-receiver.ts';

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

/** @failure a sentence that names the setting: a URL that is none, a place that is unknown or not at home */
export function receiverOf(index: number, parts: ReceiverParts): Result<Receiver, string> {
  const { url, secret, place, events, format } = parts.settings.webhooks[index]!;
  const setting = `webhooks[${index}]`;
  if (secret === undefined && format !== 'slack') {
    return fail(`${setting}.secret: Found none, expected the name of a secret: receivers verify what they get`);
  }
  const problem = secret === undefined ? undefined : secretNameProblem(secret);
  if (problem !== undefined) return fail(`${setting}.secret: ${problem}`);
  const telling = { because: 'events are sent elsewhere', atHome: 'no webhook leads out of it' };
  const judged = ownReceiver({ setting, rule: 'webhook', url, place, methods: ['POST'], ...telling }, parts);
  if (!judged.ok) return judged;
  const { host, own, anchors } = judged.value;
  return ok({
    webhook: hash('sha256', url, 'hex').slice(0, 32),
    label: `${setting} (${host})`,
    format,
    secret,
    events: new Set(events),
    own,
    anchors,
  });
}
