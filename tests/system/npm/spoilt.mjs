// SPDX-License-Identifier: GPL-2.0-or-later
// spoilt.mjs - what somebody might present instead of a right card: each with the word by which it has
// to be refused. A holder can bind anything; what no right issuer signs is signed here by the issuer's
// key all the same, so that nothing but the check itself can refuse it. The @sd-jwt packages are asked,
// too, and take many of them. Why they may, or should not, stands in `differs`.
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { b64u, instance, jws, now, party, sha256, unb64u, wanted } from './peers.mjs';

const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n; // the order of P-256

// caller: left to who calls the packages, RFC 9901 section 7 and the keys being theirs; ours: stricter
// than the standards; lax: a standard wants it refused.
const differs = {
  header: 'caller', 'no-such-key': 'caller', 'claim-missing': 'caller', 'time-missing': 'caller', 'status-malformed': 'caller',
  'other-issuer': 'caller', 'other-type': 'caller', 'no-holder-key': 'caller', 'holder-key-unusable': 'caller',
  'binding-header': 'caller', 'binding-key': 'caller', 'other-audience': 'caller', 'binding-too-old': 'caller', 'binding-ahead': 'caller',
  'too-many-disclosures': 'ours', 'too-long': 'ours', 'nested-too-deep': 'ours', 'too-long-a-life': 'ours',
  'disclosure-twice': 'ours', 'digest-malformed': 'ours', 'not-json': 'ours', // RFC 7519 section 4 lets the last of two claims win
  'disclosure-without-digest': 'lax', // RFC 9901 section 7.1, step 5
  'digest-twice': 'lax', // step 4
  'reserved-name': 'lax', 'name-twice': 'lax', 'disclosure-of-other-kind': 'lax', // step 3
  'disclosure-malformed': 'lax', // step 3; RFC 7515 section 2, RFC 8259 section 8.1
  'other-hash': 'lax', // section 4.1.1
  'clear-claim-disclosed': 'lax', // section 9.7, and the draft of SD-JWT VC
  'binding-time-missing': 'lax', // section 4.3
};

