import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleLab, HELD, IMITATION, closeWindows, hasBrowser, needing } from './console-lab.ts';

describe.skipIf(!hasBrowser)(`the map of an open request (${needing})`, () => {
  let lab: ConsoleLab;
  let approver: string;

  beforeAll(async () => {
    lab = await ConsoleLab.start();
    approver = await lab.token('paul@acme.example', 'approver', ['privacy']);
    await lab.left(HELD, { target: '/inside', content: '{}' });
    await lab.left(IMITATION, { target: '/outside', content: '{}' });
  });
  afterAll(async () => {
    await (lab as ConsoleLab | undefined)?.[Symbol.asyncDispose]();
    await closeWindows();
  });

  async function open(page: Page, path: string): Promise<Page> {
    await page.getByRole('link', { name: 'Requests' }).click();
    await page.getByRole('link', { name: new RegExp(`${path}$`) }).click();
    await page
      .getByRole('article')
      .getByText(new RegExp(`${path}$`))
      .waitFor();
    return page;
  }

  /** How much a country stands out from the sea round it (WCAG 2.2 §1.4.11 asks for 3). */
  const CONTRAST = `(country => {
    const luminance = (colour) => {
      const canvas = new OffscreenCanvas(1, 1).getContext('2d');
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((byte) => byte / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const land = luminance(getComputedStyle(document.querySelector('[data-country=' + country + ']')).fill);
    const sea = luminance(getComputedStyle(document.querySelector('.map svg')).backgroundColor);
    return (Math.max(land, sea) + 0.05) / (Math.min(land, sea) + 0.05);
  })`;

  it.each(['light', 'dark'] as const)(
    'shows home and destination, to who sees it and to who does not, when it is %s',
    async (colorScheme) => {
      const page = await lab.signIn(approver, { colorScheme });
      await open(page, '/outside');
      await page.getByRole('img', { name: 'Map. Home: 27 countries. Would go to United States.' }).waitFor();
      const where = page.getByRole('region', { name: 'Where' });
      await where.getByText('Would go to United States').waitFor();
      const classOf = (country: string) => page.locator(`[data-country=${country}]`).getAttribute('class');
      expect(await Promise.all(['US', 'DE', 'FR', 'GB'].map(classOf))).toEqual(['destination', 'home', 'home', null]);
      expect(
        await page.locator('[data-ring]').evaluateAll((rings) => rings.map((ring) => ring.getAttribute('data-ring'))),
      ).toEqual(['US']);
      expect(await page.locator('.map').getAttribute('class')).toBe('map outside');
      expect(await page.evaluate(`${CONTRAST}('US')`)).toBeGreaterThan(3);

      await open(page, '/inside');
      await page.getByRole('img', { name: 'Map. Home: 27 countries. Would go to Germany.' }).waitFor();
      expect(await page.locator('.map').getAttribute('class')).toBe('map');
      expect(await page.evaluate(`${CONTRAST}('DE')`)).toBeGreaterThan(3);
      await page.close();
    },
  );

  it('has room in a window of 360 pixels, with the marked countries in it', async () => {
    const page = await lab.signIn(approver, { viewport: { width: 360, height: 640 } });
    await open(page, '/outside');
    const map = (await page.getByRole('img', { name: /^Map/ }).boundingBox())!;
    expect(map.x).toBeGreaterThanOrEqual(0);
    expect(map.x + map.width).toBeLessThanOrEqual(360);
    expect(map.width).toBeGreaterThan(280);
    const ring = (await page.locator('[data-ring=US]').boundingBox())!;
    expect(ring.width).toBeGreaterThan(8);
    expect([
      ring.x > map.x,
      ring.y > map.y,
      ring.x + ring.width < map.x + map.width,
      ring.y + ring.height < map.y + map.height,
    ]).toEqual([true, true, true, true]);
    await page.close();
  });

  it('asked for nothing that the content security policy refuses', () => {
    expect(lab.violations).toEqual([]);
  });
});
