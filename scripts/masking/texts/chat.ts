import type { Random } from '../random.ts';
import { commit, digest, timestamp, uuid } from './identifiers.ts';
import { plainParagraph } from './plain-prose.ts';
import { anyLanguage, paragraph, sentence } from './prose.ts';
import { programText } from './source-code.ts';

/** Gives the text of one message; what is planted comes in here. */
export type MakeText = (random: Random) => string;

/** A message as people and agents write them: prose, code, and identifiers of what they work on. */
export function message(random: Random): string {
  const parts = random.several(random.between(1, 4), () =>
    random.chance(0.25) ? `\`\`\`\n${programText(random)}\`\`\`` : prose(random),
  );
  if (random.chance(0.5)) parts.push(random.pick([timestamp, uuid, commit, digest])(random));
  return parts.join('\n\n');
}

/**
 * A message as most are: prose with a number in one sentence of three, a program now and then, an identifier. It has about
 * 40 digits in a kilobyte; {@link message}, made to mislead, has 70.
 */
export function usualMessage(random: Random): string {
  const parts = random.several(random.between(2, 5), () =>
    random.chance(0.15) ? `\`\`\`\n${programText(random)}\`\`\`` : plainParagraph(random, sentence),
  );
  if (random.chance(0.5)) parts.push(random.pick([timestamp, uuid, commit, digest])(random));
  return parts.join('\n\n');
}

function prose(random: Random): string {
  const language = anyLanguage(random);
  return language === 'en' ? plainParagraph(random, sentence) : paragraph(random, language);
}

/** A request to a chat model, as OpenAI or Anthropic take it, with calls of tools and their results. */
export function chatBody(random: Random, make: MakeText = message): string {
  return random.chance(0.5) ? openAiBody(random, make) : anthropicBody(random, make);
}

function openAiBody(random: Random, make: MakeText): string {
  const call = `call_${random.text('abcdefghijkmnopqrstuvwxyz0123456789', 24)}`;
  return JSON.stringify({
    model: 'gpt-5',
    temperature: 0.7,
    messages: [
      { role: 'system', content: 'You are a careful assistant.' },
      ...random.several(random.between(1, 4), () => ({ role: random.pick(['user', 'assistant']), content: make(random) })),
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id: call,
            type: 'function',
            function: { name: 'search', arguments: JSON.stringify({ query: make(random), limit: 20 }) },
          },
        ],
      },
      {
        role: 'tool',
        tool_call_id: call,
        content: JSON.stringify({ rows: [{ id: uuid(random), text: make(random) }], took: random.between(1, 900) }),
      },
    ],
  });
}

function anthropicBody(random: Random, make: MakeText): string {
  const id = `toolu_01${random.text('ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz', 22)}`;
  return JSON.stringify({
    model: 'claude-opus-5',
    max_tokens: 4096,
    system: [{ type: 'text', text: 'You are a careful assistant.', cache_control: { type: 'ephemeral' } }],
    messages: [
      { role: 'user', content: make(random) },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: make(random) },
          { type: 'tool_use', id, name: 'read_file', input: { path: '/srv/notes.md', note: make(random) } },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: make(random) }] },
    ],
    metadata: { user_id: uuid(random) },
  });
}
