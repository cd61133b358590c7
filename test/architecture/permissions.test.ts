import { describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../src/admin/access/permissions.ts';
import type { AdminDependencies } from '../../src/admin/dependencies.ts';
import { buildServer } from '../../src/admin/server.ts';
import type { TypedServer } from '../../src/admin/typed-server.ts';
import { ROLES } from '../../src/core/people/role.ts';
import { ManualClock } from '../support/clock.ts';

/** Every route, and nothing behind it: none is called. */
function routes(): Promise<TypedServer> {
  const dependencies = { clock: new ManualClock('2026-11-22T10:00:00Z') } as Partial<AdminDependencies> as AdminDependencies;
  return buildServer({ dependencies });
}

describe('permissions of the admin API', () => {
  it('every route has a row: one that has none cannot be registered', async () => {
    const server = await routes();
    for (const method of ['get', 'post', 'delete', 'put', 'all'] as const) {
      expect(() => server[method]('/v1/forgotten', () => 'x')).toThrow(/has no row in permissions\.ts/);
    }
    expect(() => server.post('/v1/policy', () => 'x')).toThrow('POST /v1/policy has no row in permissions.ts');
    await server.close();
  });

  it('every row has a route', async () => {
    const server = await routes();
    expect(PERMISSIONS.filter(({ method, path }) => !server.hasRoute({ method, url: path }))).toEqual([]);
    await server.close();
  });

  it('only status, sign-in, token exchange, the files of the console and this description are for anyone', () => {
    const open = PERMISSIONS.filter(({ without }) => without === 'anyone').map(({ path }) => path);
    expect(
      open.filter(
        (path) =>
          !/^\/(?:assets\/:file|healthz|readyz|v1\/sign-in(?:\/.*)?|v1\/token-exchange|openapi\.json|docs(?:\/.*)?)?$/.test(
            path,
          ),
      ),
    ).toEqual([]);
  });

  it('admins alone manage tokens and sessions, and nobody has a route twice', () => {
    for (const { path, roles } of PERMISSIONS) {
      if (/^\/v1\/(?:tokens|console-sessions)/.test(path)) expect(roles).toEqual(['admin']);
      expect(roles.filter((role) => !ROLES.includes(role))).toEqual([]);
    }
    expect(new Set(PERMISSIONS.map(({ method, path }) => `${method} ${path}`)).size).toBe(PERMISSIONS.length);
  });
});
