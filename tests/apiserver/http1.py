# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1, as much as the API needs: keep-alive, bodies by length, answers in chunks."""
import asyncio
import json
import ssl
from urllib.parse import parse_qs, unquote, urlsplit

import status

REASONS = {200: "OK", 201: "Created", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
           404: "Not Found", 405: "Method Not Allowed", 409: "Conflict", 410: "Gone",
           415: "Unsupported Media Type", 422: "Unprocessable Entity", 429: "Too Many Requests",
           500: "Internal Server Error", 503: "Service Unavailable", 504: "Gateway Timeout"}

GONE = (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, TimeoutError)


class Request:
    def __init__(self, method, target, headers, body):
        parts = urlsplit(target)
        self.method = method
        self.path = unquote(parts.path)
        self.query = {key: values[-1] for key, values in
                      parse_qs(parts.query, keep_blank_values=True).items()}
        self.headers = headers
        self.body = body

    def json(self):
        try:
            return json.loads(self.body or b"{}")
        except ValueError as error:
            raise status.bad_request(f"the body is not JSON: {error}") from error


class Connection:
    def __init__(self, writer, control):
        self.writer = writer
        self.control = control

    async def send(self, data):
        """Send, unless the test has this connection stand still: then for ever."""
        while self.writer in self.control.stalled:
            await asyncio.sleep(3600)
        self.control.bytes += len(data)
        self.writer.write(data)
        await self.writer.drain()

    def head(self, code, headers):
        lines = [f"HTTP/1.1 {code} {REASONS.get(code, 'Unknown')}",
                 "Cache-Control: no-cache, private"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    async def answer(self, code, body, headers=None):
        data = body if isinstance(body, bytes) else json.dumps(body).encode() + b"\n"
        kind = "text/plain; charset=utf-8" if isinstance(body, bytes) else "application/json"
        await self.send(self.head(code, {"Content-Type": kind, "Content-Length": len(data),
                                         **(headers or {})}) + data)

    async def begin_stream(self):
        await self.send(self.head(200, {"Content-Type": "application/json",
                                        "Transfer-Encoding": "chunked"}))

    async def chunk(self, value):
        data = json.dumps(value, separators=(",", ":")).encode() + b"\n"
        await self.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    async def end_stream(self):
        await self.send(b"0\r\n\r\n")


async def read_request(reader):
    line = await reader.readuntil(b"\r\n")
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers = {}
    while (line := await reader.readuntil(b"\r\n")) != b"\r\n":
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, target, headers, body)


async def serve(reader, writer, handlers, control):
    control.connections.add(writer)
    connection = Connection(writer, control)
    try:
        while True:
            request = await read_request(reader)
            try:
                await handlers.handle(request, connection)
            except status.Failure as failure:
                await connection.answer(failure.code, failure.status, failure.headers)
            if request.headers.get("connection", "").lower() == "close":
                break
    except GONE:
        pass
    finally:
        control.connections.discard(writer)
        control.stalled.discard(writer)
        writer.close()
