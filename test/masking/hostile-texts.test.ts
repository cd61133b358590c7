import { describe, expect, it } from 'vitest';
import { UnreadableContent } from '../../src/masking/unreadable.ts';
import { mask, openMasking } from './support/mask-text.ts';
import { threadTime } from '../support/thread-time.ts';

const CARD = '4111 1111 1111 1111';
const KEY_LINE = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj';

describe('Masker on texts that mislead', () => {
  it('finds what stands behind a run that was longer than it looks at together', () => {
    const text = `["${'A'.repeat(4000)}","${CARD}"]`;
    for (const cut of [4002, 4003, 4004, 4005, 4006])
      expect(mask(text, { cuts: [cut] }).text).toContain('"REDACTED_PAYMENT_CARD"');
  });

  it('finds what a phrase speaks for that was cut within it', () => {
    const text = '89bcdef01234.My Number 1234-5678-9018';
    for (let cut = 1; cut < text.length; cut++)
      expect(mask(text, { cuts: [cut] }).text).toBe('89bcdef01234.My Number REDACTED_JP_MY_NUMBER');
  });

  it.each([
    ['GET /ab?key=%20AKIAIOSFODNN7EXAMPLQ&x', 'GET /ab?key=%20REDACTED_AWS_ACCESS_KEY&x'],
    // The digits of an escape hide where the number behind it begins.
    ['nip%208567346215', 'nip%20REDACTED_PL_NIP'],
    ['SteuerID%A936574261809', 'SteuerID%A9REDACTED_DE_STEUER_ID'],
    ['TeudatZehut\\ude00039337423', 'TeudatZehut\\ude00REDACTED_IL_TEUDAT_ZEHUT'],
    [`${'x '.repeat(31)} 漢SSN 078-05-1120 `, `${'x '.repeat(31)} 漢SSN REDACTED_US_SSN `],
    ['“ΑΦΜ 094259216”', '“ΑΦΜ REDACTED_GR_AFM”'],
    ['tel 4512-34-56 and that is all of it', 'tel REDACTED_PHONE and that is all of it'],
    ['ls_\u200b_0123456789abcdef0123456789abcdef', 'REDACTED_LANGSMITH_KEY'],
    ['https://user:pw-(1)@localhost/', 'https://REDACTED_URL_CREDENTIALS@localhost/'],
    [`my BIP39-seed ${'abandon '.repeat(11)}about`, 'my BIP39-seed REDACTED_SEED_PHRASE'],
    // The digits before the word that announces it are too few for a token; the word is not.
    [`24 0897@seed ${'abandon '.repeat(11)}about`, '24 0897@seed REDACTED_SEED_PHRASE'],
    ['证ssn 123-45-6789', '证ssn REDACTED_US_SSN'],
    ['-----BEGIN  PRIVATE KEY', '-----BEGIN  PRIVATE KEY'],
    ['/sx?q=card%204111111111111111', '/sx?q=card%20REDACTED_PAYMENT_CARD'],
    ['/sx?q=%22anna@example.org%22', '/sx?q=%22REDACTED_EMAIL%22'],
    ['\u001b[32mAKIAIOSFODNN7EXAMPLQ\u001b[0m', '\u001b[32mREDACTED_AWS_ACCESS_KEY\u001b[0m'],
    ['{"log":"\\u001b[1;31m4111111111111111\\u001b[0m"}', '{"log":"\\u001b[1;31mREDACTED_PAYMENT_CARD\\u001b[0m"}'],
    ['#033[32mghp_16C7e42F292c6912E7710c838347Ae178B4a#033[0m', '#033[32mREDACTED_GITHUB_TOKEN#033[0m'],
    ['u001b[1;32mghp_16C7e42F292c6912E7710c838347Ae178B4a', 'u001b[1;32mREDACTED_GITHUB_TOKEN'],
    ['%1b[32mghp_16C7e42F292c6912E7710c838347Ae178B4a', '%1b[32mREDACTED_GITHUB_TOKEN'],
    // The word for the first number stands further before the second one than any word counts.
    [`tel=4268530&q=${'x'.repeat(130)}&n=89012345678`, `tel=REDACTED_PHONE&q=${'x'.repeat(130)}&n=89012345678`],
    // The at sign is the only place of it, in the part of a long run that comes next.
    [
      `${'x'.repeat(3480)}/https://user:${'p'.repeat(420)}@localhost/${'y'.repeat(600)}`,
      `${'x'.repeat(3480)}/https://REDACTED_URL_CREDENTIALS@localhost/${'y'.repeat(600)}`,
    ],
    ['anna@example.org—today', 'REDACTED_EMAIL—today'],
    ['anna@example.org--note', 'REDACTED_EMAIL--note'],
    ['client:2001:db8:85a3::8a2e:370:7334', 'client:REDACTED_IP_ADDRESS'],
    ['ace:2001:db8:85a3:1:2:8a2e:370:7334', 'ace:REDACTED_IP_ADDRESS'],
    ['{"password":\n  "hunter2"}', '{"password":\n  "REDACTED_PASSWORD"}'],
    ["'password' => 'hunter2'", "'password' => 'REDACTED_PASSWORD'"],
    ['{"a":[-4111111111111111]}', '{"a":[-0]}'],
    ['{"a":"[\\n 4111111111111111\\n]"}', '{"a":"[\\n 0\\n]"}'],
    ['{"anna@example.org":1,"bob@example.org":2}', '{"REDACTED_EMAIL":1,"REDACTED_EMAIL_2":2}'],
    [' '.repeat(301) + 'anna＠example.org x', ' '.repeat(301) + 'REDACTED_EMAIL x'],
    [' '.repeat(300) + 'anna＠example.org x', ' '.repeat(300) + 'REDACTED_EMAIL x'],
    [`－－－－－BEGIN PRIVATE KEY-----\n${KEY_LINE}\n-----END PRIVATE KEY-----\nafter`, 'REDACTED_PRIVATE_KEY\nafter'],
    [`\u2010----BEGIN RSA PRIVATE KEY-----\n${KEY_LINE}\n-----END RSA PRIVATE KEY----- x`, 'REDACTED_PRIVATE_KEY x'],
    [`k=%2d%2d---BEGIN%20PRIVATE%20KEY%2D----%0A${KEY_LINE}%0A-----END%20PRIVATE%20KEY-----&x`, 'k=REDACTED_PRIVATE_KEY&x'],
    // Where it was read from its beginning on, it ended there, and the same place was looked at for ever.
    [`"%2d---%2dBEGIN RSA PRIVATE KEY-----\\n${KEY_LINE}"`, '"REDACTED_PRIVATE_KEY"'],
  ])('masks %j', (text, masked) => {
    expect(mask(text).text).toBe(masked);
    const cuts = Array.from({ length: new TextEncoder().encode(text).length - 1 }, (_, i) => i + 1);
    expect(mask(text, { cuts }).text).toBe(masked);
  });

  it.each([
    '{\n "label": "Password:",\n  "type": "text"\n}',
    '{"m":[{"text":"Enter your password:"}],"role":"assistant"}',
    "prompt='Password: '; user = input('Name')",
    '{"text":"getpass(\'Password: \')","keep":1}',
    '{"password":1.5e+30}',
    'password = getpass(prompt)',
    'Telephone Corporation 2017-2020',
    '{"c":"if (text.startsWith(name))"}',
  ])('leaves %j as it is', (text) => {
    expect(mask(text).text).toBe(text);
  });

  it.each([
    '{"text":"password: \'hunter","next":"keep","other":"don\'t"}',
    `{"text":"password: '${'x'.repeat(1500)}","next":"keep"}`,
    '{"c":"startsWith(\\"-----BEGIN PRIVATE KEY-----\\")","next":"keep"}',
    '{"a":"{\\"k\\":\\"-----BEGIN PRIVATE KEY-----\\\\nMIIEabc\\"}","next":"keep"}',
    `{"password":"${'p'.repeat(3000)}","next":"keep"}`,
    '{"a":"password=\\"Lwx\\\\","next":"keep"}',
    `{"a":"password=\\"${'w'.repeat(2000)}\\\\","next":"keep"}`,
    `{"a":"{\\"password\\":\\"${'p'.repeat(3000)}\\"}","next":"keep"}`,
  ])('keeps JSON what it was: %j', (text) => {
    const { next } = JSON.parse(mask(text).text) as { next: string };
    expect(next).toBe('keep');
    expect(Object.keys(JSON.parse(mask(text).text) as object)).toEqual(Object.keys(JSON.parse(text) as object));
  });

  it('takes time in proportion to the text', () => {
    const cost = (unit: string, length: number): number => {
      const text = unit.repeat(Math.ceil(length / unit.length));
      const before = threadTime();
      mask(text);
      return threadTime() - before;
    };
    for (const unit of ['4111111111111111,', '\u200b', 'password=', 'a:', '"']) {
      cost(unit, 16_384);
      // Four times the text at most ten times the time: what is quadratic takes sixteen.
      expect(cost(unit, 262_144), unit).toBeLessThan(10 * cost(unit, 65_536) + 50);
    }
  });

  it('finds what stands behind an escape of hundreds of backslashes, wherever the text is cut', () => {
    const text = `a${'\\'.repeat(400)}nghp_16C7e42F292c6912E7710c838347Ae178B4a b`;
    const masked = `a${'\\'.repeat(400)}nREDACTED_GITHUB_TOKEN b`;
    for (let cut = 1; cut < 410; cut += 3) expect(mask(text, { cuts: [cut] }).text).toBe(masked);
  });

  it.each([
    ['the word that announces a phrase, and spaces', 'seed ', ' '],
    ['the same, and list marks', 'seed ', '*'],
    ['characters spelt in sixty bytes each', '1', `${'\\'.repeat(55)}u0031`],
    ['invisible characters', 'a', '\u200b'],
    ['percent-encoded digits', '1', '%31'],
  ])('waits for no more than half a megabyte: %s', (_, first, unit) => {
    const bytes = new TextEncoder().encode(first + unit.repeat(Math.ceil(1_500_000 / unit.length)));
    const masker = openMasking();
    let held = 0;
    let most = 0;
    for (let at = 0; at < bytes.length; at += 65_536) {
      const piece = bytes.subarray(at, at + 65_536);
      held += piece.length - masker.push(piece).length;
      most = Math.max(most, held);
    }
    expect(most).toBeLessThan(524_288);
  });

  it('refuses what is spelt in so many bytes that it would have to hold megabytes', () => {
    const bytes = new TextEncoder().encode(`1${`${'\\'.repeat(999)}u0031`.repeat(1500)}`);
    const masker = openMasking();
    const push = (): void => {
      for (let at = 0; at < bytes.length; at += 65_536) masker.push(bytes.subarray(at, at + 65_536));
    };
    expect(push).toThrow(UnreadableContent);
  });
});
