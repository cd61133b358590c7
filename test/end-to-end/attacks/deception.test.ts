import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApprovalsAnswer } from '../../../src/admin/contract/approvals.ts';
import { WatchProcess } from '../../cli/approvals/watching.ts';
import { cordon } from '../../cli/cordon.ts';
import { ConsoleLab, HELD, IMITATION, closeWindows, hasBrowser, needing } from '../console/console-lab.ts';
import { ask, type Asked } from '../masking/ask.ts';

/** What an agent plants in one field of a request, and what people get to see of it. */
interface Planted extends Asked {
  readonly host?: string;
  /** Texts of the open request, as Chromium lays them out. */
  readonly seen: readonly string[];
  /** Texts of `cordon approvals show`; the same as in the console where absent. */
  readonly printed?: readonly string[];
}

const MARKUP = '<img src=x onerror=alert(1)><script>alert(2)</script>';
/** A field value as a client writes UTF-8. */
const utf8 = (text: string): string => Buffer.from(text).toString('latin1');
const reason = (text: string): Pick<Asked, 'fields'> => ({ fields: [`Cordon-Reason: ${utf8(text)}`] });
const typed = (type: string, content: string | Uint8Array): Pick<Asked, 'fields' | 'content'> => ({
  fields: [`Content-Type: ${type}`],
  content,
});
const FORM = '--b\r\nContent-Disposition: form-data; name="f"; filename="invoice\u202Efdp.exe"\r\n\r\nhello\r\n--b--\r\n';

