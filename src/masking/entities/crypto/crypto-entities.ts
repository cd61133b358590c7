import { keccak_256 } from '@noble/hashes/sha3.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bech32, bech32m, createBase58check } from '@scure/base';
import type { Entity } from '../../entity.ts';
import { fromBytes } from '../../media/bytes/text-bytes.ts';
import { CLASSES, LOWER, UPPER } from '../../scanning/characters/byte-classes.ts';
import { isSeedPhrase } from '../../scanning/coded/seed-phrase.ts';

/** Wallets and the phrases that open them. The phrase is found by code: `scanning/coded/seed-phrase.ts`. */
export const CRYPTO_ENTITIES: readonly Entity[] = [
  {
    id: 'bitcoin-address',
    groups: ['crypto'],
    title: 'Bitcoin address',
    tokens: [
      { pattern: '[13][1-9A-HJ-NP-Za-km-z]{25,33}', check: isBase58Address },
      { pattern: 'bc1[02-9ac-hj-np-z]{11,71}', check: isBech32Address },
    ],
    context: [],
    source: 'Bitcoin: Base58Check; BIP-173, BIP-350',
    specimens: [
      'pay «1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa» now',
      '{"a":"«3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy»"}',
      '«bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4»',
      '\\n«1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa»',
    ],
    counterExamples: [
      '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb',
      'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5',
      'x1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
    ],
  },
  {
    id: 'ethereum-address',
    groups: ['crypto'],
    title: 'Ethereum address',
    tokens: [{ pattern: '0x[0-9a-fA-F]{40}', check: isEthereumAddress }],
    context: [],
    source: 'Ethereum Yellow Paper §4.1; ERC-55 for mixed case',
    specimens: [
      '«0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed»',
      '{"to":"«0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359»"}',
      '0x: «0xde709f2102306220921060314715629080e2fb77»',
    ],
    counterExamples: [
      '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD',
      '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA',
      '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed00',
    ],
  },
  {
    id: 'seed-phrase',
    groups: ['crypto', 'secrets'],
    title: 'Seed phrase of a wallet',
    fields: [
      {
        names: ['seedphrase', 'recoveryphrase', 'mnemonic', 'mnemonicphrase'],
        value: 'any',
        min: 40,
        max: 240,
        check: isSeedPhrase,
      },
    ],
    context: [],
    source: 'BIP-39, English list',
    specimens: [
      'my seed phrase is «legal winner thank year wave sausage worth useful legal winner thank yellow» ok',
      '{"mnemonic":"«abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about»"}',
      'recovery phrase: «zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong»',
      'Seed Phrase: «Legal winner thank year wave sausage worth useful legal winner thank yellow»',
      'SEED_PHRASE=«legal winner thank year wave sausage worth useful legal winner thank yellow»',
    ],
    counterExamples: [
      'mnemonic: abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon',
      'legal winner thank year wave sausage worth useful legal winner thank yellow',
      'the phrase is in the song',
    ],
  },
];

const base58check = createBase58check(sha256);

function textOf(bytes: Uint8Array, length: number): string {
  return fromBytes(bytes.subarray(0, length));
}

/** A version byte of pay-to-public-key-hash or pay-to-script-hash, twenty bytes and a checksum. */
function isBase58Address(bytes: Uint8Array, length: number): boolean {
  try {
    const decoded = base58check.decode(textOf(bytes, length));
    return decoded.length === 21 && (decoded[0] === 0 || decoded[0] === 5);
  } catch {
    return false;
  }
}

function isBech32Address(bytes: Uint8Array, length: number): boolean {
  const text = textOf(bytes, length) as `${string}1${string}`;
  return bech32.decodeUnsafe(text) !== undefined || bech32m.decodeUnsafe(text) !== undefined;
}

/** Letters of one case have no checksum; letters of both have one in their case. */
function isEthereumAddress(bytes: Uint8Array, length: number): boolean {
  let seen = 0;
  for (let i = ETHEREUM_PREFIX; i < length; i++) seen |= CLASSES[bytes[i]!]!;
  if ((seen & UPPER) === 0 || (seen & LOWER) === 0) return true;
  const address = textOf(bytes, length).slice(ETHEREUM_PREFIX);
  const digest = keccak_256(new TextEncoder().encode(address.toLowerCase()));
  return Array.from(address).every((character, i) => {
    const nibble = (digest[i >> 1]! >> (i % 2 === 0 ? 4 : 0)) & 0xf;
    return /\d/.test(character) || nibble > 7 === (character === character.toUpperCase());
  });
}

/** `0x` */
const ETHEREUM_PREFIX = 2;
