// SPDX-License-Identifier: GPL-2.0-or-later
// verify.mjs ISSUER-JWKS LIST - a presentation on standard input, of another maker than these: put through
// the @sd-jwt packages, its status by that list. Prints its claims as JSON; status 1 if it is refused.
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { digest } from '@sd-jwt/crypto-nodejs';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';

const [jwksFile, listFile, nonce] = process.argv.slice(2);
const [jwk] = JSON.parse(readFileSync(jwksFile)).keys;
const options = { ES256: ['sha256', { dsaEncoding: 'ieee-p1363' }], Ed25519: [null, {}], PS256: ['sha256', { padding: 6, saltLength: 32 }] };
const by = (key, alg) => (data, signature) => verify(options[alg][0], Buffer.from(data),
  { key: createPublicKey({ key, format: 'jwk' }), ...options[alg][1] }, Buffer.from(signature, 'base64url'));

const sdjwt = new SDJwtVcInstance({
  hasher: digest, hashAlg: 'sha-256', verifier: by(jwk, jwk.alg), statusVerifier: by(jwk, jwk.alg),
  kbVerifier: (data, signature, payload) => by(payload.cnf.jwk, 'ES256')(data, signature),
  statusListFetcher: async () => readFileSync(listFile, 'utf8').trim(),
});
const { payload } = await sdjwt.verify(readFileSync(0, 'utf8').trim(), { keyBindingNonce: nonce });
console.log(JSON.stringify(payload));
