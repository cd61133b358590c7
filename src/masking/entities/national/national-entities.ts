import type { Entity } from '../../entity.ts';
import { ARGENTINA } from './americas/argentina.ts';
import { BRAZIL } from './americas/brazil.ts';
import { CANADA } from './americas/canada.ts';
import { CHILE } from './americas/chile.ts';
import { MEXICO } from './americas/mexico.ts';
import { UNITED_STATES } from './americas/united-states.ts';
import { AUSTRALIA } from './asia-pacific/australia.ts';
import { CHINA } from './asia-pacific/china.ts';
import { HONG_KONG } from './asia-pacific/hong-kong.ts';
import { INDIA } from './asia-pacific/india.ts';
import { JAPAN } from './asia-pacific/japan.ts';
import { SINGAPORE } from './asia-pacific/singapore.ts';
import { SOUTH_KOREA } from './asia-pacific/south-korea.ts';
import { TAIWAN } from './asia-pacific/taiwan.ts';
import { THAILAND } from './asia-pacific/thailand.ts';
import { BULGARIA } from './eastern-europe/bulgaria.ts';
import { CZECHIA } from './eastern-europe/czechia.ts';
import { HUNGARY } from './eastern-europe/hungary.ts';
import { POLAND } from './eastern-europe/poland.ts';
import { ROMANIA } from './eastern-europe/romania.ts';
import { SLOVAKIA } from './eastern-europe/slovakia.ts';
import { ISRAEL } from './middle-east-africa/israel.ts';
import { SOUTH_AFRICA } from './middle-east-africa/south-africa.ts';
import { TURKEY } from './middle-east-africa/turkey.ts';
import { DENMARK } from './northern-europe/denmark.ts';
import { ESTONIA } from './northern-europe/estonia.ts';
import { FINLAND } from './northern-europe/finland.ts';
import { ICELAND } from './northern-europe/iceland.ts';
import { LATVIA } from './northern-europe/latvia.ts';
import { LITHUANIA } from './northern-europe/lithuania.ts';
import { NORWAY } from './northern-europe/norway.ts';
import { SWEDEN } from './northern-europe/sweden.ts';
import { CROATIA } from './southern-europe/croatia.ts';
import { CYPRUS } from './southern-europe/cyprus.ts';
import { GREECE } from './southern-europe/greece.ts';
import { ITALY } from './southern-europe/italy.ts';
import { MALTA } from './southern-europe/malta.ts';
import { PORTUGAL } from './southern-europe/portugal.ts';
import { SLOVENIA } from './southern-europe/slovenia.ts';
import { SPAIN } from './southern-europe/spain.ts';
import { AUSTRIA } from './western-europe/austria.ts';
import { BELGIUM } from './western-europe/belgium.ts';
import { FRANCE } from './western-europe/france.ts';
import { GERMANY } from './western-europe/germany.ts';
import { IRELAND } from './western-europe/ireland.ts';
import { LUXEMBOURG } from './western-europe/luxembourg.ts';
import { NETHERLANDS } from './western-europe/netherlands.ts';
import { SWITZERLAND } from './western-europe/switzerland.ts';
import { UNITED_KINGDOM } from './western-europe/united-kingdom.ts';

/** Identifiers that states and their authorities give to persons, taxpayers and businesses, country by country. */
export const NATIONAL_ENTITIES: readonly Entity[] = [
  ...AUSTRIA,
  ...BELGIUM,
  ...FRANCE,
  ...GERMANY,
  ...IRELAND,
  ...LUXEMBOURG,
  ...NETHERLANDS,
  ...SWITZERLAND,
  ...UNITED_KINGDOM,
  ...DENMARK,
  ...ESTONIA,
  ...FINLAND,
  ...ICELAND,
  ...LATVIA,
  ...LITHUANIA,
  ...NORWAY,
  ...SWEDEN,
  ...CROATIA,
  ...CYPRUS,
  ...GREECE,
  ...ITALY,
  ...MALTA,
  ...PORTUGAL,
  ...SLOVENIA,
  ...SPAIN,
  ...BULGARIA,
  ...CZECHIA,
  ...HUNGARY,
  ...POLAND,
  ...ROMANIA,
  ...SLOVAKIA,
  ...ARGENTINA,
  ...BRAZIL,
  ...CANADA,
  ...CHILE,
  ...MEXICO,
  ...UNITED_STATES,
  ...AUSTRALIA,
  ...CHINA,
  ...HONG_KONG,
  ...INDIA,
  ...JAPAN,
  ...SINGAPORE,
  ...SOUTH_KOREA,
  ...TAIWAN,
  ...THAILAND,
  ...ISRAEL,
  ...SOUTH_AFRICA,
  ...TURKEY,
];