const PLANTED: Readonly<Record<string, Planted>> = {
  'path: markup and a direction, which have to be encoded': {
    target: '/%3Cscript%3E/%E2%80%AEgpj.exe',
    seen: ['/%3Cscript%3E/%E2%80%AEgpj.exe'],
  },
  'query: how much goes to whom': {
    target: '/pay?amount=100000&to=%E2%80%AEecila&note=%0A%0ASTATE:%20approved&flag',
    seen: ['/pay?amount=100000&to=%E2%80%AEecila&note=%0A%0ASTATE:%20approved&flag'],
    printed: ['/pay?amount=100000'],
  },
  'query: what is found in it, masked': {
    target: '/pay?to=anna%40example.org&api_key=sk-proj-abcdefghijklmnopqrstuvwx12345678',
    seen: ['?to=REDACTED_EMAIL&api_key=REDACTED'],
    printed: ['?to=REDACTED_EMAIL'],
  },
  'query: one of six thousand characters': {
    target: `/long?x=${'a'.repeat(6_000)}&to=mallory`,
    seen: ['&to=mallory'],
  },
  'host: an imitation': {
    host: IMITATION,
    seen: [`http://${IMITATION}:`, 'xn--pple-43d stands for “аpple”, which mixes Latin and Cyrillic letters'],
    printed: [
      `http://${IMITATION}:`,
      'Look closely\n  xn--pple-43d stands for “аpple”, which mixes Latin and Cyrillic letters',
    ],
  },
  'field that is bound: markup, control and direction': {
    fields: [`X-Amz-Target: ${MARKUP} ${utf8('\u202Egnp')} \u009B2J`],
    seen: [`${MARKUP} âU+0080®gnp U+009B2J`],
    printed: [`${MARKUP} â\\u0080®gnp \\u009b2J`],
  },
  'reason: markup and a link': {
    ...reason(`${MARKUP} [approve](javascript:alert(3)) https://evil.example`),
    seen: [`${MARKUP} [approve](javascript:alert(3)) https://evil.example`],
    printed: ['[approve](javascript:alert(3))'],
  },
  'reason: one that ends in a letter whose last byte looks like a space': {
    ...reason('et voilà'),
    seen: ['et voilà'],
  },
  'reason: sequences of a terminal, a direction, nothing that is seen': {
    ...reason('a\u202Efdp.exe\u202C b\u200B\u2060c \u009B1A\u00A0'),
    seen: ['aU+202Efdp.exeU+202C bU+200BU+2060c U+009B1A'],
    printed: ['a\\u202efdp.exe\\u202c b\\u200b\\u2060c \\u009b1A'],
  },
  'reason: a flood of marks': {
    ...reason(`z${'\u0321'.repeat(20)}algo`),
    seen: [`z${'\u0321'.repeat(3)}U+0321U+0321`],
    printed: [`z${'\u0321'.repeat(3)}\\u0321\\u0321`],
  },
  'reason: longer than is shown': {
    ...reason(`${'because '.repeat(70)}and never for anybody else`),
    seen: ['...[+86 characters]'],
  },
  'reason: letters that look like others': {
    ...reason('Refund to pаypal'),
    seen: ['Refund to pаypal', '“pаypal” mixes Latin and Cyrillic letters: it may imitate another word'],
    printed: ['Refund to pаypal', 'Look closely\n  “pаypal” mixes Latin and Cyrillic letters'],
  },
  'reason: spaces that push the rest to the next row of a terminal': {
    ...reason(`${'x'.repeat(68)}APPROVED 0000`),
    seen: ['APPROVED 0000'],
    printed: [`  because   ${'x'.repeat(68)}\n        APPROVED 0000`],
  },
  'content: HTML': {
    ...typed('text/html', `<meta http-equiv=refresh content=0><form>${MARKUP}</form><!-- hidden -->`),
    seen: [`<meta http-equiv=refresh content=0><form>${MARKUP}</form><!-- hidden -->`],
    printed: ['|  <meta http-equiv=refresh content=0><form><img', '<!-- hidden'],
  },
  'content: SVG': {
    ...typed('image/svg+xml', `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><text>harmless</text></svg>`),
    seen: ['<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><text>harmless</text></svg>'],
  },
  'content: Markdown': {
    ...typed(
      'text/markdown',
      `# Approved\n[x](javascript:alert(1))\n![](https://evil.example/p.png)\n<details>the rest</details>`,
    ),
    seen: ['# Approved\n[x](javascript:alert(1))\n![](https://evil.example/p.png)\n<details>the rest</details>'],
    printed: ['  |  # Approved\n  |  [x](javascript:alert(1))\n'],
  },
  'content: JSON with null bytes, controls and escapes of a terminal': {
    ...typed('application/json', '{"a":"\\u0000\\u001b[2J","b":"\u0007\u009B31m\u202E"}'),
    seen: ['{"a":"\\u0000\\u001b[2J","b":"U+0007U+009B31mU+202E"}'],
    printed: ['{"a":"\\u0000\\u001b[2J","b":"\\u0007\\u009b31m\\u202e"}'],
  },
  'content: text with line ends of every kind': {
    ...typed('text/plain', 'one\rtwo\u2028three\u0085four\u000Bfive\r\nsix'),
    seen: ['oneU+000DtwoU+2028threeU+0085fourU+000Bfive\nsix'],
    printed: ['  |  one\\u000dtwo\\u2028three\\u0085four\\u000bfive\n  |  six\n'],
  },
  'content: text that looks like what stands round it': {
    ...typed('text/plain', 'hello\n\nDecisions\n  2026-11-27T00:00:00Z  paul  approved\nYou cannot decide on it'),
    seen: ['Decisions\n  2026-11-27T00:00:00Z  paul  approved\nYou cannot decide on it'],
    printed: ['  |  Decisions\n', '  |  You cannot decide on it\n'],
  },
  'content: one line of eight thousand characters, the point at its end': {
    ...typed('text/plain', `${'harmless '.repeat(880)}transfer everything`),
    seen: ['transfer everything', 'There is more below what you see in the box'],
    printed: ['transfer everything'],
  },
  'content: seven thousand spaces before the point': {
    ...typed('text/plain', `harmless${' '.repeat(7_000)}transfer everything`),
    seen: ['transfer everything'],
  },
  'content: two hundred lines, the point in the last': {
    ...typed('text/plain', `${'harmless\n'.repeat(200)}transfer everything`),
    seen: ['transfer everything', 'There is more below what you see in the box'],
    printed: ['  |  transfer everything\n'],
  },
  'content: more than is shown': {
    ...typed('text/plain', `${'harmless '.repeat(1_000)}transfer everything`),
    seen: ['This is the beginning alone. You decide on all of it, and there is more that is not shown.'],
    printed: ['This is the beginning alone: there is more that is not shown'],
  },
  'content: a multipart form with the name of a file that reads backwards': {
    ...typed('multipart/form-data; boundary=b', FORM),
    seen: ['filename="invoiceU+202Efdp.exe"'],
    printed: ['filename="invoice\\u202efdp.exe"'],
  },
  'content: a form': {
    ...typed('application/x-www-form-urlencoded', 'amount=1&amount=100000&to=%E2%80%AEecila'),
    seen: ['amount=1&amount=100000&to=%E2%80%AEecila'],
  },
  'content: letters and a name that look like others': {
    ...typed('application/json', '{"to":"pаypal","at":"https://аррӏе.com"}'),
    seen: [
      '“pаypal” mixes Latin and Cyrillic letters',
      '“аррӏе” in “аррӏе.com” has Cyrillic letters that look like Latin ones',
    ],
  },
  'content: letters that are written from right to left, with numbers between them': {
    ...typed('application/json', '{"to":"אבג","amount":100,"from":"דהו"}'),
    seen: ['{"to":"אבג","amount":100,"from":"דהו"}'],
    printed: ['Some of it is written from right to left'],
  },
  'content: in UTF-16, with a charset that says so': {
    ...typed('text/plain; charset=utf-16le', Buffer.from('hi \u202Ethere', 'utf16le')),
    seen: ['hi U+202Ethere'],
    printed: ['hi \\u202ethere'],
  },
  'content: in a charset of one byte': {
    ...typed('text/plain; charset=koi8-r', Buffer.from([0xc4, 0xc1, 0x20, 0x70, 0xc1, 0x79])),
    seen: ['да pаy', '“pаy” mixes Latin and Cyrillic letters'],
  },
  'media type: long, and with a parameter that says something else': {
    ...typed(`text/plain; note="application/json approved"`, 'hello'),
    seen: ['Media type\ntext/plain\n'],
    printed: ['(text/plain, 5 bytes)'],
  },
};

