import { buildConsole, isConsoleStale } from '../../scripts/build-console.ts';

/** Builds the console where its source has changed since, so that no test looks at an old one. */
export default async function setup(): Promise<void> {
  if (isConsoleStale()) await buildConsole();
}
