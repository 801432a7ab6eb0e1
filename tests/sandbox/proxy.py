"""The sandbox's one port: websockets go to Odoo's evented process, everything else to its workers.

With workers Odoo serves its bus from a second port, and expects a proxy that joins the two; browsers open a
connection of its own for a websocket, so looking at the first request of each connection is enough.
"""
import asyncio
import contextlib
import threading

HEAD_LIMIT = 1 << 16
IDLE = 75  # seconds that a connection may stay silent before its first request


class Proxy(threading.Thread):
    """Forwards connections from `port` on loopback, in a thread of its own."""

    def __init__(self, port, http_port, websocket_port):
        """Take the three ports."""
        super().__init__(name="proxy", daemon=True)
        self.port, self.http_port, self.websocket_port = port, http_port, websocket_port
        self._loop = asyncio.new_event_loop()
        self._server = None

    def listen(self):
        """Bind the port, so that a port that is taken is known at once, and begin to serve."""
        self._server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=HEAD_LIMIT))
        self.start()

    def run(self):
        """Serve until `close`, then end the connections that are still open."""
        self._loop.run_forever()
        self._server.close()
        self._loop.run_until_complete(self._end_connections())
        self._loop.close()

    async def _end_connections(self):
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def close(self):
        """Stop serving."""
        if self._server:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self.join(5)

    async def _serve(self, reader, writer):
        # Only `close` cancels. That it did is no error, and Python 3.11 would log it as one.
        with contextlib.suppress(asyncio.CancelledError):
            await self._forward(reader, writer)

    async def _forward(self, reader, writer):
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE)
            lines = [line.lower().replace(b" ", b"") for line in head.split(b"\r\n")]
            port = self.websocket_port if b"upgrade:websocket" in lines else self.http_port
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.TimeoutError):
            writer.close()
            return
        try:
            there_writer.write(head)
            await asyncio.gather(_pump(reader, there_writer), _pump(there_reader, writer))
        finally:
            for each in (writer, there_writer):
                each.close()


async def _pump(reader, writer):
    """Copy bytes until the sender is done, then tell the receiver so."""
    with contextlib.suppress(OSError):
        while data := await reader.read(HEAD_LIMIT):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError, RuntimeError):
        if writer.can_write_eof():
            writer.write_eof()
