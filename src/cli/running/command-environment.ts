import type { Settings } from '../../config/settings-schema.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings and tokens of the gateway, and what npm would put in the place of the proxy variables. */
const DROPPED = /^(?:cordon_.*|npm_config_(?:https?_?)?(?:no)?proxy)$/i;

/**
 * The environment of what runs: that of whoever starts it, with the way through the gateway, without secrets of the gateway.
 *
 * @param isIsolated `/run` is empty there: what names a directory in it would be believed
 */
export function commandEnvironment(
  own: Environment,
  variables: ReadonlyMap<string, string>,
  { store, isIsolated }: { readonly store: Settings['store']; readonly isIsolated: boolean },
): Record<string, string> {
  const ofDatabase = store.url === 'sqlite' ? [] : ['PGPASSWORD', 'PGPASSFILE'];
  const dropped = new Set([...ofDatabase, ...(isIsolated ? ['XDG_RUNTIME_DIR'] : [])]);
  const kept = Object.entries(own).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !DROPPED.test(entry[0]) && !dropped.has(entry[0]),
  );
  return { ...Object.fromEntries(kept), ...Object.fromEntries(variables) };
}
