import { describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../src/admin/access/permissions.ts';
import { admin } from './admin-client.ts';

interface Operation {
  readonly security: readonly object[];
  readonly 'x-roles'?: readonly string[];
  readonly responses: Readonly<Record<string, unknown>>;
}

describe('GET /openapi.json', () => {
  it('describes every route but its own, with who may call it', async () => {
    const { ask } = await admin();
    const answer = await ask('/openapi.json', { as: null });
    expect([answer.status, answer.type]).toEqual([200, 'application/json; charset=utf-8']);
    const { openapi, paths } = JSON.parse(answer.body) as { openapi: string; paths: Record<string, Record<string, Operation>> };
    expect(openapi).toBe('3.1.0');
    const operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
    );
    const described = PERMISSIONS.filter(({ path }) => !/^\/(?:openapi|docs)/.test(path));
    expect(new Set(operations.map(([name]) => name))).toEqual(
      new Set(described.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)),
    );
    for (const { method, path, roles, without } of described) {
      const operation = paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
      expect(operation?.['x-roles']).toEqual(without === 'anyone' ? undefined : roles);
      expect(operation?.responses['default']).toBeDefined();
      if (without === 'nobody') expect(operation?.security).toEqual([{ token: [] }, { session: [] }]);
    }
  });
});

describe('GET /docs', () => {
  it('shows every operation without a script, a style in it, or anything from elsewhere', async () => {
    const { ask } = await admin();
    const { status, type, body } = await ask('/docs', { as: null });
    expect([status, type]).toEqual([200, 'text/html; charset=utf-8']);
    for (const { method, path } of PERMISSIONS.filter(({ path }) => path.startsWith('/v1/')))
      expect(body).toContain(`${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(body).not.toMatch(/<script|style=|<style|https?:\/\/|\son\w+=/i);
    expect(await ask('/docs/style.css', { as: null })).toMatchObject({ status: 200, type: 'text/css; charset=utf-8' });
  });
});
