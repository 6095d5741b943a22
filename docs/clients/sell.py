#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Ask whether a SIM sale may go ahead, with pyrad (Debian: python3-pyrad; 2.1 and later).

    ./sell.py HOST:PORT SECRET-FILE dictionary.migrantid.standalone ATTRIBUTE=VALUE..

Prints the reply; exit status 0: sell, 1: do not sell now, 2: no reply. See shops.md.
"""
import hmac
import sys
import time
from pyrad import client, dictionary, packet

# pyrad overlooks encrypt=1 in the dictionary: what is hidden is hidden here.
HIDDEN = ("MigrantID-Subject-Token", "MigrantID-Document-Number", "MigrantID-Date-of-Birth",
          "MigrantID-MRZ")
SIGNATURE = 80  # Message-Authenticator


class Sale(packet.AuthPacket):
    """An Access-Request that is signed, which pyrad 2.1 cannot do, and so must its reply be."""

    def sign(self, head, attributes):
        return hmac.new(self.secret, head + self.authenticator + attributes, "md5").digest()

    def RequestPacket(self):
        self[SIGNATURE] = [bytes(16)]
        raw = packet.AuthPacket.RequestPacket(self)
        self[SIGNATURE] = [self.sign(raw[:4], raw[20:])]
        return packet.AuthPacket.RequestPacket(self)

    def VerifyReply(self, reply, rawreply=None, *args, **options):
        signature = reply.get(SIGNATURE, [b""])[0]
        blank = rawreply[20:].replace(b"\x50\x12" + signature, b"\x50\x12" + bytes(16))
        return (packet.AuthPacket.VerifyReply(self, reply, rawreply) and
                hmac.compare_digest(signature, self.sign(rawreply[:4], blank)))


def ask(server, secret, names, pairs, state=None):
    sale = Sale(secret=secret, dict=names, authenticator=packet.Packet.CreateAuthenticator())
    for name, value in pairs:
        sale.AddAttribute(name, sale.PwCrypt(value) if name in HIDDEN else value)
    if state:
        sale[24] = state  # as it came, octet by octet
    host, port = server.rsplit(":", 1)
    till = client.Client(host, int(port), secret=secret, dict=names)
    till.timeout, till.retries = 5, 3  # the same packet again, never a new one
    return till.SendPacket(sale)


def main(server, secret_file, dictionary_file, *sale):
    with open(secret_file, "rb") as file:
        secret = file.read().rstrip(b"\n")
    names = dictionary.Dictionary(dictionary_file)
    pairs = [pair.split("=", 1) for pair in sale]
    try:
        reply = ask(server, secret, names, pairs)
        while reply.code == packet.AccessChallenge:  # the whole sale again, and State
            time.sleep(reply["MigrantID-Retry-After"][0] if "MigrantID-Retry-After" in reply else 1)
            reply = ask(server, secret, names, pairs, reply[24])
    except client.Timeout:
        print("no reply: see 'No reply at all' in shops.md", file=sys.stderr)
        return 2
    accepted = reply.code == packet.AccessAccept
    print("Access-Accept" if accepted else "Access-Reject")
    for name in reply.keys():
        if name in names:
            print("\n".join("%s = %s" % (name, value) for value in reply[name]))
    return 0 if accepted else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
