import type { Settings } from '../../config/settings-schema.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings and tokens of the gateway, and what npm would put in the place of the proxy variables. */
const DROPPED = /^(?:cordon_.*|npm_config_(?:https?_?)?(?:no)?proxy)$/i;

/**
 * The environment of what runs: that of whoever starts it, with the way through the gateway, without secrets of the gateway.
 */
export function commandEnvironment(
  own: Environment,
  variables: ReadonlyMap<string, string>,
  settings: Pick<Settings, 'store'>,
): Record<string, string> {
  return { ...kept(own, secretVariables(settings)), ...Object.fromEntries(variables) };
}

/**
 * The same for what runs in a sandbox, as far as it is known before anything was read. `/run` is empty there: what names a
 * directory in it would be believed.
 */
export function sandboxEnvironment(own: Environment): Record<string, string> {
  return kept(own, ['XDG_RUNTIME_DIR']);
}

/** Variables that the store is reached with. */
export function secretVariables({ store }: Pick<Settings, 'store'>): readonly string[] {
  return store.url === 'sqlite' ? [] : ['PGPASSWORD', 'PGPASSFILE'];
}

function kept(own: Environment, without: readonly string[]): Record<string, string> {
  const entries = Object.entries(own).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !DROPPED.test(entry[0]) && !without.includes(entry[0]),
  );
  return Object.fromEntries(entries);
}
