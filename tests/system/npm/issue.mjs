// SPDX-License-Identifier: GPL-2.0-or-later
// issue.mjs - cards, presentations and status lists made by the @sd-jwt packages, written by others:
// one JSON array of cases on standard output, for credential.sh to put through migrantidctl.
// `why` is the word by which a spoilt one is refused; `peer` says whether those packages take it.
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { digest, generateSalt } from '@sd-jwt/crypto-nodejs';
import { StatusList, createHeaderAndPayload } from '@sd-jwt/jwt-status-list';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';

const now = Math.floor(Date.now() / 1000);
const wanted = { issuer: 'https://cards.example', vct: 'urn:example:migrant-id:1', audience: 'op/shop', nonce: 'sale-1' };
const uri = 'https://cards.example/status/1';
const b64u = (text) => Buffer.from(text).toString('base64url');
const unb64u = (text) => JSON.parse(Buffer.from(text, 'base64url'));
const sha256 = (text) => createHash('sha256').update(text).digest('base64url');

const kinds = {
  ES256: { make: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }), hash: 'sha256', options: { dsaEncoding: 'ieee-p1363' } },
  EdDSA: { make: () => generateKeyPairSync('ed25519'), hash: null, options: {} },
  PS256: { make: () => generateKeyPairSync('rsa', { modulusLength: 2048 }), hash: 'sha256', options: { padding: 6, saltLength: 32 } },
};

function party(alg, kid) {
  const { make, hash, options } = kinds[alg];
  const { publicKey, privateKey } = make();
  return {
    alg,
    jwk: { ...publicKey.export({ format: 'jwk' }), ...(kid && { kid, alg, use: 'sig' }) },
    signer: (data) => sign(hash, Buffer.from(data), { key: privateKey, ...options }).toString('base64url'),
    verifier: (data, signature) => verify(hash, Buffer.from(data), { key: publicKey, ...options }, Buffer.from(signature, 'base64url')),
  };
}

const jws = (who, header, payload) => {
  const input = `${b64u(JSON.stringify(header))}.${b64u(JSON.stringify(payload))}`;
  return `${input}.${who.signer(input)}`;
};

function instance(issuer, holder) {
  return new SDJwtVcInstance({
    signer: issuer.signer, signAlg: issuer.alg, verifier: issuer.verifier, hasher: digest, hashAlg: 'sha-256',
    saltGenerator: generateSalt, kbSigner: holder.signer, kbSignAlg: holder.alg,
    kbVerifier: (data, signature) => holder.verifier(data, signature),
  });
}

const person = {
  nationality: 'UZB', birthdate: '1990-01-31', document_number: 'FA1234567',
  age_equal_or_over: { 6: true, 18: true }, languages: ['ru', 'uz'], document: { type: 'P', issuer: 'UZB' },
};
const frame = {
  _sd: ['nationality', 'birthdate', 'document_number', 'document'], _sd_decoy: 2,
  age_equal_or_over: { _sd: ['6', '18'], _sd_decoy: 1 }, languages: { _sd: [0, 1] }, document: { _sd: ['type', 'issuer'] },
};
const all = {
  nationality: true, birthdate: true, document_number: true, age_equal_or_over: { 6: true, 18: true },
  languages: { 0: true, 1: true }, document: { type: true, issuer: true },
};

const cases = [];
const add = (name, issuer, presentation, more) => cases.push({ name, jwks: { keys: [issuer.jwk] }, presentation, ...wanted, ...more });

async function card(issuer, holder, claims = {}) {
  const { kid: _, alg: __, use: ___, ...jwk } = holder.jwk;
  const payload = { iss: wanted.issuer, vct: wanted.vct, iat: now - 60, exp: now + 86400, cnf: { jwk }, ...person, ...claims };
  return instance(issuer, holder).issue(payload, frame, { header: { kid: issuer.jwk.kid } });
}
const present = (issuer, holder, issued, what) => instance(issuer, holder).present(issued, what,
  { kb: { payload: { iat: now, aud: wanted.audience, nonce: wanted.nonce } } });

for (const [alg, holderAlg] of [['ES256', 'ES256'], ['EdDSA', 'EdDSA'], ['PS256', 'ES256'], ['ES256', 'EdDSA']]) {
  const issuer = party(alg, 'card-1'), holder = party(holderAlg);
  const issued = await card(issuer, holder);
  add(`${alg} and ${holderAlg}: nothing`, issuer, await present(issuer, holder, issued, {}),
    { claims: { age_equal_or_over: {}, languages: [] } });
  add(`${alg} and ${holderAlg}: nationality and age`, issuer,
    await present(issuer, holder, issued, { nationality: true, age_equal_or_over: { 6: true } }),
    { claims: { nationality: 'UZB', age_equal_or_over: { 6: true }, languages: [] } });
  add(`${alg} and ${holderAlg}: an element, a nested one`, issuer,
    await present(issuer, holder, issued, { languages: { 1: true }, document: { type: true } }),
    { claims: { age_equal_or_over: {}, languages: ['uz'], document: { type: 'P' } } });
  if (alg !== 'PS256') add(`${alg} and ${holderAlg}: all`, issuer, await present(issuer, holder, issued, all), { claims: person });
}

