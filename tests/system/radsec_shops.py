#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Many shops at once by RadSec (RFC 6614): each connects from an address of its own with a certificate
of its own, keeps the connection, and when all have tried makes one sale with the unhidden twins.

    radsec_shops.py PORT TLS COUNT

They come from 127.0.1.1 and on, and show TLS/shop-1.pem and on. Prints JSON: how many made their sale,
which did not (first ones first), and the milliseconds that the slowest reply took.
"""
import hashlib
import hmac
import json
import os
import socket
import ssl
import struct
import sys
import time

SECRET = b"radsec"  # RFC 6614, section 2.3
VENDOR = 32473
RESULT, YES = 20, 1


def attribute(number, value):
    return bytes([number, len(value) + 2]) + value


def ours(number, text):
    return attribute(26, struct.pack("!I", VENDOR) + attribute(number, text.encode()))


def request_of(shop):
    """A signed Access-Request; its authenticator is octets 4 to 19."""
    attributes = (attribute(1, b"till-1") + ours(3, "P") + ours(4, "UZB") +
                  ours(105, "SHOP%05d" % shop) + ours(7, "UZB") + ours(108, "1990-01-31") +
                  ours(12, "ru-2025-01"))
    head = struct.pack("!BBH", 1, shop % 256, 20 + len(attributes) + 18) + os.urandom(16)
    signature = hmac.new(SECRET, head + attributes + attribute(80, bytes(16)), "md5").digest()
    return head + attributes + attribute(80, signature)


def result_of(request, reply):
    """MigrantID-Result; None if this is no reply of somebody who knows the secret (RFC 2865, 3)."""
    proof = hashlib.md5(reply[:4] + request[4:20] + reply[20:] + SECRET).digest()
    if reply[1] != request[1] or reply[4:20] != proof:
        return None
    at = 20
    while at < len(reply):
        number, length = reply[at], reply[at + 1]
        if number == 26 and reply[at + 2:at + 7] == struct.pack("!IB", VENDOR, RESULT):
            return struct.unpack("!I", reply[at + 8:at + 12])[0]
        at += length
    return None


def connect(port, tls, shop):
    context = ssl.create_default_context(cafile=tls + "/ca.pem")
    context.check_hostname = False  # the address is this machine's
    context.load_cert_chain("%s/shop-%d.pem" % (tls, shop), tls + "/shops.key")
    plain = socket.create_connection(("127.0.0.1", port), timeout=5,
                                     source_address=("127.0.1.%d" % shop, 0))
    try:
        return context.wrap_socket(plain)
    except OSError:
        plain.close()
        raise


def read(stream, count):
    data = b""
    while len(data) < count:
        more = stream.recv(count - len(data))
        if not more:
            raise OSError("it ended")
        data += more
    return data


def sells(stream, shop):
    request = request_of(shop)
    stream.sendall(request)
    head = read(stream, 4)
    return result_of(request, head + read(stream, struct.unpack("!H", head[2:])[0] - 4)) == YES


def main(port, tls, count):
    streams, failed, slowest = {}, [], 0
    for shop in range(1, count + 1):
        try:
            streams[shop] = connect(port, tls, shop)
        except OSError:
            failed.append(shop)
    for shop, stream in streams.items():
        began = time.monotonic()
        try:
            if not sells(stream, shop):
                failed.append(shop)
        except OSError:
            failed.append(shop)
        slowest = max(slowest, time.monotonic() - began)
    print(json.dumps({"shops": count, "sold": count - len(failed), "failed": sorted(failed)[:3],
                      "slowest_ms": round(slowest * 1000)}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
