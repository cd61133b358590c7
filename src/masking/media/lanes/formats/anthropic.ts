import { member, type JsonDocument, type JsonString } from '../../json/json-value.ts';
import { rawOf, stringOf, textOf } from './members.ts';
import type { Delta, LaneKind, Reading } from '../reading.ts';

/**
 * Reads an event of Anthropic's Messages. Blocks follow each other, so that there is one scope. Citations are whole and
 * filtered by themselves; signatures and redacted thinking are never touched.
 *
 * @source https://docs.anthropic.com/en/docs/build-with-claude/streaming
 */
export function readAnthropic(document: JsonDocument): Reading | undefined {
  const type = stringOf(document, 'type');
  if (type === undefined || !TYPES.has(type)) return undefined;
  if (type === 'content_block_delta') return readDelta(document);
  if (type === 'content_block_start') return readStart(document);
  return { deltas: [], ends: type === 'ping' ? [] : 'all', repeated: REPEATED };
}

const TYPES: ReadonlySet<string> = new Set([
  'message_start',
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_delta',
  'message_stop',
  'ping',
  'error',
]);

const REPEATED: ReadonlySet<string> = new Set(['type']);
const SCOPE = 'message';

interface Channel {
  readonly member: string;
  readonly kind: LaneKind;
}

const CHANNELS: ReadonlyMap<string, Channel> = new Map([
  ['text_delta', { member: 'text', kind: 'text' }],
  ['thinking_delta', { member: 'thinking', kind: 'text' }],
  ['input_json_delta', { member: 'partial_json', kind: 'json' }],
]);

function readDelta(document: JsonDocument): Reading {
  const delta = member(document.root, 'delta');
  const type = textOf(document, member(delta, 'type')) ?? '';
  const channel = CHANNELS.get(type);
  const literal = channel && member(delta, channel.member);
  if (channel !== undefined && literal?.kind === 'string') {
    const lane = `block ${rawOf(document, member(document.root, 'index'))} ${channel.member}`;
    const piece: Delta = { lane, scope: SCOPE, kind: channel.kind, literal, path: ['delta', channel.member] };
    return { deltas: [piece], ends: [], repeated: REPEATED };
  }
  const signature = member(delta, 'signature');
  if (type !== 'signature_delta' || signature?.kind !== 'string') return { deltas: [], ends: [], repeated: REPEATED };
  return { deltas: [], ends: 'all', opaque: [signature], repeated: REPEATED };
}

/** Text that a block starts with belongs to the lane that its deltas go on with. What was before has ended. */
function readStart(document: JsonDocument): Reading {
  const block = member(document.root, 'content_block');
  const sealed = ['signature', 'data'].map((name) => member(block, name)).filter((value) => value?.kind === 'string');
  const opaque: readonly JsonString[] = textOf(document, member(block, 'type'))?.endsWith('thinking') === true ? sealed : [];
  const index = rawOf(document, member(document.root, 'index'));
  const deltas: Delta[] = [];
  for (const [type, channel] of CHANNELS) {
    const literal = member(block, channel.member);
    if (literal?.kind !== 'string') continue;
    deltas.push({
      lane: `block ${index} ${channel.member}`,
      scope: SCOPE,
      kind: channel.kind,
      literal,
      path: ['content_block', channel.member],
      opens: true,
      continuation: {
        type: 'content_block_delta',
        head: `{"type":"content_block_delta","index":${index === '' ? 0 : index},"delta":{"type":"${type}","${channel.member}":`,
        tail: '}}',
      },
    });
  }
  return { deltas, ends: deltas.length > 0 ? [] : 'all', opaque, repeated: REPEATED };
}