for (const bits of [1, 2]) {
  const issuer = party('ES256', 'card-1'), holder = party('ES256');
  const statuses = Array.from({ length: 1e6 }, (_, i) => (i * 7919 + (i >> 5)) % 11 === 0 ? (i % 2 && bits > 1 ? 2 : 1) : 0);
  const { header, payload } = createHeaderAndPayload(new StatusList(statuses, bits),
    { iss: wanted.issuer, sub: uri, iat: now - 60, exp: now + 3600, ttl: 3600 }, { alg: 'ES256', kid: 'card-1', typ: 'statuslist+jwt' });
  const list = jws(issuer, header, payload);
  for (const idx of [0, 1, statuses.indexOf(1, 5e5), statuses.indexOf(0, 999990), bits > 1 ? statuses.indexOf(2, 7e5) : 1, 1000003]) {
    const issued = await card(issuer, holder, { status: { status_list: { idx, uri } } });
    const why = { 0: undefined, 1: 'revoked', 2: 'suspended' }[statuses[idx]] ?? (idx >= 1e6 ? 'not-listed' : undefined);
    add(`a list of ${bits} bit: ${idx}`, issuer, await present(issuer, holder, issued, { nationality: true }), { list, why });
  }
}

// Spoilt ones. A holder can bind anything; what an issuer signs wrongly is made from its own payload.
{
  const issuer = party('ES256', 'card-1'), holder = party('ES256'), other = party('ES256', 'card-1');
  const issued = await card(issuer, holder);
  const whole = await present(issuer, holder, issued, all);
  const [token, ...rest] = whole.split('~'), disclosures = rest.slice(0, -1);
  const payload = unb64u(token.split('.')[1]);
  const header = { alg: 'ES256', kid: 'card-1', typ: 'dc+sd-jwt' };
  const disclosure = (...parts) => b64u(JSON.stringify(parts));
  const bind = (presented, claims = {}, kb = {}, by = holder) => presented + jws(by, { alg: 'ES256', typ: 'kb+jwt', ...kb },
    { aud: wanted.audience, nonce: wanted.nonce, iat: now, sd_hash: sha256(presented), ...claims });
  const shown = (jwt, ...list) => [jwt, ...list, ''].join('~');
  const signed = (change) => jws(issuer, header, { ...payload, ...change });
  const spoilt = (name, presentation, why) => add(name, issuer, presentation, { why });
  const x = disclosure('s', 'x', 1), of = (text) => sha256(text);

  spoilt('a changed value', bind(shown(token, disclosure('s', 'nationality', 'BLR'))), 'disclosure-without-digest');
  spoilt('a disclosure more', bind(shown(token, ...disclosures, x)), 'disclosure-without-digest');
  spoilt('a disclosure twice', bind(shown(token, disclosures[0], disclosures[0])), 'disclosure-twice');
  spoilt('a digest twice', bind(shown(signed({ _sd: [of(x), of(x)] }), x)), 'digest-twice');
  spoilt('a name twice', bind(shown(signed({ x: 2, _sd: [of(x)] }), x)), 'name-twice');
  for (const name of ['_sd', '...']) {
    const d = disclosure('s', name, []);
    spoilt(`${name} as a name`, bind(shown(signed({ _sd: [of(d)] }), d)), 'reserved-name');
  }
  const element = disclosure('s', 1);
  spoilt('an element as a member', bind(shown(signed({ _sd: [of(element)] }), element)), 'disclosure-of-other-kind');
  spoilt('a member as an element', bind(shown(signed({ languages: [{ '...': of(x) }] }), x)), 'disclosure-of-other-kind');
  spoilt('another hash', bind(shown(signed({ _sd_alg: 'sha-384' }))), 'other-hash');
  const iss = disclosure('s', 'iss', wanted.issuer);
  spoilt('iss disclosed', bind(shown(signed({ _sd: [of(iss)] }), iss)), 'clear-claim-disclosed');
  spoilt('another audience', bind(shown(token), { aud: 'op/other' }), 'other-audience');
  spoilt('another nonce', bind(shown(token), { nonce: 'sale-2' }), 'other-nonce');
  spoilt('an old binding', bind(shown(token), { iat: now - 400 }), 'binding-too-old');
  spoilt('a binding of another presentation', shown(token) + whole.split('~').at(-1), 'other-sd-hash');
  spoilt('a binding by another key', bind(shown(token), {}, {}, other), 'binding-signature');
  spoilt("a binding's typ", bind(shown(token), {}, { typ: 'JWT' }), 'binding-header');
  spoilt('no binding', shown(token), 'not-bound');
  spoilt('an expired card', bind(shown(signed({ exp: now - 1 }))), 'expired');
  spoilt('another vct', bind(shown(signed({ vct: 'urn:x' }))), 'other-type');
  spoilt("another issuer's key", bind(shown(jws(other, header, payload))), 'other-signature');
  spoilt('alg none', bind(shown(`${b64u('{"alg":"none","kid":"card-1","typ":"dc+sd-jwt"}')}.${token.split('.')[1]}.`)), 'header');
  for (const each of cases.filter((one) => one.why && !one.list)) {
    each.peer = await instance(issuer, holder).verify(each.presentation, { keyBindingNonce: wanted.nonce }).then(() => true, () => false);
  }
}
console.log(JSON.stringify(cases));
