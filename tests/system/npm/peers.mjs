// SPDX-License-Identifier: GPL-2.0-or-later
// peers.mjs - issuers and holders of any algorithm, at work through the @sd-jwt packages.
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { digest, generateSalt } from '@sd-jwt/crypto-nodejs';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';

export const now = Math.floor(Date.now() / 1000);
export const wanted = { issuer: 'https://cards.example', vct: 'urn:example:migrant-id:1', audience: 'op/shop', nonce: 'sale-1', now };
export const uri = 'https://cards.example/status/1';
export const b64u = (text) => Buffer.from(text).toString('base64url');
export const unb64u = (text) => JSON.parse(Buffer.from(text, 'base64url'));
export const sha256 = (text) => createHash('sha256').update(text).digest('base64url');

const kinds = {
  ES256: { make: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }), hash: 'sha256', options: { dsaEncoding: 'ieee-p1363' } },
  EdDSA: { make: () => generateKeyPairSync('ed25519'), hash: null, options: {} },
  Ed25519: { make: () => generateKeyPairSync('ed25519'), hash: null, options: {} }, // RFC 9864
  PS256: { make: () => generateKeyPairSync('rsa', { modulusLength: 2048 }), hash: 'sha256', options: { padding: 6, saltLength: 32 } },
};

export function party(alg, kid) {
  const { make, hash, options } = kinds[alg];
  const { publicKey, privateKey } = make();
  return {
    alg,
    jwk: { ...publicKey.export({ format: 'jwk' }), ...(kid && { kid, alg, use: 'sig' }) },
    signer: (data) => sign(hash, Buffer.from(data), { key: privateKey, ...options }).toString('base64url'),
    verifier: (data, signature) => verify(hash, Buffer.from(data), { key: publicKey, ...options }, Buffer.from(signature, 'base64url')),
  };
}

export const jws = (who, header, payload) => {
  const input = `${b64u(JSON.stringify(header))}.${b64u(JSON.stringify(payload))}`;
  return `${input}.${who.signer(input)}`;
};

export function instance(issuer, holder) {
  return new SDJwtVcInstance({
    signer: issuer.signer, signAlg: issuer.alg, verifier: issuer.verifier, hasher: digest, hashAlg: 'sha-256',
    saltGenerator: generateSalt, kbSigner: holder.signer, kbSignAlg: holder.alg,
    kbVerifier: (data, signature) => holder.verifier(data, signature),
  });
}
