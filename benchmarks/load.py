"""A small load generator: N connections that ask again as soon as they are answered. Loopback only.

It runs on the same cores as the server it asks, floor or product, and its own
cost is part of both figures.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass, field
from statistics import quantiles

_LONGEST_WAIT_SECONDS = 30


@dataclass
class Result:
    """What the clients saw."""

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    errors: int = 0
    bodies: list[bytes] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Requests answered with a number, each second."""
        return len(self.bodies) / self.seconds

    def percentile(self, percent: int) -> float:
        """Return a percentile of the waiting times in milliseconds."""
        return quantiles(self.latencies_ms, n=100, method="inclusive")[percent - 1]

    @property
    def worst(self) -> float:
        """The longest wait in milliseconds."""
        return max(self.latencies_ms)


def run_load(port: int, *, path: str, headers: dict[str, str], body: bytes, clients: int, seconds: float) -> Result:
    """Ask a server on this machine for ``seconds`` with ``clients`` connections."""
    return asyncio.run(_run(port, path, headers, body, clients, seconds))


async def _run(port: int, path: str, headers: dict[str, str], body: bytes, clients: int, seconds: float) -> Result:
    result = Result()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head += f"Content-Length: {len(body)}\r\n"
    started = time.perf_counter()
    deadline = started + seconds
    await asyncio.gather(*(_client(port, head, body, deadline, result) for _ in range(clients)))
    result.seconds = time.perf_counter() - started
    return result


async def _client(port: int, head: str, body: bytes, deadline: float, result: Result) -> None:
    """Be one client; a connection that breaks is an error, and the next one is opened."""
    while time.perf_counter() < deadline:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            result.errors += 1
            await asyncio.sleep(0.01)
            continue
        try:
            while time.perf_counter() < deadline:
                async with asyncio.timeout(_LONGEST_WAIT_SECONDS):
                    await _ask(reader, writer, head, body, result)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, IndexError, ValueError):
            result.errors += 1
        finally:
            writer.close()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str, body: bytes, result: Result
) -> None:
    request = f"{head}Idempotency-Key: {uuid.uuid4()}\r\n\r\n".encode() + body
    asked = time.perf_counter()
    writer.write(request)
    answer_head = await reader.readuntil(b"\r\n\r\n")
    length = int(answer_head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    answer = await reader.readexactly(length)
    result.latencies_ms.append((time.perf_counter() - asked) * 1000)
    if answer_head.split(b" ", 2)[1] == b"201":
        result.bodies.append(answer)
    else:
        result.errors += 1
