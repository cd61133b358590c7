import chromium from '@sparticuz/chromium';
import { chromium as launcher, type Browser } from 'playwright-core';

/** Not those of the package, which are for functions in a cloud and turn the security of the web off. */
const FLAGS = ['--no-sandbox', '--no-zygote', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'];

/** It ends with whoever opened it. Signals that a test sends to itself are not meant for it. */
const OWN_SIGNALS = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };

/**
 * A real Chromium: the one that comes as a package, or the program that CHROMIUM_PATH names. Where it cannot run, the reason: the
 * tests that need it are then skipped by name.
 */
export async function openBrowser(): Promise<Browser | string> {
  try {
    const executablePath = process.env['CHROMIUM_PATH'] ?? (await chromium.executablePath());
    return await launcher.launch({ executablePath, args: FLAGS, headless: true, ...OWN_SIGNALS });
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
  }
}
