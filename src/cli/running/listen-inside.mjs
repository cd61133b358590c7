// Listens inside the namespaces of `cordon run` and hands the socket to the process outside: a socket belongs to the network
// namespace it was made in, whoever accepts on it. Takes in exchange what is known by then: the trust files, and lines for the
// shell that waits (isolate.sh), which go to stdout. Plain JavaScript: to strip types would double the time it takes.
import { copyFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';

const server = createServer();
server.listen({ host: '127.0.0.1', port: 3128 }, () => {
  process.send('listening', server, () => server.close());
});

// Nobody is left who could say what is to be done: the command must not start.
const alone = () => process.exit(1);
process.once('disconnect', alone);
process.once('message', ({ trust, lines }) => {
  process.off('disconnect', alone);
  for (const [from, to] of trust) copyFileSync(from, to);
  // Whole: a pipe takes no more than it has room for.
  for (let rest = Buffer.from(lines); rest.length > 0;) rest = rest.subarray(writeSync(1, rest));
  process.disconnect();
});
