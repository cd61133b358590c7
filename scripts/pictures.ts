/** Makes the pictures of the console and of a report in `docs/pictures`: `npm run pictures`. Commit them. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../test/support/chromium.ts';
import { buildConsole } from './build-console.ts';
import { type Scene, setScene } from './pictures/scene.ts';

const FOLDER = fileURLToPath(new URL('../docs/pictures', import.meta.url));
const WINDOW = { width: 1120, height: 760 };
/** Bytes of one picture. */
const LARGEST = 190 * 1024;

await buildConsole();
const browser = await openBrowser();
if (typeof browser === 'string') {
  process.stderr.write(`No pictures: Chromium cannot run: ${browser}\n`);
  process.exit(1);
}
try {
  await using scene = await setScene();
  for (const colorScheme of ['light', 'dark'] as const) await takePictures(browser, scene, colorScheme);
  await takeAuditPictures(browser, scene);
} finally {
  await browser.close();
}

async function takePictures(window: Browser, { address, token }: Scene, colorScheme: 'light' | 'dark'): Promise<void> {
  const page = await window.newPage({ viewport: WINDOW, colorScheme, reducedMotion: 'reduce' });
  await signIn(page, address, token);
  const ticket = page.getByRole('link', { name: /api\/tickets/ });
  await ticket.waitFor();
  await page.getByText('Live').waitFor();
  await takePicture(page, `inbox-${colorScheme}.png`);
  await ticket.click();
  await page.getByRole('region', { name: 'Content' }).waitFor();
  await takePicture(page, `request-${colorScheme}.png`);
  await page.close();
}

/** What an auditor sees: a session along its time, and the report in the same window. */
async function takeAuditPictures(window: Browser, { address, auditor }: Scene): Promise<void> {
  const page = await window.newPage({ viewport: WINDOW, colorScheme: 'light', reducedMotion: 'reduce' });
  await signIn(page, address, auditor);
  await page.getByRole('link', { name: 'Sessions' }).click();
  await page.getByRole('link', { name: /billing-agent/ }).click();
  const first = page.getByRole('list', { name: 'Exchanges in order' }).getByRole('listitem').first();
  await first.getByText('Content').click();
  await first.getByRole('button', { name: 'Show what was recorded' }).click();
  await first.getByRole('button', { name: 'Play' }).waitFor();
  await page.getByRole('heading', { name: 'Timeline' }).evaluate((heading) => heading.scrollIntoView());
  await takePicture(page, 'session-light.png');
  await page.goto(`${address}v1/report?jurisdiction=eu&since=1h`);
  await page.getByRole('heading', { level: 1, name: 'Residency report: eu' }).waitFor();
  await page
    .getByRole('heading', { name: 'Where data went, and where it was refused' })
    .evaluate((heading) => heading.scrollIntoView());
  await takePicture(page, 'report-light.png');
  await page.close();
}

async function signIn(page: Page, address: string, token: string): Promise<void> {
  await page.goto(address);
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

async function takePicture(page: Page, name: string): Promise<void> {
  const path = join(FOLDER, name);
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  const { size } = statSync(path);
  if (size > LARGEST) throw new Error(`Found ${size} bytes in docs/pictures/${name}, expected at most ${LARGEST}`);
  process.stdout.write(`docs/pictures/${name}: ${Math.ceil(size / 1024)} KiB\n`);
}
