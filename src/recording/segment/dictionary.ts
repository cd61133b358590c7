/**
 * What records have in common, known to both ends beforehand: with it a record by itself takes a fifth of its room. It is part
 * of the format: another one would be another coding of blocks. What is most frequent stands last.
 *
 * @source RFC 8878 §5, as content without tables
 */
export const DICTIONARY: Buffer = Buffer.from(
  [
    '"kind":"folded","subject":"agent","client":"10.0.0.1","target":"https://","code":"no_rule","count":10,"since":"2026-01-01T00:00:00.000Z"}',
    '"kind":"gap","reason":"torn write after a crash","droppedBytes":100}',
    '"kind":"policy","policy":"sha256:","change":"loaded","loosened":[],"errors":[]}',
    '"kind":"admin","actor":"cordon","role":"approver","credential":"session:","client":"127.0.0.1","action":"approval.approved","subject":"token:","details":{"name":',
    '"kind":"progress","exchange":"","bytes":{"sent":0,"received":0}}',
    '"contradictions":["entry: range (aws) and geoip (dbip)"],"code":"outside_home","reason":"The destination is in US, outside the home eu","wouldDeny":"denied_by_rule"',
    '"code":"denied_by_rule","code":"unknown_place","code":"place_contradiction","code":"unidentified","code":"held","code":"connect_failed"',
    '"decision":"hold","decision":"deny","transfer":{"rule":"","basis":"sccs","reference":""},"approval":"","obligations":["mask","record","hold","credential"]',
    '"findings":{"email":1,"card":1,"iban":1,"phone":1,"ip-address":1,"jwt":1}}',
    '"kind":"outcome","exchange":"","status":403,"code":"no_rule","detail":"","dialled":"","bytes":{"sent":0,"received":0},"timing":{"total":0.1},"findings":{}}',
    '"kind":"decision","exchange":"","client":"127.0.0.1","exchangeKind":"connect","method":"CONNECT","target":"example.com:443","evidence":[],"decision":"deny","code":"no_rule","reason":"No rule permits it","rules":[],"obligations":[]}',
    '{"v":1,"seq":1,"time":"2026-11-27T10:00:00.000Z","writer":"w0123456789abcdef","prev":"sha256:0000000000000000000000000000000000000000000000000000000000000000",' +
      '"kind":"outcome","exchange":"","status":200,"dialled":"192.0.2.1","bytes":{"sent":1024,"received":4096},"timing":{"total":12.345,"firstByte":10.123},"findings":{}}',
    '{"v":1,"seq":0,"time":"2026-11-27T10:00:00.000Z","writer":"w0123456789abcdef","prev":"sha256:0000000000000000000000000000000000000000000000000000000000000000",' +
      '"kind":"decision","exchange":"","session":"","subject":"local","home":"eu","client":"127.0.0.1","exchangeKind":"intercepted","method":"POST","target":"https://api.example.com/v1/messages","chain":[],' +
      '"place":{"entry":"DE","processing":"DE","storage":"DE"},"evidence":[{"kind":"endpoint","places":{"entry":"DE","processing":"DE","storage":"DE"},"source":"catalogue","date":"2026-11-01","match":"*.example.com"},' +
      '{"kind":"range","places":{"entry":"DE"},"source":"aws","date":"2026-11-01","match":"","address":"192.0.2.1"},{"kind":"geoip","places":{"entry":"DE"},"source":"dbip","date":"2026-11-01","match":"","address":"192.0.2.1"}],' +
      '"decision":"permit","rules":["permit-eu"],"policy":"sha256:0000000000000000000000000000000000000000000000000000000000000000","obligations":[],"tunnel":""}\n',
  ].join('\n'),
  'latin1',
);
