#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// sell.js - ask whether a SIM sale may go ahead, with the npm package radius (npm install radius).
//
//	./sell.js HOST:PORT SECRET-FILE dictionary.migrantid.standalone ATTRIBUTE=VALUE..
//
// Prints the reply; exit status 0: sell, 1: do not sell now, 2: no reply. See shops.md.
'use strict';
process.noDeprecation = true; // the package still calls new Buffer()
const dgram = require('dgram');
const fs = require('fs');
const radius = require('radius');

const [server, secretFile, dictionary, ...sale] = process.argv.slice(2);
const [, host, port] = server.match(/^(.*):(\d+)$/);
const secret = fs.readFileSync(secretFile, 'utf8').trimEnd();
radius.add_dictionary(dictionary); // says what is hidden (encrypt=1), and the package hides it

// The whole sale, signed, and State if there is one. Each of our attributes in a
// Vendor-Specific of its own: one has no room for all.
function packetOf(state) {
  const attributes = sale.map((pair) => {
    const at = pair.indexOf('=');
    const one = [pair.slice(0, at), pair.slice(at + 1)];
    return one[0].startsWith('MigrantID-') ? ['Vendor-Specific', 'MigrantID', [one]] : one;
  });
  if (state) attributes.push(['State', state]);
  return radius.encode({ code: 'Access-Request', secret, attributes,
    add_message_authenticator: true }); // unsigned ones are not answered at all
}

// One question and its reply: the same packet three times at most, never a new one.
function ask(packet) {
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
    let sent = 0;
    const send = () => (sent++ < 3 ? socket.send(packet, port, host) : end(reject));
    const timer = setInterval(send, 5000);
    const end = (settle, reply) => { clearInterval(timer); socket.close(); settle(reply); };
    socket.on('message', (response) => {
      if (radius.verify_response({ request: packet, response, secret }))
        end(resolve, radius.decode({ packet: response, secret }));
    });
    send();
  });
}

async function main() {
  let reply = await ask(packetOf());
  while (reply.code === 'Access-Challenge') { // the whole sale again, and State
    const wait = reply.attributes['Vendor-Specific']['MigrantID-Retry-After'] || 1;
    await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    reply = await ask(packetOf(reply.attributes.State));
  }
  const { 'Vendor-Specific': ours, 'Message-Authenticator': signature, ...standard } = reply.attributes;
  console.log(reply.code);
  for (const [name, value] of Object.entries({ ...standard, ...ours }))
    console.log(`${name} = ${value}`);
  process.exitCode = reply.code === 'Access-Accept' ? 0 : 1;
}

main().catch((error) => {
  console.error(error ? error.stack : "no reply: see 'No reply at all' in shops.md");
  process.exitCode = 2;
});
