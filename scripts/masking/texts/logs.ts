import type { Random } from '../random.ts';
import { commit, epochMilliseconds, longVersion, productCode, timestamp, uuid, version } from './identifiers.ts';

const PATHS = ['/v1/items', '/healthz', '/api/orders', '/static/app', '/users/me', '/search'];
const MESSAGES = [
  'request completed',
  'cache miss',
  'retrying',
  'connection closed',
  'job finished',
  'slow query',
  'card rendered',
  'account loaded',
];

const LINES: readonly ((random: Random) => string)[] = [
  (random) =>
    JSON.stringify({
      level: random.pick(['info', 'warn', 'error', 30, 50]),
      time: Number(epochMilliseconds(random)),
      pid: random.between(1, 99_999),
      trace: random.hex(32),
      span: random.hex(16),
      msg: random.pick(MESSAGES),
      duration: Number(`${random.between(0, 900)}.${random.digits(12)}`),
      orderId: random.between(1e9, 9e9),
      bytes: random.between(0, 1e8),
    }),
  (random) =>
    `127.0.0.1 - - [${random.between(10, 28)}/Nov/2026:12:${random.between(10, 59)}:${random.between(10, 59)} +0000] "GET ${random.pick(PATHS)}/${random.digits(9)}?page=${random.between(1, 9)}&rev=${random.hex(8)} HTTP/1.1" 200 ${random.between(100, 99_999)} "https://shop.example/p/${random.digits(6)}" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${longVersion(random)}" rt=0.${random.digits(3)}`,
  (random) =>
    `Nov ${random.between(10, 28)} 03:${random.between(10, 59)}:${random.between(10, 59)} node-${random.between(1, 40)} kubelet[${random.between(100, 99_999)}]: I1123 03:14:${random.digits(2)}.${random.digits(6)} ${random.digits(7)} reconciler.go:${random.between(10, 400)}] "Volume attached" pod="prod/api-${random.hex(10)}-${random.text('bcdfghjk', 5)}" uid=${uuid(random)}`,
  (random) =>
    `[${timestamp(random)}] ERROR (${random.pick(MESSAGES)}) at=0x${random.hex(12)} rss=${random.digits(9)} heap=${random.digits(8)}/${random.digits(9)} commit=${commit(random)} v${version(random)}`,
  (random) =>
    `${epochMilliseconds(random)} order=${random.digits(10)} sku=${productCode(random)} qty=${random.between(1, 99)} total=${random.between(1, 9999)}.${random.digits(2)} latency_us=${random.digits(6)}`,
  (random) =>
    `[${random.digits(5)}.${random.digits(6)}] usb 1-${random.between(1, 4)}: new high-speed USB device number ${random.between(2, 60)} using xhci_hcd; idVendor=${random.hex(4)}, idProduct=${random.hex(4)}, bcdDevice= ${random.between(1, 9)}.${random.digits(2)}`,
  (random) =>
    `level=debug ts=${timestamp(random)} caller=compact.go:${random.between(100, 900)} msg="write block" mint=${epochMilliseconds(random)} maxt=${epochMilliseconds(random)} ulid=01${random.text('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 24)} duration=${random.between(1, 9)}.${random.digits(9)}s`,
  (random) =>
    `npm http fetch GET 200 https://registry.npmjs.org/${random.text('abcdefgh', 6)}/-/${random.text('abcdefgh', 6)}-${version(random)}.tgz ${random.digits(3)}ms (cache hit) sha512-${random.hex(24)}`,
];

/** One line of a log without an address or anything else of anybody. */
export function logLine(random: Random): string {
  return random.pick(LINES)(random);
}
