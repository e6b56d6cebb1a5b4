#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A Kubernetes API server for tests: lists in chunks, watches, patches, over TLS.

    apiserver.py --directory DIR [--token TOKEN]

Makes itself a certificate, listens on a free port of 127.0.0.1, and writes DIR/ca.crt, DIR/token
and DIR/port, the last of which says that it is ready. Objects are made through the API itself, as
any client would. What a real server would not do on demand is asked for at /control (see
control.py). It is held against what a real one answered by recorded_test.py.
"""
import argparse
import asyncio
import os
import ssl
import subprocess
import sys

from control import Control
from handlers import Handlers
from http1 import serve
from store import Store


def make_certificate(directory):
    key, certificate = os.path.join(directory, "tls.key"), os.path.join(directory, "ca.crt")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=apiserver", "-addext",
         "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def write(directory, name, text):
    temporary = os.path.join(directory, "." + name)
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(temporary, os.path.join(directory, name))


async def run(options):
    store = Store()
    control = Control(store, options.token)
    handlers = Handlers(store, control)
    context = make_certificate(options.directory)
    server = await asyncio.start_server(
        lambda reader, writer: serve(reader, writer, handlers, control),
        "127.0.0.1", options.port, ssl=context)
    write(options.directory, "token", options.token)
    write(options.directory, "port", str(server.sockets[0].getsockname()[1]))
    async with server:
        await server.serve_forever()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--directory", required=True)
    parser.add_argument("--token", default="token-1")
    parser.add_argument("--port", type=int, default=0)
    try:
        asyncio.run(run(parser.parse_args()))
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
