"""The rows of tests/bench/runtime.ts on dask.distributed: a local cluster of 2 processes with 1 thread each.

Writes one JSON object to standard output: {"versions": {...}, "rows": {name: [value of each round, ...]}}.
Usage: python dask_runtime.py [--rounds N] [--tasks N] [--only ROW,...]
"""

import argparse
import json
import logging
import os
import sys
import time

import numpy as np


def inc(x):
    return x + 1


def add(a, b):
    return a + b


def spin(ms):
    end = time.perf_counter() + ms / 1000
    while time.perf_counter() < end:
        pass
    return 0


class Counter:
    n = 0

    def increment(self):
        self.n += 1
        return self.n


def p50(values):
    return sorted(values)[len(values) // 2]


def tiny_tasks(client, options):
    n = options.tasks
    start = time.perf_counter()
    futures = client.map(inc, range(n), pure=False)
    total = sum(client.gather(futures))
    seconds = time.perf_counter() - start
    assert total == n * (n + 1) // 2
    return n / seconds


def submit_to_result(client, options):
    times = []
    for i in range(60):
        start = time.perf_counter()
        assert client.submit(inc, i, pure=False).result() == i + 1
        times.append(time.perf_counter() - start)
    return p50(times) * 1000


def submit_while_busy(client, options):
    backlog = client.map(spin, [1] * 4000, pure=False)
    time.sleep(0.5)
    times = []
    for i in range(20):
        start = time.perf_counter()
        client.submit(inc, i, pure=False).result()
        times.append(time.perf_counter() - start)
    client.cancel(backlog)
    del backlog
    time.sleep(0.5)
    return p50(times) * 1000


def tree_sum(client, options):
    start = time.perf_counter()
    level = client.map(inc, range(1024), pure=False)
    while len(level) > 1:
        level = [client.submit(add, a, b, pure=False) for a, b in zip(level[::2], level[1::2])]
    assert level[0].result() == 1024 * 1025 // 2
    return time.perf_counter() - start


def data(client, options):
    """Scatter and gather in GB/s, broadcast in s."""
    x = np.random.default_rng(0).random(16 * 1024 * 1024)
    gb = x.nbytes / 1e9
    start = time.perf_counter()
    future = client.scatter(x, hash=False)
    scatter = time.perf_counter() - start
    start = time.perf_counter()
    back = client.gather(future)
    gather = time.perf_counter() - start
    assert back[-1] == x[-1]
    del future
    x[0] += 1
    start = time.perf_counter()
    future = client.scatter(x, broadcast=True, hash=False)
    broadcast = time.perf_counter() - start
    del future
    time.sleep(0.3)
    return gb / scatter, gb / gather, broadcast


def actor_calls(client, options):
    """p50 of a call in ms, and pipelined calls a second."""
    counter = client.submit(Counter, actor=True, pure=False).result()
    times = []
    for _ in range(200):
        start = time.perf_counter()
        counter.increment().result()
        times.append(time.perf_counter() - start)
    start = time.perf_counter()
    futures = [counter.increment() for _ in range(500)]
    for future in futures:
        future.result()
    pipelined = 500 / (time.perf_counter() - start)
    return p50(times) * 1000, pipelined


def rss_and_cpu(pids):
    page, tick = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
    rss = cpu = 0
    for pid in pids:
        with open(f"/proc/{pid}/statm") as f:
            rss += int(f.read().split()[1]) * page
        with open(f"/proc/{pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
            cpu += (int(fields[11]) + int(fields[12])) / tick
    return rss, cpu


def idle(client, options):
    """CPU as a share of one core, and MB, of scheduler (it lives in this process) and workers."""
    pids = [os.getpid(), *client.run(os.getpid).values()]
    time.sleep(1)
    _, before = rss_and_cpu(pids)
    time.sleep(3)
    rss, after = rss_and_cpu(pids)
    return (after - before) / 3, rss / 1e6


def start_up(options):
    from dask.distributed import Client, LocalCluster

    start = time.perf_counter()
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)
    client = Client(cluster)
    assert client.submit(inc, 1).result() == 2
    return client, cluster, time.perf_counter() - start


ROWS = {
    "tinyTasks": (["tinyTasks"], tiny_tasks),
    "submit": (["submit"], submit_to_result),
    "submitBusy": (["submitBusy"], submit_while_busy),
    "treeSum": (["treeSum"], tree_sum),
    "data": (["scatter", "gather", "broadcast"], data),
    "actors": (["actorCall", "actorPipelined"], actor_calls),
    "idle": (["idleCpu", "idleMemory"], idle),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--only", default=",".join(ROWS))
    options = parser.parse_args()
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    import distributed

    rows = {}
    client, cluster, seconds = start_up(options)
    rows["start"] = [seconds]
    for key in options.only.split(","):
        names, measure = ROWS[key]
        for _ in range(1 if key == "idle" else options.rounds):
            out = measure(client, options)
            for name, value in zip(names, out if isinstance(out, tuple) else (out,)):
                rows.setdefault(name, []).append(value)
            print(key, out, file=sys.stderr)
    client.close()
    cluster.close()
    versions = {"distributed": distributed.__version__, "python": sys.version.split()[0]}
    json.dump({"versions": versions, "rows": rows}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
