import type { LoadedSettings } from './load-settings.ts';
import type { Settings } from './settings-schema.ts';

/** What settings that this version understands, but cannot honour yet, mean for a start. */
export interface LaterSettings {
  /** The gateway would do what the operator ruled out: it must not start. */
  readonly refused: readonly string[];
  /** Something is missing, nothing is looser: a warning. */
  readonly ignored: readonly string[];
}

interface Row {
  readonly path: string;
  /** What a gateway that started regardless would do. */
  readonly instead: string;
  readonly isSet: (settings: Settings) => boolean;
}

const anyListener = (test: (listener: Settings['listen']['proxy'][number]) => boolean) => (settings: Settings) =>
  settings.listen.proxy.some(test);

const REFUSED: readonly Row[] = [
  { path: 'listen.proxy.socks', instead: 'not speak SOCKS', isSet: anyListener(({ socks }) => socks === true) },
];

const IGNORED: readonly Row[] = [
  { path: 'geo.update', instead: 'fetch no tables by itself', isSet: ({ geo }) => geo.update !== 'off' },
];

/** Settings that are right and have no effect yet, as sentences. */
export function laterSettings({ settings }: Pick<LoadedSettings, 'settings'>): LaterSettings {
  const sentences = (rows: readonly Row[]): string[] =>
    rows
      .filter(({ isSet }) => isSet(settings))
      .map(({ path, instead }) => `${path}: this version cannot honour it yet and would ${instead}`);
  return { refused: sentences(REFUSED), ignored: sentences(IGNORED) };
}
