import { describe, expect, it } from 'vitest';
import { signatureScheme } from '../../src/transform/signed-request.ts';

describe('signatureScheme()', () => {
  it.each([
    [
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host, Signature=5f',
      'aws-sigv4',
    ],
    ['AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/20150830/service/aws4_request, Signature=30', 'aws-sigv4a'],
    ['AWS AKIDEXAMPLE:frJIUN8DYpKDtOLCwo=', 'aws-sigv2'],
    ['GOOG4-HMAC-SHA256 Credential=x', 'google-v4'],
    ['SharedKey account:sig', 'azure-shared-key'],
    ['Signature keyId="k",signature="x"', 'http-signatures-cavage'],
    ['OAuth oauth_consumer_key="k", oauth_body_hash="x", oauth_signature="y"', 'oauth1-body-hash'],
    ['OAuth oauth_consumer_key="k",\toauth_signature="y"', 'oauth1'],
    ['Hawk id="x", mac="y"', 'hawk'],
    ['TC3-HMAC-SHA256 Credential=x', 'hmac'],
    ['ACS3-HMAC-SHA256 Credential=x', 'hmac'],
    ['HMAC-SHA256 SignedHeaders=x', 'hmac'],
    ['aws4-hmac-sha256 Credential=x', 'aws-sigv4'],
    ['Bearer AWS4-HMAC-SHA256', undefined],
    ['Basic QVdTOng=', undefined],
    ['OAuth ya29.token', undefined],
    ['AWS4-HMAC-SHA256X y', undefined],
  ])('signatureScheme() of Authorization: %s', (value, scheme) => {
    expect(signatureScheme('/', [['authorization', value]])).toBe(scheme);
  });

  it.each([
    ['Signature-Input', 'http-message-signatures'],
    ['Signature', 'http-signatures-cavage'],
    ['X-Amz-Content-SHA256', 'aws-sigv4'],
    ['X-Hub-Signature-256', 'webhook-hmac'],
    ['Stripe-Signature', 'webhook-hmac'],
    ['X-Slack-Signature', 'webhook-hmac'],
    ['webhook-signature', 'webhook-hmac'],
    ['x-jws-signature', 'detached-jws'],
    ['Content-Digest', undefined],
    ['X-Signature-Info', undefined],
  ])('signatureScheme() of a field %s', (name, scheme) => {
    expect(signatureScheme('/', [[name, 'x']])).toBe(scheme);
  });

  it('signatureScheme() tells RFC 9421 from the draft before it', () => {
    const fields = [
      ['Signature', 'sig1=:x:'],
      ['Signature-Input', 'sig1=()'],
    ] as const;
    expect(signatureScheme('/', fields)).toBe('http-message-signatures');
  });

  it.each([
    ['/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=x', 'aws-sigv4'],
    ['/b/k?x-amz-signature=x', 'aws-sigv4'],
    ['/b/k?X-Amz-%53ignature=x', 'aws-sigv4'],
    ['/b/k?X-Goog-Signature=x', 'google-v4'],
    ['/b/k?AWSAccessKeyId=a&Expires=1&Signature=x', 'aws-sigv2'],
    ['/b/k?Policy=p&Signature=x&Key-Pair-Id=k', 'cloudfront'],
    ['/c/b?sv=2024-01-01&sig=x', 'azure-sas'],
    ['/?oauth_signature=x', 'oauth1'],
    ['/?signature=x', undefined],
    ['/x-amz-signature=x', undefined],
    ['/?q=X-Amz-Signature=x', undefined],
    ['/?', undefined],
  ])('signatureScheme() of the target %s', (target, scheme) => {
    expect(signatureScheme(target, [])).toBe(scheme);
  });
});
