import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { loggerOptions } from '../../src/telemetry/log.ts';

/** What a logger with our options writes. */
function written(facts: object, level: Parameters<typeof loggerOptions>[0] = 'info'): Record<string, unknown>[] {
  const lines: string[] = [];
  pino(loggerOptions(level), { write: (line: string) => void lines.push(line) }).info(facts, 'Policy loaded');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('loggerOptions()', () => {
  it('loggerOptions() writes level by name, time as RFC 3339 and the message', () => {
    const [line] = written({ generation: 3 });
    expect(line).toMatchObject({ level: 'info', name: 'cordon', generation: 3, msg: 'Policy loaded' });
    expect(line?.['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it.each(['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'token', 'secret', 'password', 'key'])(
    'loggerOptions() hides %s, at the top and one below',
    (member) => {
      const text = JSON.stringify(written({ [member]: 'hunter2', fields: { [member]: 'hunter2' } }));
      expect(text).not.toContain('hunter2');
      expect(text.split('[hidden]')).toHaveLength(3);
    },
  );

  it('loggerOptions() writes nothing below its level', () => {
    expect(written({}, 'warn')).toEqual([]);
    expect(written({}, 'silent')).toEqual([]);
  });
});
