import type { SettingLayer } from '../setting-layers.ts';
import type { Settings, WrittenHome } from '../settings-schema.ts';

/** The settings with each home of `retention.homes` told where it is written: whether there is such a home the policy tells, later. */
export function withWrittenHomes(settings: Settings, layers: readonly SettingLayer[]): Settings {
  const { recordings } = settings;
  const named = (
    retention: Settings['recordings']['retention'] | undefined,
    path: readonly (string | number)[],
  ): WrittenHome[] =>
    Object.keys(retention?.homes ?? {}).map((home) => {
      const at = [...path, 'retention', 'homes', home];
      const layer = layers.find((each) => (each.value(at) ?? undefined) !== undefined);
      return { home, path: at.join('.'), where: layer?.where(at, 'key') ?? 'settings' };
    });
  const writtenHomes = [
    ...named(recordings.retention, ['recordings']),
    ...recordings.stores.flatMap(({ retention }, index) => named(retention, ['recordings', 'stores', index])),
  ];
  return writtenHomes.length === 0 ? settings : { ...settings, recordings: { ...recordings, writtenHomes } };
}
