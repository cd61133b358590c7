/** Makes the pictures of the console in `docs/pictures`: `npm run pictures`. Commit them. */
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
} finally {
  await browser.close();
}

async function takePictures(window: Browser, { address, token }: Scene, colorScheme: 'light' | 'dark'): Promise<void> {
  const page = await window.newPage({ viewport: WINDOW, colorScheme, reducedMotion: 'reduce' });
  await page.goto(address);
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const ticket = page.getByRole('link', { name: /api\/tickets/ });
  await ticket.waitFor();
  await page.getByText('Live').waitFor();
  await takePicture(page, `inbox-${colorScheme}.png`);
  await ticket.click();
  await page.getByRole('region', { name: 'Content' }).waitFor();
  await takePicture(page, `request-${colorScheme}.png`);
  await page.close();
}

async function takePicture(page: Page, name: string): Promise<void> {
  const path = join(FOLDER, name);
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  const { size } = statSync(path);
  if (size > LARGEST) throw new Error(`Found ${size} bytes in docs/pictures/${name}, expected at most ${LARGEST}`);
  process.stdout.write(`docs/pictures/${name}: ${Math.ceil(size / 1024)} KiB\n`);
}
