import { describe, expect, it } from 'vitest';
import { s3SinkOf } from '../../../../src/app/sinks/s3/s3-sink.ts';
import { loadSettings } from '../../../../src/config/load-settings.ts';
import { tables } from '../../../destination/support/tables.ts';

const { world } = await tables();
const NOW = Date.UTC(2026, 10, 1);
const BUCKET = 'bucket: audit, region: eu-central-1, secret: s3';

function judged(sink: string): string {
  const flags = { 'node.place': 'eu', sinks: `[{ type: s3, ${sink} }]` };
  const loaded = loadSettings({ env: {}, flags, cwd: import.meta.dirname });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  const found = s3SinkOf(0, { settings: loaded.value.settings, world, now: NOW, anchors: [] });
  return found.ok ? found.value.url : found.failure;
}

describe('s3SinkOf()', () => {
  it.each([
    [`${BUCKET}, place: DE`, 'https://audit.s3.eu-central-1.amazonaws.com'],
    [`${BUCKET}, place: DE, addressing: path`, 'https://s3.eu-central-1.amazonaws.com/audit'],
    [`${BUCKET}, place: DE, endpoint: "https://s3.example:9000"`, 'https://s3.example:9000/audit'],
    [`${BUCKET}, place: DE, endpoint: "https://s3.example", addressing: virtual`, 'https://audit.s3.example'],
  ])('{ %s } is %s', (sink, url) => {
    expect(judged(sink)).toBe(url);
  });

  it.each([
    [`${BUCKET}, place: FR`, 'sinks[0].place: Found FR, expected DE: that is where aws:eu-central-1 is'],
    [`bucket: audit, region: us-east-1, secret: s3, place: US`, 'sinks[0].place: Found US, expected a place inside eu'],
    [`bucket: audit, region: moon-1, secret: s3, place: DE`, 'sinks[0].region: Found moon-1'],
    [`${BUCKET}, place: US, endpoint: "https://s3.example"`, 'sinks[0].place: Found US, expected a place inside eu'],
    [`${BUCKET}, place: DE, endpoint: "https://s3.example/path"`, 'sinks[0].endpoint: Found a path'],
    [`${BUCKET}, place: DE, endpoint: "http://s3.example"`, 'Found http, expected https'],
    [`bucket: Audit, region: eu-central-1, secret: s3, place: DE`, 'sinks[0].bucket: Found Audit'],
    [`bucket: audit, region: eu-central-1, place: DE`, 'sinks[0].secret: Found none'],
    [`bucket: audit, secret: s3, place: DE`, 'sinks[0].region: Found none'],
    [`${BUCKET}, place: DE, url: "https://s3.example"`, 'sinks[0].url: Found one in a sink of type s3'],
  ])('refuses { %s }', (sink, expected) => {
    expect(judged(sink)).toContain(expected);
  });
});
