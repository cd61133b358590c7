import { describe, expect, it } from 'vitest';
import { httpSinkOf } from '../../../src/app/sinks/http-sink.ts';
import { loadSettings } from '../../../src/config/load-settings.ts';
import { tables } from '../../destination/support/tables.ts';

const { world } = await tables();
const NOW = Date.UTC(2026, 10, 1);

function judged(sink: string, flags: Readonly<Record<string, string>> = { 'node.place': 'DE' }): string {
  const loaded = loadSettings({ env: {}, flags: { sinks: `[${sink}]`, ...flags }, cwd: import.meta.dirname });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  const found = httpSinkOf(0, { settings: loaded.value.settings, world, now: NOW, anchors: [] });
  return found.ok ? found.value.host : found.failure;
}

describe('httpSinkOf()', () => {
  it('takes a receiver at home, and one on this machine', () => {
    expect(judged('{ type: http, url: "https://siem.example/", secret: siem, place: DE }')).toBe('siem.example');
    expect(judged('{ type: http, url: "http://127.0.0.1:8088/", secret: siem, place: DE }', {})).toBe('127.0.0.1');
  });

  it.each([
    ['url: "https://siem.example/", secret: siem, place: US', 'sinks[0].place: Found US, expected a place inside DE'],
    ['url: "https://siem.example/", secret: siem, place: atlantis', 'atlantis'],
    ['url: "http://siem.example/", secret: siem, place: DE', 'sinks[0].url: Found http, expected https'],
    ['url: "https://siem.example/", place: DE', 'sinks[0].secret: Found none'],
    ['url: "https://siem.example/", secret: A/b, place: DE', 'sinks[0].secret: '],
    ['secret: siem, place: DE', 'sinks[0].url: Found none'],
    [
      'url: "https://siem.example/", secret: siem, place: DE, bucket: audit',
      'sinks[0].bucket: Found one in a sink of type http',
    ],
  ])('refuses { %s }', (sink, expected) => {
    expect(judged(`{ type: http, ${sink} }`)).toContain(expected);
  });

  it('refuses one elsewhere where nobody says where this machine stands', () => {
    expect(judged('{ type: http, url: "https://siem.example/", secret: siem, place: DE }', {})).toContain(
      'node.place: Found none',
    );
  });
});
