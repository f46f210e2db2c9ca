"""Issuing numbers over HTTP, beside a floor in the same run. ``make bench`` runs this.

For SQLite, and for PostgreSQL when MOTCUA_TEST_POSTGRES names a server:

* concurrency 1, 8, 32, 64: requests a second, p50/p95/p99, longest wait,
  duplicates, gaps, errors, and the ratio ours : floor;
* concurrency 8 with 0, 50,000 and 500,000 tickets already there.

Floor and product take turns, several rounds, medians: machines are noisy.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from statistics import median

from benchmarks.prepare import fresh_database, tickets_by_number
from benchmarks.servers import floor_server, product_server

CONCURRENCIES = (1, 8, 32, 64)
SIZES = (0, 50_000, 500_000)
ROUNDS = 5
BAR_RATIO = 0.35
BAR_P95_MS = 50
BAR_WORST_MS = 500
BAR_FLAT = 0.20


def faults(address: str, told: list[tuple[str, str]]) -> tuple[int, int]:
    """Count duplicates, in the record and among what clients were told, and gaps in the record."""
    duplicates = len(told) - len(set(told))
    gaps = 0
    for numbers in tickets_by_number(address).values():
        duplicates += len(numbers) - len(set(numbers))
        gaps += max(numbers) - len(set(numbers))
    return duplicates, gaps


def compare(engine: str, address: str, floor_address: str, options: argparse.Namespace) -> list[str]:
    """Load product and floor in turns; return the bars that do not hold."""
    print(
        f"\n{engine}: issuing over HTTP, {options.processes} process(es) x {options.threads} threads, "
        f"{options.rounds} rounds of {options.seconds} s, medians"
    )
    print("clients   ours/s  floor/s  ratio    p50    p95    p99  longest ms  errors")
    missed = []
    with product_server(address, 0, options) as ours, floor_server(floor_address, options) as bare:
        for server in (ours, bare):
            server.load(8, 1)  # warm
        for clients in options.concurrency:
            rounds = [
                (ours.load(clients, options.seconds), bare.load(clients, options.seconds))
                for _ in range(options.rounds)
            ]
            mine = [pair[0] for pair in rounds]
            ratio = median(pair[0].per_second / pair[1].per_second for pair in rounds)
            p95 = median(result.percentile(95) for result in mine)
            worst = max(result.worst for result in mine)
            errors = sum(result.errors for result in mine)
            print(
                f"{clients:7}  {median(r.per_second for r in mine):7.0f}  "
                f"{median(pair[1].per_second for pair in rounds):7.0f}  {ratio:5.2f}  "
                f"{median(r.percentile(50) for r in mine):5.1f}  {p95:5.1f}  "
                f"{median(r.percentile(99) for r in mine):5.1f}  {worst:10.1f}  {errors:6}"
            )
            if ratio < BAR_RATIO:
                missed.append(f"{engine}, {clients} clients: ratio {ratio:.2f} < {BAR_RATIO}")
            if errors:
                missed.append(f"{engine}, {clients} clients: {errors} errors")
            if clients == 8 and p95 > BAR_P95_MS:
                missed.append(f"{engine}, 8 clients: p95 {p95:.0f} ms > {BAR_P95_MS} ms")
            if clients in (8, 32) and worst > BAR_WORST_MS:
                missed.append(f"{engine}, {clients} clients: longest {worst:.0f} ms > {BAR_WORST_MS} ms")
    duplicates, gaps = faults(address, ours.told)
    print(f"{len(ours.told)} numbers: duplicates {duplicates}, gaps {gaps}")
    if duplicates or gaps:
        missed.append(f"{engine}: {duplicates} duplicates, {gaps} gaps")
    return missed


def grow(engine: str, addresses: dict[int, str], options: argparse.Namespace) -> list[str]:
    """Compare the cost of a number with more and more tickets already there."""
    with ExitStack() as stack:
        servers = {size: stack.enter_context(product_server(addresses[size], size, options)) for size in addresses}
        speeds: dict[int, list[float]] = {size: [] for size in servers}
        for server in servers.values():
            server.load(8, 1)
        for _ in range(options.rounds):
            for size, server in servers.items():
                speeds[size].append(server.load(8, options.seconds).per_second)
    base = median(speeds[min(speeds)])
    print(f"\n{engine}: 8 clients, tickets already there")
    missed = []
    for size, values in speeds.items():
        change = median(value / first for value, first in zip(values, speeds[min(speeds)], strict=True)) - 1
        print(f"{size:8} tickets  {median(values):6.0f}/s  {change:+.0%}")
        if change < -BAR_FLAT:
            missed.append(f"{engine}: {change:+.0%} with {size} tickets (base {base:.0f}/s)")
    return missed


def main() -> int:
    """Run the comparison and say which bars hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0, help="length of one round")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--processes", type=int, default=1, help="web server processes, ours and the floor's")
    parser.add_argument("--threads", type=int, default=16, help="threads of each process")
    parser.add_argument("--concurrency", type=int, nargs="*", default=CONCURRENCIES)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], action="append")
    options = parser.parse_args()
    missed: list[str] = []
    for engine in options.engine or ["sqlite", "postgresql"]:
        with ExitStack() as stack:
            names = ["product", "floor", *(f"size_{size}" for size in options.sizes)]
            addresses = [stack.enter_context(fresh_database(engine)) for _ in names]
            if None in addresses:
                print("\npostgresql: MOTCUA_TEST_POSTGRES is not set, not measured")
                continue
            product, bare, *sized = [str(address) for address in addresses]
            if options.concurrency:
                missed += compare(engine, product, bare, options)
            if options.sizes:
                missed += grow(engine, dict(zip(options.sizes, sized, strict=True)), options)
    print("\nEvery bar holds." if not missed else "\nMissed:\n" + "\n".join(f"  {line}" for line in missed))
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
