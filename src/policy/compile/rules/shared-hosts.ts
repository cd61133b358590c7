import type { HostPattern } from '../../../wire/name/host-pattern.ts';

/**
 * Suffixes under which anyone with an account gets a name, so that a wildcard over them lets data out to anyone (contract
 * §4.1.12). `*` is one label, such as a region. Collected from the providers' documentation, 2026-11.
 */
const SHARED_SUFFIXES: readonly string[] = [
  // Object stores
  's3.amazonaws.com',
  's3.*.amazonaws.com',
  's3.dualstack.*.amazonaws.com',
  's3-accelerate.amazonaws.com',
  'storage.googleapis.com',
  'blob.core.windows.net',
  'web.core.windows.net',
  'r2.cloudflarestorage.com',
  'eu.r2.cloudflarestorage.com',
  'r2.dev',
  '*.digitaloceanspaces.com',
  '*.your-objectstorage.com',
  // Functions, containers and gateways
  'execute-api.*.amazonaws.com',
  'lambda-url.*.on.aws',
  'cloudfront.net',
  'elasticbeanstalk.com',
  '*.elb.amazonaws.com',
  '*.compute.amazonaws.com',
  'run.app',
  'cloudfunctions.net',
  'appspot.com',
  'web.app',
  'firebaseapp.com',
  'azurewebsites.net',
  'azurefd.net',
  'azureedge.net',
  'azurecontainerapps.io',
  'cloudapp.azure.com',
  'azure-api.net',
  'openai.azure.com',
  'services.ai.azure.com',
  'workers.dev',
  'pages.dev',
  'vercel.app',
  'netlify.app',
  'herokuapp.com',
  'fly.dev',
  'onrender.com',
  'up.railway.app',
  'deno.dev',
  'supabase.co',
  'hf.space',
  'endpoints.huggingface.cloud',
  'replit.app',
  'glitch.me',
  // Pages and tunnels
  'github.io',
  'githubusercontent.com',
  'gitlab.io',
  'ghe.com',
  'ngrok.io',
  'ngrok.app',
  'ngrok-free.app',
  'trycloudflare.com',
  'loca.lt',
  'nip.io',
  'sslip.io',
  'duckdns.org',
  'webhook.site',
];

const SHARED: readonly (readonly string[])[] = SHARED_SUFFIXES.map((suffix) => suffix.split('.').toReversed());

/** Exact names that serve the stores of everyone by path. */
const SHARED_BY_PATH: readonly (readonly string[])[] = [
  's3.amazonaws.com',
  's3.*.amazonaws.com',
  's3.dualstack.*.amazonaws.com',
  'storage.googleapis.com',
].map((name) => name.split('.').toReversed());

/** The shared suffix that a pattern covers names or stores of; undefined for what has one owner. */
export function findSharedSuffix(pattern: HostPattern): string | undefined {
  if (pattern.kind === 'any') return undefined;
  const name = pattern.kind === 'suffix' ? pattern.suffix : pattern.name;
  const labels = name.split('.').toReversed();
  const candidates = pattern.kind === 'suffix' ? SHARED : SHARED_BY_PATH.filter((each) => each.length === labels.length);
  return candidates
    .find((suffix) => meets(labels, suffix))
    ?.toReversed()
    .join('.');
}

/** Whether the wildcard is the shared suffix itself or lies above it. Below it, one account owns the names. */
function meets(labels: readonly string[], shared: readonly string[]): boolean {
  return labels.length <= shared.length && labels.every((label, i) => shared[i] === '*' || shared[i] === label);
}
