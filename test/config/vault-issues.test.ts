import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../src/config/load-settings.ts';
import { directoryWith } from './temporary-directory.ts';

const WHERE = 'url: "https://vault.acme.example:8200", place: DE';

function issuesOf(text: string): readonly string[] {
  const result = loadSettings({ env: {}, flags: {}, cwd: directoryWith({ 'cordon.yaml': text }) });
  return result.ok ? [] : result.failure.map(({ where, path, message }) => `${where} ${path}: ${message}`);
}

const vault = (members: string): string => `secrets: { provider: vault, vault: { ${WHERE}, ${members} } }`;

describe('loadSettings(): secrets.vault', () => {
  it.each([
    vault('token-file: token'),
    vault('app-role: { role-id: r, secret-id-file: s }, namespace: acme/egress, mount: team/kv'),
    vault('jwt: { role: r, file: f }, max-age: 0s'),
  ])('takes %s', (text) => {
    expect(issuesOf(text)).toEqual([]);
  });

  it('fills in where engine and methods usually are', () => {
    const loaded = loadSettings({
      env: {},
      flags: {},
      cwd: directoryWith({ 'cordon.yaml': vault('jwt: { role: r, file: f }') }),
    });
    expect(loaded).toMatchObject({
      value: {
        settings: {
          secrets: {
            vault: {
              mount: 'secret',
              path: 'cordon',
              field: 'value',
              jwt: { mount: 'kubernetes' },
              timeout: 5000,
              'max-age': 30_000,
            },
          },
        },
      },
    });
  });

  it.each([
    ['secrets: { provider: vault }', 'cordon.yaml:1:22 secrets.provider: Found vault without secrets.vault'],
    [`secrets: { vault: { ${WHERE}, token-file: t } }`, 'cordon.yaml:1:19 secrets.vault: Found it with secrets.provider file'],
    [vault('mount: secret'), 'secrets.vault.url: Found no way to sign in, expected one of token-file, app-role, jwt'],
    [vault('token-file: t, jwt: { role: r, file: f }'), 'secrets.vault.jwt: Found token-file and jwt, expected one of'],
    [vault('token-file: t, path: ../sys'), 'secrets.vault.path: Found "../sys", expected names'],
    [vault('token-file: t, mount: "a//b"'), 'secrets.vault.mount: Found "a//b", expected names'],
    [vault('token-file: t, namespace: "a?b"'), 'secrets.vault.namespace: Found "a?b", expected names'],
    [vault('token-file: t, timeout: 0s'), 'secrets.vault.timeout: Found 0 ms, expected 1ms to 1m'],
    [vault('token-file: t, max-age: 2h'), 'secrets.vault.max-age: Found 7200000 ms, expected at most 1h'],
    [
      `${vault('token-file: t')}\nnode: { place: DE }\nupstream-proxy: { url: "https://proxy.acme.example", place: DE, secret: parent }`,
      'cordon.yaml:3:73 upstream-proxy.secret: Found it with secrets.provider vault',
    ],
    [
      'secrets: { provider: vault, vault: { url: "https://v/?a=1", place: DE, token-file: t } }',
      'secrets.vault.url: Found "https://v/?a=1"',
    ],
  ])('refuses %s', (text, issue) => {
    expect(issuesOf(text)).toEqual([expect.stringContaining(issue)]);
  });
});
