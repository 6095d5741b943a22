// SPDX-License-Identifier: GPL-2.0-or-later
// issue.mjs - cards, presentations and status lists made by the @sd-jwt packages, written by others:
// one JSON array of cases on standard output, for credential.sh to put through migrantidctl.
// `why` is the word by which a spoilt one is refused (spoilt.mjs).
import { StatusList, createHeaderAndPayload } from '@sd-jwt/jwt-status-list';
import { instance, jws, now, party, uri, wanted } from './peers.mjs';
import { spoilt } from './spoilt.mjs';

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

for (const [alg, holderAlg] of [['ES256', 'ES256'], ['EdDSA', 'EdDSA'], ['Ed25519', 'Ed25519'], ['PS256', 'ES256'],
  ['ES256', 'EdDSA'], ['EdDSA', 'PS256']]) {
  const issuer = party(alg, 'card-1'), holder = party(holderAlg);
  const issued = await card(issuer, holder);
  add(`${alg} and ${holderAlg}: nothing`, issuer, await present(issuer, holder, issued, {}),
    { exact: true, claims: { age_equal_or_over: {}, languages: [] } });
  add(`${alg} and ${holderAlg}: nationality and age`, issuer,
    await present(issuer, holder, issued, { nationality: true, age_equal_or_over: { 6: true } }),
    { exact: true, claims: { nationality: 'UZB', age_equal_or_over: { 6: true }, languages: [] } });
  add(`${alg} and ${holderAlg}: an element, a nested one`, issuer,
    await present(issuer, holder, issued, { languages: { 1: true }, document: { type: true } }),
    { exact: true, claims: { age_equal_or_over: {}, languages: ['uz'], document: { type: 'P' } } });
  if (![alg, holderAlg].includes('PS256')) add(`${alg} and ${holderAlg}: all`, issuer, await present(issuer, holder, issued, all), { exact: true, claims: person });
}

for (const [bits, size] of [[1, 1e6], [2, 1e6], [4, 1e4], [8, 1e4]]) {
  const issuer = party('ES256', 'card-1'), holder = party('ES256');
  const statuses = Array.from({ length: size }, (_, i) => (i * 7919 + (i >> 5)) % 11 ? 0 : bits === 1 ? 1 : 1 + i % (2 ** bits - 1));
  const { header, payload } = createHeaderAndPayload(new StatusList(statuses, bits),
    { iss: wanted.issuer, sub: uri, iat: now - 60, exp: now + 3600, ttl: 3600 }, { alg: 'ES256', kid: 'card-1', typ: 'statuslist+jwt' });
  const list = jws(issuer, header, payload);
  const places = [0, 1, statuses.indexOf(1, size / 2), statuses.indexOf(0, size - 10), size - 1, size + 3];
  if (bits > 1) places.push(statuses.indexOf(2, size * 0.7), statuses.indexOf(3, size * 0.7));
  for (const idx of places) {
    const issued = await card(issuer, holder, { status: { status_list: { idx, uri } } });
    const why = idx >= size ? 'not-listed' : [undefined, 'revoked', 'suspended', 'unknown-status'][Math.min(statuses[idx], 3)];
    add(`a list of ${size} by ${bits} bit: ${idx}`, issuer, await present(issuer, holder, issued, { nationality: true }), { list, why });
  }
}

cases.push(...await spoilt(card, present, all));
console.log(JSON.stringify(cases));