/** Nothing of this may stand in what a terminal gets, apart from line ends. */
const RAW = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u00a0]|\p{M}{4}/u;
/** Nor of this in a page. */
const HIDDEN = '[\\u0080-\\u009f\\p{Cf}\\p{Co}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]';

describe.skipIf(!hasBrowser)(`ADM-02: what an agent plants, field by field, as people see it (${needing})`, () => {
  let lab: ConsoleLab;
  let page: Page;
  let paul: string;
  let count = 0;

  beforeAll(async () => {
    lab = await ConsoleLab.start();
    paul = await lab.token('paul@acme.example', 'approver', ['privacy']);
    page = await lab.signIn(paul);
  });
  afterAll(async () => {
    await (lab as ConsoleLab | undefined)?.[Symbol.asyncDispose]();
    await closeWindows();
  });

  /** Has it held; yields its id. */
  async function plant({ host = HELD, ...asked }: Planted): Promise<string> {
    const fields = ['Cordon-Prefer: respond-async', ...(asked.fields ?? [])];
    if (!fields.some((line) => line.startsWith('Content-Type'))) fields.push('Content-Type: application/json');
    // Each is another request: those that are the same attach to the first.
    const answer = await ask(lab.lab, host, { content: '{}', target: `/x${++count}`, ...asked, fields });
    expect([answer.status, answer.content.toString()]).toEqual([503, expect.stringContaining('"approval"')]);
    return (JSON.parse(answer.content.toString()) as { approval: string }).approval;
  }

  const command = (...args: string[]) => {
    const { address, port } = lab.lab.gateway.admin;
    return cordon([...args, '--api', `http://${address}:${port}`], lab.lab.gateway.directory, { CORDON_TOKEN: paul });
  };

  async function leaks(): Promise<unknown> {
    return page.evaluate(`({
      elements: [...document.querySelectorAll('.foreign *:not(span.escape)')].map((each) => each.outerHTML),
      strangers: document.querySelectorAll('img, iframe, object, embed, meta[http-equiv], body script, form:not([aria-label])').length,
      hidden: document.documentElement.outerHTML.match(/${HIDDEN}/gu) ?? [],
      links: [...document.querySelectorAll('a')].map(({ href }) => href).filter((href) => !href.startsWith(location.origin)),
      wide: document.documentElement.scrollWidth > innerWidth,
    })`);
  }
  const NOTHING = { elements: [], strangers: 0, hidden: [], links: [], wide: false };

  it.each(Object.entries(PLANTED))('%s', async (_field, planted) => {
    const id = await plant(planted);
    await page.goto(`${lab.address}#/requests/${id}`);
    const article = page.getByRole('article', { name: 'The open request' });
    await article.getByRole('region', { name: 'Content' }).waitFor();
    await expect.poll(() => article.innerText()).toContain('Who asks, and what holds it');
    for (const text of planted.seen) await expect.poll(() => article.innerText(), { message: text }).toContain(text);
    expect(await leaks()).toEqual(NOTHING);
    const { code, out } = await command('approvals', 'show', id);
    expect(code).toBe(0);
    expect(out).not.toMatch(RAW);
    for (const text of planted.printed ?? planted.seen) expect(unwrapped(out, text)).toContain(text);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('characters of code stand in the order in which they are sent, whatever their direction', async () => {
    const id = await plant({ ...typed('text/plain', 'to אבג 100 דהו end'), seen: [] });
    await page.goto(`${lab.address}#/requests/${id}`);
    await page.locator('pre.preview').waitFor();
    const places = await page.evaluate<number[]>(`(() => {
      const text = document.querySelector('pre.preview .foreign').firstChild;
      return Array.from(text.data, (_, at) => {
        const range = document.createRange();
        range.setStart(text, at);
        range.setEnd(text, at + 1);
        return range.getBoundingClientRect().left;
      });
    })()`);
    expect(places.length).toBe(18);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('the list, `approvals list` and the lines of `approvals watch` show nothing else either', async () => {
    await page.goto(`${lab.address}#/requests`);
    await page.getByRole('region', { name: 'Waiting' }).getByRole('listitem').first().waitFor();
    expect(await leaks()).toEqual(NOTHING);
    const { items } = (await lab.lab.gateway.adminGet('/v1/approvals?state=pending&limit=200')).content as ApprovalsAnswer;
    expect(items.length).toBe(Object.keys(PLANTED).length + 1);
    for (const args of [[], ['--json']]) {
      const { code, out } = await command('approvals', 'list', ...args);
      expect(code).toBe(0);
      expect(out).not.toMatch(RAW);
    }
    using watch = new WatchProcess(lab.lab.gateway.directory, paul);
    await expect.poll(() => watch.lines.length, { timeout: 10_000 }).toBe(items.length);
    expect(watch.lines.filter((line) => RAW.test(line))).toEqual([]);
    // What does not fit shows that it goes on.
    expect((await command('approvals', 'list')).out).toMatch(/POST http:\S{50,}… /);
  });

  it('exchanges and sessions show nothing of it either', async () => {
    for (const view of ['exchanges', 'sessions']) {
      await page.goto(`${lab.address}#/${view}`);
      const first = page.getByRole('main').getByRole('listitem').getByRole('link').first();
      await first.waitFor();
      expect(await leaks()).toEqual(NOTHING);
      await first.click();
      await page.getByText('support-bot').first().waitFor();
      expect(await leaks()).toEqual(NOTHING);
    }
  });

  it.each([
    ['a direction in the path, as the bytes of UTF-8', `GET /${utf8('\u202E')} HTTP/1.1`],
    ['a control in the path', 'GET /\u001B[2J HTTP/1.1'],
    ['a control in the method', 'GET\u001B[2J / HTTP/1.1'],
    ['signs of a markup in the method', '*GET*` / HTTP/1.1'],
    ['markup in the name of a session', 'GET / HTTP/1.1\r\nCordon-Session: <b>run</b>'],
    ['a direction in the name of a session', `GET / HTTP/1.1\r\nCordon-Session: run${utf8('\u202E')}`],
  ])('%s is refused, and nobody is asked', async (_what, line) => {
    const before = ((await lab.lab.gateway.adminGet('/v1/approvals?state=pending&limit=200')).content as ApprovalsAnswer).items;
    const authority = lab.lab.authority(HELD);
    const target = line.replace(' /', ` http://${authority}/`);
    await using client = await lab.lab.connect();
    client.send(Buffer.from(`${target}\r\nHost: ${authority}\r\n\r\n`, 'latin1'));
    expect([400, 407]).toContain((await client.response('GET')).status);
    const after = ((await lab.lab.gateway.adminGet('/v1/approvals?state=pending&limit=200')).content as ApprovalsAnswer).items;
    expect(after).toHaveLength(before.length);
  });

  it('nobody got a dialogue, an error or a violation of the content security policy', () => {
    expect(lab.violations).toEqual([]);
  });
});

/** Rows of a terminal put together again, unless a text is asked for as it is broken. */
function unwrapped(out: string, asked: string): string {
  return asked.includes('\n') && out.includes(asked) ? out : out.replaceAll(/\n(?: {8}| {2}: {2})/g, '');
}
