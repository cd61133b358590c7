import { isLuhnValid } from '../../checksums/luhn.ts';
import type { Entity } from '../../entity.ts';

/** What tells a device, a line or its subscriber. Addresses are found by code: `scanning/coded/ip-address.ts`, `mac-address.ts`. */
export const NETWORK_ENTITIES: readonly Entity[] = [
  {
    id: 'ip-address',
    groups: ['network'],
    title: 'IP address',
    context: [],
    source: 'RFC 791; RFC 4291 §2.2. Personal data where it can be tied to a person: CJEU C-582/14',
    specimens: [
      'from «203.0.113.7» port 22',
      '{"ip":"«198.51.100.23»"}',
      '«2001:db8:85a3::8a2e:370:7334»',
      'x=[«2001:0db8:85a3:0000:0000:8a2e:0370:7334»]:443',
      '«192.0.2.1»:8080',
      '\\n«203.0.113.77»\\n',
    ],
    counterExamples: [
      'version 1.2.3.4',
      'v1.2.3.4',
      '1.2.3.4.5',
      '127.0.0.1',
      '::1',
      'std::vector',
      '12:30:45',
      '999.1.1.1',
      '1.2.3',
      'Foo::bad',
    ],
  },
  {
    id: 'mac-address',
    groups: ['network'],
    title: 'MAC address',
    context: [],
    source: 'IEEE 802-2014 §8.1; six pairs with colons or hyphens',
    specimens: ['ether «00:1b:44:11:3a:b7»', '{"mac":"«AA-BB-CC-DD-EE-0F»"}', '«ab:cd:ef:ab:cd:ee»'],
    counterExamples: ['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff', '12:34:56', 'aa:bb:cc:dd:ee:ff:00:11', 'aa:bb-cc:dd:ee:ff'],
  },
  {
    id: 'imei',
    groups: ['network'],
    title: 'Mobile equipment identity (IMEI)',
    shapes: [
      { form: '###############', tier: 'B', check: isLuhnOf },
      { form: '##-######-######-#', tier: 'A', check: isLuhnOf },
      { form: '## ###### ###### #', tier: 'B', check: isLuhnOf },
    ],
    context: ['imei', 'device id', 'handset'],
    source: '3GPP TS 23.003 §6.2',
    specimens: ['IMEI «490154203237518»', '«49-015420-323751-8»', '{"imei":"«356938035643809»"}', 'imei: «49 015420 323751 8»'],
    counterExamples: ['IMEI 490154203237519', '490154203237518', 'imei 4901542032375'],
  },
  {
    id: 'iccid',
    groups: ['network'],
    title: 'SIM card number (ICCID)',
    shapes: [
      { form: '89#################', tier: 'B', check: isLuhnOf },
      { form: '89##################', tier: 'B', check: isLuhnOf },
    ],
    context: ['iccid', 'sim', 'sim card', 'sim number'],
    source: 'ITU-T E.118',
    specimens: ['ICCID «8991101200003204514»', 'SIM «8944500102198304826»', '{"iccid":"«8991101200003204514»"}'],
    counterExamples: ['8991101200003204514', 'ICCID 8991101200003204513', 'sim 12345'],
  },
];

function isLuhnOf(text: Uint8Array, length: number): boolean {
  return isLuhnValid(text, 0, length);
}
