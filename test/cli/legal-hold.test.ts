import { describe, expect, it } from 'vitest';
import { directoryWith } from '../config/temporary-directory.ts';
import { cordon, RULES } from './cordon.ts';

describe('cordon legal-hold', () => {
  it('adds, lists and removes', async () => {
    const cwd = directoryWith({ 'rules/base.yaml': RULES });
    const added = await cordon(
      ['legal-hold', 'add', '--subject', 'bot', '--since', '2026-11-01', '--reason', 'case 7', '--json'],
      cwd,
    );
    const { id } = JSON.parse(added.out) as { id: string };
    expect((await cordon(['legal-hold', 'list'], cwd)).out).toContain(`agent bot, since 2026-11-01T00:00:00.000Z`);
    expect(await cordon(['legal-hold', 'remove', id, '--reason', 'settled'], cwd)).toMatchObject({ code: 0 });
    expect(await cordon(['legal-hold', 'remove', id, '--reason', 'settled'], cwd)).toMatchObject({ code: 1 });
  });

  it.each([
    [['add', '--reason', 'x'], 'Found nothing to hold'],
    [['add', '--reason', 'x', '--since', 'yesterday'], 'since: Found "yesterday", expected an RFC 3339 date or instant'],
    [['add', '--reason', ' ', '--home', 'eu'], '--reason: found nothing'],
    [['add', '--reason', 'x', '--since', '2026-11-02', '--until', '2026-11-01'], 'until: Found 2026-11-01'],
  ])('refuses %j', async (args, message) => {
    const cwd = directoryWith({ 'rules/base.yaml': RULES });
    const { code, err } = await cordon(['legal-hold', ...args], cwd);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('cordon retention shred', () => {
  it('asks for one of session and subject, and says where there is nothing', async () => {
    const cwd = directoryWith({ 'rules/base.yaml': RULES });
    expect(await cordon(['retention', 'shred', '--reason', 'x'], cwd)).toMatchObject({ code: 2 });
    const none = await cordon(['retention', 'shred', '--session', 's1', '--reason', 'x'], cwd);
    expect(none).toMatchObject({ code: 1, err: 'cordon: found no content that could be read of s1\n' });
  });
});
