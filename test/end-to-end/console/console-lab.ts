import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Role } from '../../../src/core/people/role.ts';
import { openBrowser } from '../../support/chromium.ts';
import { startLab, type Lab, type LabOptions } from '../../support/lab.ts';
import type { RawResponse } from '../../support/raw-client.ts';
import { ask, type Asked, parrot } from '../masking/ask.ts';

export const HELD = 'held.de.lab.example';
export const QUORUM = 'two.fr.lab.example';
/** “аpple” with a Cyrillic first letter. */
export const IMITATION = 'xn--pple-43d.us.lab.example';

const RULES = [
  `{ id: to-crm, to: [held-de-lab-example], then: hold, approval: { by: [privacy], wait: 20s, expires: 15m, grant: { max: 1h } }, mask: { request: { entities: [pii], as: redact } } }`,
  `{ id: two-people, to: [two-fr-lab-example], then: hold, approval: { by: [privacy], quorum: 2, wait: 20s, expires: 2h } }`,
  `{ id: to-apple, to: [xn-pple-43d-us-lab-example], then: hold, approval: { by: [privacy], wait: 20s, expires: 1d, grant: { max: 8h } }, transfer: { basis: scc, reference: "SCC 2021/914 of Apple", to: [us] } }`,
];

/** A gateway with held requests behind its console, and a browser before it. */
export class ConsoleLab implements AsyncDisposable {
  readonly lab: Lab;
  readonly browser: Browser;
  readonly #violations: string[] = [];

  private constructor(lab: Lab, browser: Browser) {
    this.lab = lab;
    this.browser = browser;
  }

  /** @param more beside what is held: origins, and rules for them */
  static async start(
    more: Partial<Pick<LabOptions, 'origins'>> & { readonly rules?: readonly string[] } = {},
  ): Promise<ConsoleLab> {
    const lab = await startLab({
      origins: {
        [HELD]: { country: 'DE', handler: parrot },
        [QUORUM]: { country: 'FR', handler: parrot },
        [IMITATION]: { country: 'US', handler: parrot },
        ...more.origins,
      },
      agents: [{ id: 'support-bot', home: 'eu', owners: ['olga@acme.example'], identify: [{ cidr: ['127.0.0.0/8'] }] }],
      rules: [...RULES, ...(more.rules ?? [])],
    });
    return new ConsoleLab(lab, await openedBrowser());
  }

  /** The console of a gateway that runs already, in a laboratory that goes with this. */
  static async before(lab: Lab): Promise<ConsoleLab> {
    return new ConsoleLab(lab, await openedBrowser());
  }

  /** What the browser refused because of the content security policy, and errors of the console's own scripts. */
  get violations(): readonly string[] {
    return this.#violations;
  }

  get address(): string {
    const { address, port } = this.lab.gateway.admin;
    return `http://${address}:${port}/`;
  }

  /** The token of a person. */
  async token(person: string, role: Role, groups: readonly string[] = []): Promise<string> {
    const { status, content } = await this.lab.gateway.adminAsk('/v1/tokens', {
      json: { person, role, groups },
      headers: { authorization: `Bearer ${await this.lab.gateway.adminToken()}` },
    });
    expect(status).toBe(201);
    return (content as { token: string }).token;
  }

  /** A new window, at the door. */
  async open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ reducedMotion: 'reduce', ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(5000);
    page.on('pageerror', (error) => this.#violations.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      this.#violations.push(`dialogue: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted ?Type|Refused to/i.test(message.text())) this.#violations.push(message.text());
    });
    await page.goto(this.address);
    return page;
  }

  /** A window in which somebody has signed in with a token, by hand. */
  async signIn(token: string, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.open(options);
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    return page;
  }

  /** A request that is held while its client waits; what the client gets in the end. */
  held(name: string, asked: Asked): Promise<RawResponse> {
    return ask(this.lab, name, { ...asked, fields: ['Content-Type: application/json', ...(asked.fields ?? [])] });
  }

  /** A request that is held, and whose client went on. */
  async left(name: string, asked: Asked): Promise<void> {
    const { status } = await this.held(name, { ...asked, fields: ['Cordon-Prefer: respond-async', ...(asked.fields ?? [])] });
    expect(status).toBe(503);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab[Symbol.asyncDispose]();
  }
}

const opened = await openBrowser();
let current: Browser | undefined = typeof opened === 'string' ? undefined : opened;

/** Whether Chromium can run here; else the tests that need it are skipped. */
export const hasBrowser: boolean = current !== undefined;
/** For the names of tests: says why they are skipped. */
export const needing: string = typeof opened === 'string' ? `Chromium cannot run: ${opened}` : 'in Chromium';

/** One browser for all files that a worker runs; it ends with the worker. A new one where it broke down since. */
export async function openedBrowser(): Promise<Browser> {
  if (current?.isConnected() === true) return current;
  const again = await openBrowser();
  if (typeof again === 'string') throw new Error(`Chromium ran, and does not any more: ${again}`);
  current = again;
  return again;
}

/** Closes what a file has opened in the browser. */
export async function closeWindows(): Promise<void> {
  await Promise.all((current?.contexts() ?? []).map((context) => context.close()));
}
