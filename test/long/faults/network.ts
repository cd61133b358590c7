import { execFileSync } from 'node:child_process';

/**
 * Whether these tests have a network namespace to themselves (`npm run faults` makes one): packets are dropped on its loopback,
 * which would be everybody's otherwise.
 */
export const HAS_OWN_NETWORK = process.env['CORDON_OWN_NETWORK'] === '1';

/** What is done to packets. The kernel's `netem` is not everywhere; nftables drops and resets as well. */
export type Treatment =
  /** Nothing comes or goes, and nobody is told. */
  | 'drop'
  /** TCP is answered with a RST. */
  | 'reset'
  /** This share of all packets, in percent, is lost. */
  | { readonly loss: number };

const TABLE = 'inet cordon_faults';

/** Treats whatever goes to or comes from this port of this address, until {@link mendNetwork}. */
export function breakNetwork(
  treatment: Treatment,
  { address, port }: { readonly address: string; readonly port: number },
): void {
  const verdict = verdictOf(treatment);
  const there = ['tcp', 'udp'].map((protocol) => `ip daddr ${address} ${protocol} dport ${port} ${verdict}`);
  const back = ['tcp', 'udp'].map((protocol) => `ip saddr ${address} ${protocol} sport ${port} ${verdict}`);
  // A RST comes back itself, and would be dropped.
  const rules = treatment === 'reset' ? there.slice(0, 1) : [...there, ...back];
  nft(`table ${TABLE} {
  chain input {
    type filter hook input priority 0;
    ${rules.join('\n    ')}
  }
}
`);
}

export function mendNetwork(): void {
  nft(`table ${TABLE}\ndelete table ${TABLE}\n`);
}

function verdictOf(treatment: Treatment): string {
  if (treatment === 'drop') return 'drop';
  return treatment === 'reset' ? 'reject with tcp reset' : `numgen random mod 100 < ${treatment.loss} drop`;
}

function nft(rules: string): void {
  if (!HAS_OWN_NETWORK) throw new Error('Found no network namespace of these tests, expected to be run by `npm run faults`');
  execFileSync('nft', ['-f', '-'], { input: rules });
}
