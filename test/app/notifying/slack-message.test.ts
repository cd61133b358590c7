import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slackAlarm, slackApproval, slackLoosened } from '../../../src/app/notifying/slack-message.ts';
import type { Approval } from '../../../src/core/approval/approval.ts';
import type { AgentId } from '../../../src/core/ids.ts';
import { WEBHOOK_EVENTS, isApprovalNews } from '../../../src/core/webhooks/webhook-event.ts';
import { approval, askedRule } from '../../approval/support/approvals.ts';

const ADDRESS = 'https://cordon.acme.example:3129';
const NEWS = WEBHOOK_EVENTS.filter(isApprovalNews);
/** What chats make something of, in this or that markup. */
const MARKUP = [
  '`',
  '```',
  '<!channel>',
  '@here',
  '<https://evil.example|ok>',
  '[ok](https://evil.example)',
  '*b*',
  '_i_',
  '&lt;',
  '\n',
  '\u202e',
  '|',
  ':tada:',
];

function textOf(message: string): string {
  return (JSON.parse(message) as { readonly text: string }).text;
}

function of(values: { agent?: string; rules?: readonly string[]; origin?: string; place?: string }): Approval {
  const { agent = 'support-bot', rules = ['us-model'], origin = 'https://api.anthropic.com:443', place = 'US' } = values;
  const plain = approval();
  return {
    ...plain,
    requester: { ...plain.requester, subject: agent as AgentId },
    request: { ...plain.request, origin, places: { entry: place, processing: place, storage: place } },
    rules: rules.map((id) => askedRule({ id })),
  };
}

describe('slackApproval()', () => {
  it('says who wants to send where, until when, and links to where people decide', () => {
    expect(JSON.parse(slackApproval('approval.pending', of({}), ADDRESS))).toEqual({
      text: [
        'A request waits for a decision.',
        'Agent `support-bot` to `api.anthropic.com` in `US`, held by `us-model`.',
        'Without a decision it is denied at 2026-11-22 10:30 UTC.',
        '<https://cordon.acme.example:3129/#/requests/a1|Look at it and decide>',
      ].join('\n'),
      unfurl_links: false,
      unfurl_media: false,
    });
    expect(textOf(slackApproval('approval.denied', of({}), undefined))).toBe(
      'A held request was denied.\nAgent `support-bot` to `api.anthropic.com` in `US`, held by `us-model`.\nTo see it: `cordon approvals show a1`',
    );
  });

  it('says of a host with letters beyond ASCII that it may imitate another one', () => {
    const imitation = of({ origin: 'https://api.xn--nthropic-66g.com' });
    expect(
      textOf(slackApproval('approval.pending', imitation, ADDRESS))
        .split('\n')
        .slice(1, 3),
    ).toEqual([
      'Agent `support-bot` to `api.xn--nthropic-66g.com` in `US`, held by `us-model`.',
      'The host has letters beyond ASCII in its name, and may imitate another one.',
    ]);
    const plain = of({ origin: 'https://api.exn--ample.com' });
    expect(textOf(slackApproval('approval.pending', plain, ADDRESS))).not.toContain('ASCII');
  });

  it('tells nothing that an agent or a person wrote, and nothing of the content', () => {
    const full = of({});
    for (const event of NEWS) {
      const text = textOf(slackApproval(event, full, ADDRESS));
      for (const told of ['a customer waits', '[EMAIL]', 'v1/messages', 'anna@', 'max@', 'TIA-2026'])
        expect(text).not.toContain(told);
    }
  });

  it('lets nothing of a request be a link, a mention or a format, whatever it is', () => {
    const wild = fc.array(fc.oneof(fc.constantFrom(...MARKUP), fc.string({ unit: 'binary', maxLength: 9 })), { maxLength: 5 });
    const text = wild.map((parts) => parts.join(''));
    const label = fc.stringMatching(/^[a-z0-9_-]{1,20}$/);
    fc.assert(
      fc.property(
        fc.constantFrom(...NEWS),
        fc.record({
          agent: text,
          rules: fc.array(text, { minLength: 1, maxLength: 9 }),
          place: text,
          origin: label.map((name) => `https://${name}.example`),
        }),
        (event, values) => {
          const lines = textOf(slackApproval(event, of(values), ADDRESS)).split('\n');
          expect(lines).toHaveLength(event === 'approval.pending' ? 4 : 3);
          expect(lines.pop()).toMatch(/^<https:\/\/cordon\.acme\.example:3129\/#\/requests\/a1\|Look at it(?: and decide)?>$/);
          const outside = lines.join('\n').replaceAll(/`[A-Za-z0-9._:+ [\]?-]*`/g, 'CODE');
          expect(outside).toMatch(/^[A-Za-z0-9 .,:\n-]+$/);
        },
      ),
    );
  });

  it('is bounded, however many rules there are and however long names are', () => {
    const many = of({
      rules: Array.from({ length: 400 }, (_, i) => `rule-${i}`),
      agent: 'a'.repeat(5000),
      place: 'p'.repeat(5000),
    });
    const text = textOf(slackApproval('approval.pending', many, ADDRESS));
    expect(text).toContain('`rule-4` and 395 more.');
    expect(text.length).toBeLessThan(1000);
  });
});

describe('slackLoosened() and slackAlarm()', () => {
  it('say that there is something to look at, without its texts', () => {
    const loosened = { type: 'policy.loosened', digest: 'sha256:ab', changes: ['rule open: *added*'] } as const;
    expect(textOf(slackLoosened(loosened, ADDRESS))).toBe(
      'The policy was loosened: 1 change let more pass than before. It is now `sha256:ab`.\n<https://cordon.acme.example:3129/#/policy|See the policy in force>',
    );
    expect(textOf(slackLoosened(loosened, undefined))).not.toContain('<');
    const alarm = { type: 'alarm', alarm: 'minted-for-oneself', actor: '<!here>', subject: 'token:1' } as const;
    expect(textOf(slackAlarm(alarm))).toBe('Alarm: `minted-for-oneself`. Who did it to what is on the record.');
  });
});
