import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A chain as the second version of the format had it, written by the last program that did so, with the keys of tests: a denial,
 * a piece of content under the key {@link VERSION_2_KEY}, an outcome, and another denial.
 */
const SEGMENT = `
Y29yZG9uLXNlZ21lbnQgMgoAAAEoeyJ3cml0ZXIiOiJ3MSIsInNlZ21lbnQiOjEsImNyZWF0ZWQiOiIyMDI2LTExLTIyVDEwOjAwOjAwLjAwMFoiLCJj
aGFpbiI6eyJzZXEiOjAsInByZXYiOiJzaGEyNTY6ZTNiMGM0NDI5OGZjMWMxNDlhZmJmNGM4OTk2ZmI5MjQyN2FlNDFlNDY0OWI5MzRjYTQ5NTk5MWI3
ODUyYjg1NSJ9LCJ0cmVlIjp7InNpemUiOjAsInN1YnRyZWVzIjpbXX0sImtleSI6eyJpZCI6IjU4YmE0YmE3ZmE1ODAwMGUiLCJ3cmFwcGVkIjoiLzd2
YzBwVW10dG9BOGk3cXRLRndsVmdjRUMxNTBabkNOT2kyeE8wZnJFaEQ3dW9xRGdjWDB3PT0ifX0AAACBAAABOQABAQDMbXmqKAuKkAAAAACuJklsecdn
m/hcPAMM/cJgVmOq1Su0EsmSQhhH7HcXW8bulBpXm6lefngdlVMk9CF0S5CkWKtxuZWWM/+5KkXKDnjcRU31GNu2IbrcUkJTqR/J3LDIWkIYotMKzSM7
NNuGYk2DxqTXs3N2RpQyEF/y3b2LqktJC3OL9qj1jx0DQp8AAAGxAAADwQADAQDMbXmqKAuKkAAAAAGuS3TG3MXbeMHXLc7nUYz+bw6FyDnYZ8z/ZC96
6UmHIlGJsIFvfTsWVtvkTRPHqDSSKMi8nr1hKmq5xafYYF0kstLLPbcjm7kUE1f6azQLaIgiJVmsr66JF1p5k0561b8ZuHyO0L1SQXqLEpARhP1FZdHS
6Ma4wfaaIDl4OGTyFPkqM9pBeUdbCHzP2eb1HW3YqBQP8Ff8DMTwCHiBDe56UZEfk5Ixps2Zzy3hUlh9n2cbwoc0Z06GDoeeg3NQYYaQY7aUfRBkSbxy
ZJT9z74r6+riMQbje3sseeh1PLHQQ6VaGdogJOwROSHWMQzskNrXiibexTJMKePad6Zs5HJyVYv5bI1Q882TlzCauTBVvl/SvY2kCp4K0VVsqcpLHcb/
GbKalKCNVr3APZH9MI8ZQpl0VYaf5CeMu5zq2gJtnvJnMYAaEyOUsgjrlIRlPPcZpNGYeAuVfMego3ypTWQSV3qnsnwx7YRMeITGdWG8JRYpQQdJq9nv
ABCVTqeT1EYP0BJrm34JddM9hBxwQxaeHxouv7JOSKYJWQseo4NBbl2Ub4QZbCeAlMITQG0pefec`;

/** Bytes of the key `k1` that its content is sealed under, and what was sealed. */
export const VERSION_2_KEY = new Uint8Array(32).fill(7);
export const VERSION_2_TEXT = '{"input":"what was said"}';

/** Puts it where the writer `w1` has its directory. */
export function writeVersion2Chain(recordings: string): string {
  const directory = join(recordings, 'w1');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, '00000001.seg'), Buffer.from(SEGMENT, 'base64'));
  return directory;
}
