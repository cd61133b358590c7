/**
 * What a careful programmer writes without Cordon: one regular expression for each of twenty kinds. They check no sums, need no
 * context and are run over decoded strings, so all that is compared is time.
 */
export const EXPRESSIONS: readonly string[] = [
  String.raw`\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+\b`,
  String.raw`\b(?:\d[ -]?){12,18}\d\b`,
  String.raw`\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b`,
  String.raw`\+\d{1,3}[ .-]?(?:\(\d+\)[ .-]?)?\d(?:[ .-]?\d){6,12}\b`,
  String.raw`\b(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}\b`,
  String.raw`\b(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}\b`,
  String.raw`\b[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\b`,
  String.raw`\b[a-z][a-z0-9+.-]*:\/\/[^\s/@:"]+:[^\s/@"]+@`,
  String.raw`\b\d{3}-\d{2}-\d{4}\b`,
  String.raw`\b[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b`,
  String.raw`\b\d{2} ?\d{3} ?\d{3} ?\d{3}\b`,
  String.raw`\b\d{3}\.\d{3}\.\d{3}-\d{2}\b`,
  String.raw`\b[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]\b`,
  String.raw`\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}`,
  String.raw`\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b`,
  String.raw`\bgh[pousr]_[A-Za-z0-9]{36,}\b`,
  String.raw`\bsk-[A-Za-z0-9_-]{20,}\b`,
  String.raw`\bxox[abeoprs]-[A-Za-z0-9-]{10,}\b`,
  String.raw`\b(?:bc1[02-9ac-hj-np-z]{11,71}|[13][1-9A-HJ-NP-Za-km-z]{25,34})\b`,
  String.raw`\b0x[0-9a-fA-F]{40}\b`,
];
