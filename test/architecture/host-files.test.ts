import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cordon } from '../cli/cordon.ts';

const DEPLOY = join(import.meta.dirname, '../../docs/deploy');
const unit = readFileSync(join(DEPLOY, 'cordon.service'), 'utf8');
const rules = readFileSync(join(DEPLOY, 'agents.nft'), 'utf8');
const HAS_SYSTEMD = spawnSync('systemd-analyze', ['--version']).status === 0;

/** Values of a key, in order. */
function valuesOf(key: string): readonly string[] {
  return [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

function directory(): string {
  const made = mkdtempSync(join(tmpdir(), 'cordon-deploy-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function check(program: string, args: readonly string[]): readonly [status: number | null, said: string] {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return [status, `${stdout}${stderr}`];
}

describe('cordon.service', () => {
  /** The unit with a program that is here: that of the package is not installed where it says. */
  function verified(text: string): ReturnType<typeof check> {
    const file = join(directory(), 'cordon.service');
    writeFileSync(file, text.replaceAll(/^ExecStart=\S+/gm, `ExecStart=${process.execPath}`));
    return check('systemd-analyze', ['verify', '--man=no', file]);
  }

  it.skipIf(!HAS_SYSTEMD)('is what systemd understands', () => {
    expect(verified(unit)).toEqual([0, '']);
    expect(verified(unit.replace('ProtectHome=', 'ProtectHmoe='))[1]).toContain('ProtectHmoe');
  });

  it('starts the program with settings that it knows', async () => {
    const [start = ''] = valuesOf('ExecStart');
    expect(start).toMatch(/\/scripts\/cordon\.mjs serve --config \/etc\/cordon\/cordon\.yaml$/);
    const [variables = ''] = valuesOf('Environment');
    const env = Object.fromEntries(variables.split(' ').map((variable) => variable.split('=') as [string, string]));
    const { code, out, err } = await cordon(['serve', '--print-config'], directory(), env);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('/var/lib/cordon');
  });

  it('runs as an ordinary user who can write nowhere but to its state', () => {
    expect(valuesOf('User')).toEqual(['cordon']);
    expect(valuesOf('ProtectSystem')).toEqual(['strict']);
    expect([...valuesOf('StateDirectory'), ...valuesOf('StateDirectoryMode')]).toEqual(['cordon', '0700']);
    expect(valuesOf('CapabilityBoundingSet')).toEqual(['']);
    expect(valuesOf('ReadWritePaths')).toEqual([]);
  });
});

describe('agents.nft', () => {
  const read = (text: string): ReturnType<typeof check> => {
    const file = join(directory(), 'agents.nft');
    writeFileSync(file, text);
    return check('nft', ['-c', '-f', file]);
  };
  // It asks the kernel, and needs the right to.
  const canCheck = spawnSync('nft', ['list', 'tables']).status === 0;

  it.skipIf(!canCheck)('is what nft understands', () => {
    expect(read(rules)).toEqual([0, '']);
    expect(read(rules.replace('meta skuid', 'meta skuidd'))[0]).not.toBe(0);
  });

  it('accepts one port of one address, and refuses the rest', () => {
    const [, chain = ''] = /chain agents \{([^}]*)\}/.exec(rules) ?? [];
    const statements = chain.split('\n').flatMap((line) => (/^\s*(?:#|$)/.test(line) ? [] : [line.trim()]));
    expect(statements).toEqual([
      'ip daddr 127.0.0.1 tcp dport $gateway_port accept',
      'counter reject with icmpx admin-prohibited',
    ]);
  });
});
