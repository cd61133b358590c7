import type { Entity } from '../../entity.ts';
import { HTTP_AUTHORIZATION } from './http-authorization.ts';
import { JWT } from './jwt.ts';
import { NAMED_SECRETS } from './named-secrets.ts';
import { PRIVATE_KEY } from './private-key.ts';
import { CHAT_TOKENS } from './tokens/chat-tokens.ts';
import { CLOUD_TOKENS } from './tokens/cloud-tokens.ts';
import { CODE_HOST_TOKENS } from './tokens/code-host-tokens.ts';
import { DATA_TOKENS } from './tokens/data-tokens.ts';
import { DELIVERY_TOKENS } from './tokens/delivery-tokens.ts';
import { IDENTITY_TOKENS } from './tokens/identity-tokens.ts';
import { MAIL_TOKENS } from './tokens/mail-tokens.ts';
import { MODEL_PROVIDER_TOKENS } from './tokens/model-provider-tokens.ts';
import { MONITORING_TOKENS } from './tokens/monitoring-tokens.ts';
import { PAYMENT_TOKENS } from './tokens/payment-tokens.ts';
import { REGISTRY_TOKENS } from './tokens/registry-tokens.ts';
import { WORKPLACE_TOKENS } from './tokens/workplace-tokens.ts';
import { URL_CREDENTIALS } from './url-credentials.ts';

/**
 * Every kind of secret that is known. Lengths are the vendors' where they state them, else those of issued tokens with room to
 * grow: a token one character longer than its form would pass unmasked. All values in specimens are made up, or are the
 * vendors' own examples.
 */
export const SECRET_ENTITIES: readonly Entity[] = [
  PRIVATE_KEY,
  JWT,
  URL_CREDENTIALS,
  HTTP_AUTHORIZATION,
  ...NAMED_SECRETS,
  ...CLOUD_TOKENS,
  ...CODE_HOST_TOKENS,
  ...REGISTRY_TOKENS,
  ...DELIVERY_TOKENS,
  ...MODEL_PROVIDER_TOKENS,
  ...CHAT_TOKENS,
  ...PAYMENT_TOKENS,
  ...MONITORING_TOKENS,
  ...MAIL_TOKENS,
  ...WORKPLACE_TOKENS,
  ...DATA_TOKENS,
  ...IDENTITY_TOKENS,
];
