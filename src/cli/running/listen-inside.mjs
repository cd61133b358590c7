// Listens inside the namespaces of `cordon run` and hands the socket to the process outside: a socket belongs to the network
// namespace it was made in, whoever accepts on it. Plain JavaScript: to strip types would double the time it takes.
import { createServer } from 'node:net';

const server = createServer();
server.listen({ host: '127.0.0.1', port: 3128 }, () => {
  process.send('listening', server, () => {
    server.close();
    process.disconnect();
  });
});
