#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The few frames of HTTP/2 that a question takes, over TLS, scripted to take no more streams.

usage: peer_h2.py CERTIFICATE KEY CA SANDBOX-PORT

Prints its port; answers with what the sandbox on 127.0.0.1:SANDBOX-PORT (plain HTTP) answers.
  SIGUSR1  the connections that are there are told SETTINGS_MAX_CONCURRENT_STREAMS = 0
"""
import asyncio
import json
import signal
import ssl
import struct
import sys

DATA, HEADERS, SETTINGS, PING = 0, 1, 4, 6
END_STREAM, END_HEADERS, ACK = 1, 4, 1
MAX_CONCURRENT_STREAMS = 3
connections = set()


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def header(name, value):
    """Literal, never indexed; no Huffman code."""
    return b"\x10" + bytes([len(name)]) + name + bytes([len(value)]) + value


async def ask_sandbox(body):
    """The body's own txn is the key, so that no header has to be decoded."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(sys.argv[4]))
    key = json.loads(body)["txn"]
    writer.write((
        "POST /v2/sim-sale-verifications HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        "Content-Type: application/json\r\nAccept: application/sim-sale-verification+jwt\r\n"
        f'Idempotency-Key: "{key}"\r\nContent-Length: {len(body)}\r\n\r\n').encode() + body)
    answer = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return answer[0].split()[1], answer[2]


async def answer(writer, stream, body):
    status, text = await ask_sandbox(body)
    kind = b"application/sim-sale-verification+jwt"
    writer.write(
        frame(HEADERS, END_HEADERS, stream,
              header(b":status", status) + header(b"content-type", kind)) +
        frame(DATA, END_STREAM, stream, text))


async def serve(reader, writer):
    connections.add(writer)
    bodies = {}
    try:
        await reader.readexactly(24)
        writer.write(frame(SETTINGS, 0, 0, struct.pack(">HI", MAX_CONCURRENT_STREAMS, 100)))
        while True:
            head = await reader.readexactly(9)
            length = int.from_bytes(head[:3], "big")
            kind, flags, stream = struct.unpack(">BBI", head[3:])
            payload = await reader.readexactly(length)
            if kind == SETTINGS and not flags & ACK:
                writer.write(frame(SETTINGS, ACK, 0))
            elif kind == PING and not flags & ACK:
                writer.write(frame(PING, ACK, 0, payload))
            elif kind == DATA:
                bodies[stream] = bodies.get(stream, b"") + payload
                if flags & END_STREAM:
                    await answer(writer, stream, bodies.pop(stream))
    except (OSError, asyncio.IncompleteReadError):
        pass
    connections.discard(writer)
    writer.close()


def no_streams():
    for writer in connections:
        writer.write(frame(SETTINGS, 0, 0, struct.pack(">HI", MAX_CONCURRENT_STREAMS, 0)))


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    context.load_verify_locations(sys.argv[3])
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, no_streams)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
