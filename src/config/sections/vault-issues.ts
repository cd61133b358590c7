import { parseAbsoluteForm } from '../../wire/http/request-target.ts';
import type { SettingLayer, SettingsIssue } from '../setting-layers.ts';
import type { Settings } from '../settings-schema.ts';

const LOGINS = ['token-file', 'app-role', 'jwt'] as const;
/** Names between slashes, none of which a server may take for something else; as Vault takes them without coding. */
const SLASHED = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
const HOUR = 3_600_000;
const MINUTE = 60_000;

type Add = (member: string, message: string) => void;

/** What can be told of `secrets.vault` by what is written alone. */
export function vaultIssues(settings: Settings, layers: readonly SettingLayer[]): SettingsIssue[] {
  const { provider, vault } = settings.secrets;
  const issues: SettingsIssue[] = [];
  const addAt = (path: readonly string[], message: string): void =>
    void issues.push({ where: whereIn(layers, path), path: path.join('.'), message });
  if (provider !== 'vault') {
    if (vault !== undefined)
      addAt(['secrets', 'vault'], `Found it with secrets.provider ${provider}, expected it with vault alone`);
    return issues;
  }
  if (settings['upstream-proxy']?.secret !== undefined) {
    addAt(
      ['upstream-proxy', 'secret'],
      'Found it with secrets.provider vault, which is itself asked through that proxy, expected another provider, or a proxy without a secret',
    );
  }
  if (vault === undefined) {
    addAt(['secrets', 'provider'], 'Found vault without secrets.vault, expected where it is and how to sign in');
    return issues;
  }
  memberIssues(vault, (member, message) => addAt(['secrets', 'vault', ...member.split('.')], message));
  return issues;
}

function memberIssues(vault: NonNullable<Settings['secrets']['vault']>, add: Add): void {
  const { mount, path, namespace, timeout } = vault;
  const logins = LOGINS.filter((login) => vault[login] !== undefined);
  if (logins.length !== 1) {
    const found = logins.length === 0 ? 'no way to sign in' : logins.join(' and ');
    add(logins[1] ?? 'url', `Found ${found}, expected one of ${LOGINS.join(', ')}`);
  }
  const form = parseAbsoluteForm(vault.url);
  if (!form.ok || form.value.requestTarget.includes('?')) {
    add('url', `Found "${vault.url}", expected an address such as https://vault.acme.example:8200`);
  }
  const slashed = { mount, path, namespace, 'app-role.mount': vault['app-role']?.mount, 'jwt.mount': vault.jwt?.mount };
  for (const [member, value] of Object.entries(slashed)) {
    if (value === undefined || SLASHED.test(value)) continue;
    add(member, `Found "${value}", expected names of letters, digits, "-", "_" and "." with "/" between them`);
  }
  if (timeout < 1 || timeout > MINUTE) add('timeout', `Found ${timeout} ms, expected 1ms to 1m`);
  if (vault['max-age'] > HOUR) add('max-age', `Found ${vault['max-age']} ms, expected at most 1h`);
}

function whereIn(layers: readonly SettingLayer[], path: readonly string[]): string {
  return layers.find((layer) => (layer.value(path) ?? undefined) !== undefined)?.where(path) ?? 'settings';
}