export async function spoilt(card, present, all) {
  const cases = [], issuer = party('ES256', 'card-1'), holder = party('ES256'), other = party('ES256', 'card-1');
  const jwks = { keys: [issuer.jwk] };
  const issued = await card(issuer, holder), whole = await present(issuer, holder, issued, all);
  const [token, ...rest] = whole.split('~'), disclosures = rest.slice(0, -1), binding = rest.at(-1);
  const payload = unb64u(token.split('.')[1]), header = { alg: 'ES256', kid: 'card-1', typ: 'dc+sd-jwt' };
  const disclosure = (...parts) => b64u(JSON.stringify(parts));
  const bind = (presented, claims = {}, kb = {}, by = holder) => presented + jws(by, { alg: by.alg, typ: 'kb+jwt', ...kb },
    { aud: wanted.audience, nonce: wanted.nonce, iat: now, sd_hash: sha256(presented), ...claims });
  const shown = (jwt, ...list) => [jwt, ...list, ''].join('~');
  const signed = (change, by = issuer) => jws(by, header, { ...payload, ...change });
  const headed = (change, by = issuer) => jws(by, { ...header, ...change }, payload);
  const raw = (text, by = issuer) => { // a payload that JSON.stringify() would not write
    const input = `${b64u(JSON.stringify(header))}.${b64u(text)}`;
    return `${input}.${by.signer(input)}`;
  };
  const of = sha256, x = disclosure('s', 'x', 1), decoy = sha256('decoy');
  // A card with these claims beside the right ones, all disclosures of which are shown.
  const only = (claims, ...list) => bind(shown(signed(claims), ...list));
  const add = (name, presentation, why) => cases.push({ name, jwks, presentation, ...wanted, why });
  const right = (name, presentation, claims) => cases.push({ name, jwks, presentation, ...wanted, claims });

  // 1, 2, 3, 4: form, header, key, signature
  add('a token without a tilde', token, 'not-an-sd-jwt');
  add('the JSON serialization', JSON.stringify({ payload: token.split('.')[1], disclosures }), 'not-an-sd-jwt');
  add('an empty disclosure', bind(`${token}~~`), 'empty-disclosure');
  add('seventeen disclosures', bind(shown(token, ...Array.from({ length: 17 }, (_, i) => disclosure('s', `x${i}`, i)))),
    'too-many-disclosures');
  add('3001 octets', only({ _sd: [of(disclosure('s', 'x', 'x'.repeat(2000)))] }, disclosure('s', 'x', 'x'.repeat(2000))), 'too-long');
  add('padding behind the payload', bind(shown(token.replace(/\.([^.]*)$/, '=.$1'))), 'token-malformed');
  add('four segments', bind(shown(`${token}.x`)), 'token-malformed');
  add('a blank before it', ` ${whole}`, 'token-malformed');
  for (const [what, change] of Object.entries({
    'alg none': { alg: 'none' }, 'alg HS256': { alg: 'HS256' }, 'alg RS256': { alg: 'RS256' }, 'alg es256': { alg: 'es256' },
    'no alg': { alg: undefined }, 'typ vc+sd-jwt': { typ: 'vc+sd-jwt' }, 'no typ': { typ: undefined },
    'typ kb+jwt': { typ: 'kb+jwt' }, x5c: { x5c: ['MIIB'] }, jwk: { jwk: issuer.jwk }, jku: { jku: 'https://evil.example' },
    x5u: { x5u: 'https://evil.example' }, crit: { crit: ['x'] }, b64: { b64: false, crit: ['b64'] },
  })) add(`header: ${what}`, bind(shown(headed(change))), 'header');
  add('header: no kid', bind(shown(headed({ kid: undefined }))), 'no-such-key');
  add('header: an unknown kid', bind(shown(headed({ kid: 'card-2' }))), 'no-such-key');
  add('header: kid as a path', bind(shown(headed({ kid: '../../dev/null' }))), 'no-such-key');
  add('header: the alg of another kind of key', bind(shown(headed({ alg: 'EdDSA' }))), 'no-such-key');
  add('signed by another key', bind(shown(jws(other, header, payload))), 'other-signature');
  add('signed by the holder', bind(shown(jws(holder, header, payload))), 'other-signature');
  const [head, body, signature] = token.split('.');
  add('no signature', bind(shown(`${head}.${body}.`)), 'other-signature');
  add('a signature of zeros', bind(shown(`${head}.${body}.${Buffer.alloc(64).toString('base64url')}`)), 'other-signature');
  add('a signature in DER', bind(shown(`${head}.${body}.${Buffer.concat([Buffer.from('30440220', 'hex'),
    Buffer.from(signature, 'base64url').subarray(0, 32), Buffer.from('0220', 'hex'),
    Buffer.from(signature, 'base64url').subarray(32)]).toString('base64url')}`)), 'other-signature');
  add('a claim changed behind the signature', bind(shown(`${head}.${b64u(JSON.stringify({ ...payload, nationality: 'BLR' }))}.${signature}`)),
    'other-signature');
  // (r, n - s) is a signature, too: of the same claims, and of no other presentation.
  const s = BigInt(`0x${Buffer.from(signature, 'base64url').subarray(32).toString('hex')}`);
  const twin = `${head}.${body}.${Buffer.concat([Buffer.from(signature, 'base64url').subarray(0, 32),
    Buffer.from((N - s).toString(16).padStart(64, '0'), 'hex')]).toString('base64url')}`;
  add("the signature's twin with the binding as it was", shown(twin, ...disclosures) + binding, 'other-sd-hash');
  right("the signature's twin, bound anew", bind(shown(twin, ...disclosures)), { nationality: 'UZB' });

  // 5: the issuer's claims
  for (const [name, why] of [['iss', 'claim-missing'], ['vct', 'claim-missing'], ['iat', 'time-missing'], ['exp', 'time-missing']]) {
    add(`no ${name}`, only({ [name]: undefined }), why);
    add(`${name} null`, only({ [name]: null }), why);
    add(`${name} as a list`, only({ [name]: [payload[name]] }), why);
  }
  add('exp as a text', only({ exp: `${payload.exp}` }), 'time-missing');
  add('exp with a fraction', bind(shown(raw(JSON.stringify({ ...payload, exp: 0 }).replace('"exp":0', `"exp":${payload.exp}.5`)))), 'time-missing');
  add('exp beyond all time', bind(shown(raw(JSON.stringify({ ...payload, exp: 0 }).replace('"exp":0', '"exp":1e300')))), 'time-missing');
  add('iss twice', bind(shown(raw(`{"iss":"https://evil.example",${JSON.stringify(payload).slice(1)}`))), 'not-json');
  add('claims that are a list', bind(shown(raw('[]'))), 'not-json');
  add('claims with something behind', bind(shown(raw(`${JSON.stringify(payload)}x`))), 'not-json');
  add('a NUL in a claim', bind(shown(raw(JSON.stringify({ ...payload, x: '\0' })))), 'not-json');
  add('a status that is no list', only({ status: { other: 1 } }), 'status-malformed');
  add('a status with a negative index', only({ status: { status_list: { idx: -1, uri: 'u' } } }), 'status-malformed');

  // 6: the disclosures
  add('a changed value', bind(shown(token, disclosure('s', 'nationality', 'BLR'))), 'disclosure-without-digest');
  add('a disclosure more', bind(shown(token, ...disclosures, x)), 'disclosure-without-digest');
  add("another card's disclosure", bind(shown(token, (await card(issuer, holder)).split('~')[1])), 'disclosure-without-digest');
  const child = disclosure('s', 'type', 'P'), parent = disclosure('s', 'doc', { _sd: [of(child)] });
  add('a nested disclosure without the one above', only({ _sd: [of(parent)] }, child), 'disclosure-without-digest');
  add('a disclosure twice', bind(shown(token, disclosures[0], disclosures[0])), 'disclosure-twice');
  add('a digest twice', only({ _sd: [of(x), of(x)] }, x), 'digest-twice');
  add('a digest twice, not disclosed', only({ _sd: [of(x), of(x)] }), 'digest-twice');
  add('a digest in two places', only({ _sd: [of(x)], a: { _sd: [of(x)] } }, x), 'digest-twice');
  add('a digest above and in a disclosure', only({ _sd: [of(child), of(parent)] }, child, parent), 'digest-twice');
  add('a decoy twice', only({ _sd: [decoy], a: [{ '...': decoy }] }), 'digest-twice');
  add('a name twice, once in clear', only({ x: 2, _sd: [of(x)] }, x), 'name-twice');
  const again = disclosure('t', 'x', 2);
  add('a name twice, both disclosed', only({ _sd: [of(x), of(again)] }, x, again), 'name-twice');
  for (const name of ['_sd', '...']) {
    const d = disclosure('s', name, []);
    add(`${name} as a name`, only({ _sd: [of(d)] }, d), 'reserved-name');
  }
  add('... as a name in clear', only({ '...': decoy }), 'reserved-name');
  add('... beside another name', only({ languages: [{ '...': decoy, x: 1 }] }), 'reserved-name');
  add('_sd_alg below', only({ a: { _sd_alg: 'sha-256' } }), 'reserved-name');
  const element = disclosure('s', 1);
  add('an element as a member', only({ _sd: [of(element)] }, element), 'disclosure-of-other-kind');
  add('a member as an element', only({ languages: [{ '...': of(x) }] }, x), 'disclosure-of-other-kind');
  for (const [what, text] of Object.entries({
    'a disclosure of four parts': disclosure('s', 'x', 1, 2), 'a disclosure of one part': disclosure('s'),
    'a disclosure that is an object': b64u('{"s":1}'), 'a disclosure that is no JSON': b64u('["s","x",1'),
    'a disclosure with something behind': b64u('["s","x",1]]'), 'a disclosure in padded base64': 'WyJzIiwieCIsMV0=',
    'a disclosure with bits left over': 'WyJzIiwieCIsMV1', 'a salt that is a number': disclosure(1, 'x', 1),
    'a name that is a number': disclosure('s', 1, 1), 'a member twice in a disclosure': b64u('["s","x",{"a":1,"a":2}]'),
    'a disclosure that is no UTF-8': Buffer.from('5b2273222c2278222c22ff225d', 'hex').toString('base64url'),
  })) add(what, only({ _sd: [of(text)] }, text), 'disclosure-malformed');
  add('another hash', only({ _sd_alg: 'sha-384' }), 'other-hash');
  add('an unsound hash', only({ _sd_alg: 'md5' }), 'other-hash');
  add('a hash that is no text', only({ _sd_alg: ['sha-256'] }), 'other-hash');
  add('a digest of another hash', only({ _sd: [of(x).slice(0, 40)] }), 'digest-malformed');
  add('a digest that is a number', only({ _sd: [1] }), 'digest-malformed');
  add('digests that are no list', only({ _sd: { 0: decoy } }), 'digest-malformed');
  for (const [name, value] of Object.entries({ iss: wanted.issuer, iat: now, nbf: 0, exp: now + 99, vct: wanted.vct, cnf: {}, status: {} })) {
    const d = disclosure('s', name, value);
    add(`${name} from a disclosure, too`, only({ _sd: [of(d)] }, d), 'clear-claim-disclosed');
  }
  const jwk = disclosure('s', 'jwk', payload.cnf.jwk);
  add("the holder's key from a disclosure", only({ _sd: [], cnf: { _sd: [of(jwk)] } }, jwk), 'nested-too-deep');
  const deep = disclosure('s', 'b', { _sd: [of(x)] }), deeper = disclosure('s', 'a', { b: { _sd: [of(x)] } });
  add('digests three levels down', only({ a: { b: { _sd: [decoy] } } }), 'nested-too-deep');
  add('digests three levels down in a disclosure', only({ _sd: [of(deeper)] }, deeper, x), 'nested-too-deep');
  right('digests two levels down in a disclosure', only({ _sd: [of(deep)] }, x, deep), { b: { x: 1 } });

  // 7, 8, 9: whose card, of which type, when
  add("another issuer's name", only({ iss: 'https://cards.example.evil.example' }), 'other-issuer');
  add("an issuer's name with a slash", only({ iss: `${wanted.issuer}/` }), 'other-issuer');
  add('another type', only({ vct: 'urn:example:library-card:1' }), 'other-type');
  add('expired', only({ exp: now - 1 }), 'expired');
  add('issued tomorrow', only({ iat: now + 86400, exp: now + 2 * 86400 }), 'not-yet-valid');
  add('valid from tomorrow', only({ nbf: now + 86400 }), 'not-yet-valid');
  add('for ten years', only({ exp: now + 3650 * 86400 }), 'too-long-a-life');
  add('over before it begins', only({ iat: now + 50, exp: now + 40 }), 'expires-before-it-begins');

  // 10 to 14: the holder's binding
  add('no binding', shown(token), 'not-bound');
  add('a card that is bound to no key', bind(shown(signed({ cnf: undefined }))), 'no-holder-key');
  add('a card on paper', shown(signed({ cnf: undefined })), 'no-holder-key');
  add("a holder's key by name", only({ cnf: { kid: 'card-1' } }), 'holder-key-unusable');
  const weak = createPublicKey(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey).export({ format: 'jwk' });
  add("a holder's key of 1024 bits", only({ cnf: { jwk: weak } }), 'holder-key-unusable');
  add("a holder's key that is a secret", only({ cnf: { jwk: { kty: 'oct', k: 'AAAA' } } }), 'holder-key-unusable');
  add("a holder's key off its curve", only({ cnf: { jwk: { ...payload.cnf.jwk, y: payload.cnf.jwk.x } } }), 'holder-key-unusable');
  for (const [what, kb] of Object.entries({
    'typ JWT': { typ: 'JWT' }, 'no typ': { typ: undefined }, 'alg none': { alg: 'none' }, 'alg HS256': { alg: 'HS256' },
    jwk: { jwk: holder.jwk }, crit: { crit: ['x'] },
  })) add(`binding: ${what}`, bind(shown(token), {}, kb), 'binding-header');
  add('binding: the alg of another kind of key', bind(shown(token), {}, { alg: 'EdDSA' }), 'binding-key');
  add('binding: no signature', bind(shown(token)).replace(/[^.]*$/, ''), 'binding-signature');
  add('binding: by another key', bind(shown(token), {}, {}, other), 'binding-signature');
  add('binding: by the issuer', bind(shown(token), {}, {}, issuer), 'binding-signature');
  add('binding: no JSON', `${shown(token)}${((input) => `${input}.${holder.signer(input)}`)(`${b64u('{"alg":"ES256","typ":"kb+jwt"}')}.${b64u('{}x')}`)}`,
    'binding-json');
  add('binding: two of them', `${bind(shown(token))}.${binding}`, 'binding-form');
  add('binding: as a disclosure', `${bind(shown(token))}~`, 'disclosure-malformed');
  add('binding: of another presentation', shown(token) + binding, 'other-sd-hash');
  add('binding: a disclosure less', shown(token, ...disclosures.slice(1)) + binding, 'other-sd-hash');
  add('binding: disclosures in another order', shown(token, ...disclosures.slice().reverse()) + binding, 'other-sd-hash');
  add('binding: no sd_hash', bind(shown(token), { sd_hash: undefined }), 'other-sd-hash');
  add('binding: of the token alone', bind(shown(token), { sd_hash: sha256(token) }), 'other-sd-hash');
  for (const [what, aud] of Object.entries({
    'another shop': 'op/other', 'another operator': 'other/shop', 'the operator alone': 'op', 'a list': [wanted.audience],
    'in capitals': 'OP/SHOP', nobody: undefined, 'an empty text': '',
  })) add(`audience: ${what}`, bind(shown(token), { aud }), 'other-audience');
  for (const [what, nonce] of Object.entries({
    'another sale': 'sale-2', 'a longer one': 'sale-11', 'a number': 1, none: undefined, 'an empty text': '',
  })) add(`nonce: ${what}`, bind(shown(token), { nonce }), 'other-nonce');
  add('binding: of no time', bind(shown(token), { iat: undefined }), 'binding-time-missing');
  add('binding: its time as a text', bind(shown(token), { iat: `${now}` }), 'binding-time-missing');
  add('binding: old', bind(shown(token), { iat: now - 400 }), 'binding-too-old');
  add('binding: from ahead', bind(shown(token), { iat: now + 400 }), 'binding-ahead');

  // What looks odd and is right.
  const spaced = b64u('[ "s" ,\n "x", 1 ]'), escaped = b64u('["s","\\u0078",1]');
  right('blanks in a disclosure', only({ _sd: [of(spaced)] }, spaced), { x: 1 });
  right('a name in escapes', only({ _sd: [of(escaped)] }, escaped), { x: 1 });
  right('no digests', only({ _sd: [] }), { age_equal_or_over: {} });
  right('no _sd_alg', only({ _sd_alg: undefined }), { age_equal_or_over: {} });
  right('disclosures in another order', bind(shown(token, ...disclosures.slice().reverse())), { nationality: 'UZB' });
  right('a binding with a kid', bind(shown(token), {}, { kid: 'x' }), { age_equal_or_over: {} });

  for (const each of cases) {
    each.peer = await instance(issuer, holder).verify(each.presentation, { keyBindingNonce: wanted.nonce }).then(() => true, () => false);
    if (each.peer && each.why) each.differs = differs[each.why] ?? 'unexplained';
  }
  return cases;
}
