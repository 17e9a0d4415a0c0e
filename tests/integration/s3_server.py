"""A real S3 server of one's own on loopback, in a process of its own, and a way to it that can be cut.

    python s3_server.py

says its address in a line, and serves until it is ended.
"""

import contextlib
import os
import select
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass

import boto3

KEYS = {"AWS_ACCESS_KEY_ID": "a-key", "AWS_SECRET_ACCESS_KEY": "a-secret", "AWS_DEFAULT_REGION": "us-east-1"}


@dataclass
class S3:
    """A running server: its address, and what is in it, by a client that is not fsspec."""

    address: str
    process: subprocess.Popen

    @property
    def environment(self):
        return KEYS | {"AWS_ENDPOINT_URL": self.address}

    @contextlib.contextmanager
    def client(self):
        keys = {name.lower(): KEYS[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
        made = boto3.client("s3", endpoint_url=self.address, region_name="us-east-1", **keys)
        with contextlib.closing(made) as client:
            yield client

    def make(self, bucket):
        """The address of a new bucket's prefix."""
        with self.client() as client:
            client.create_bucket(Bucket=bucket)
        return f"s3://{bucket}/team"

    def names(self, bucket, folder=""):
        """Every object under the prefix."""
        with self.client() as client:
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"team/{folder}")
            return [each["Key"].removeprefix("team/") for page in pages for each in page.get("Contents", [])]

    def remove(self, bucket, name):
        with self.client() as client:
            client.delete_object(Bucket=bucket, Key=f"team/{name}")

    def put(self, bucket, name, content):
        with self.client() as client:
            client.put_object(Bucket=bucket, Key=f"team/{name}", Body=content)

    def copy(self, bucket, to):
        """A new bucket with the same objects."""
        url = self.make(to)
        with self.client() as client:
            for name in self.names(bucket):
                client.copy_object(Bucket=to, Key=f"team/{name}", CopySource=f"{bucket}/team/{name}")
        return url

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def started(**environment):
    """A server at a free port."""
    process = subprocess.Popen(
        [sys.executable, __file__], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=os.environ | KEYS | environment,
    )  # fmt: skip
    return S3(process.stdout.readline().strip(), process)


class Way:
    """A way to a server that can be cut: its own address, behind which is the server's."""

    def __init__(self, address):
        host, _, port = address.removeprefix("http://").partition(":")
        self._server = (host, int(port))
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.is_cut = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near):
        with contextlib.suppress(OSError), near, socket.create_connection(self._server) as far:
            other = {near: far, far: near}
            while not self.is_cut.is_set():
                for end in select.select([near, far], [], [], 0.05)[0]:
                    if not (data := end.recv(65536)):
                        return
                    other[end].sendall(data)

    def close(self):
        self.is_cut.set()
        self._listening.close()


if __name__ == "__main__":
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", flush=True)
    threading.Event().wait()
