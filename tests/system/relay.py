#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A relay of TCP on loopback that goes wrong when it is told to.

usage: relay.py ADDRESS TO-PORT

Prints its port, and passes everything on to 127.0.0.1:TO-PORT and back.
  SIGUSR1  the connections that are there fall silent: open, acknowledged, and swallowed
  SIGUSR2  the connections that are there are cut, and so is the next new one, before TLS
  SIGHUP   nobody is heard any more, on old connections and new ones; again: all is well
"""
import asyncio
import signal
import sys


class Relay:
    def __init__(self, port):
        self.port = port
        self.cut_next = 0
        self.hole = False

    async def serve(self, reader, writer):
        connection = {"silent": self.hole, "writers": [writer]}
        if self.cut_next:
            self.cut_next -= 1
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            writer.transport.abort()
            return
        connection["writers"].append(far_writer)
        by_id[id(connection)] = connection
        await asyncio.gather(
            self.pass_on(connection, reader, far_writer),
            self.pass_on(connection, far_reader, writer))
        del by_id[id(connection)]

    async def pass_on(self, connection, reader, writer):
        try:
            while data := await reader.read(65536):
                if not connection["silent"]:
                    writer.write(data)
                    await writer.drain()
        except OSError:
            pass
        if not connection["silent"]:
            writer.close()

    def freeze(self):
        for connection in by_id.values():
            connection["silent"] = True

    def cut(self):
        for connection in by_id.values():
            for writer in connection["writers"]:
                writer.transport.abort()
        self.cut_next = 1

    def swallow(self):
        self.hole = not self.hole
        for connection in by_id.values():
            connection["silent"] = True


by_id = {}


async def main():
    relay = Relay(int(sys.argv[2]))
    server = await asyncio.start_server(relay.serve, sys.argv[1], 0)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, relay.freeze)
    loop.add_signal_handler(signal.SIGUSR2, relay.cut)
    loop.add_signal_handler(signal.SIGHUP, relay.swallow)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
