import { refreshProgram } from '../../scripts/build-program.ts';

/** Bundles the program where its sources have changed since: what is started as a process starts sooner. */
export default async function setup(): Promise<void> {
  await refreshProgram();
}
