"""The rows of tests/bench/kmeans.ts on Dask and Dask-ML: a local cluster of two processes with one thread each.

Reads options as JSON from the first argument; writes a line of JSON for each finished row: {"row": …, "seconds": …, …}.
"""

import json
import logging
import os
import sys
import threading
import time
import warnings

os.environ["OMP_NUM_THREADS"] = "1"


def peak_of(stop, out):
    """The most memory that this process and its descendants have at a time."""
    me = str(os.getpid())
    while not stop.wait(0.1):
        parent, rss = {}, {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/status") as f:
                    fields = dict(line.split(":", 1) for line in f)
                parent[pid] = fields["PPid"].strip()
                rss[pid] = int(fields.get("VmRSS", "0 kB").split()[0]) * 1024
            except (OSError, KeyError):
                pass
        total = 0
        for pid in parent:
            at = pid
            while at in parent and at != me:
                at = parent[at]
            if at == me:
                total += rss[pid]
        out["peak"] = max(out["peak"], total)


def main():
    options = json.loads(sys.argv[1])
    warnings.simplefilter("ignore")
    logging.disable(logging.ERROR)
    import dask
    import dask.array as da
    import numpy as np
    from dask.distributed import Client, wait
    from dask_ml.cluster import KMeans
    from sklearn.datasets import make_blobs

    def say(row, **values):
        print(json.dumps({"row": row, **values}), flush=True)

    memory = {"peak": 0}
    stop = threading.Event()
    threading.Thread(target=peak_of, args=(stop, memory), daemon=True).start()
    limit = {"memory_limit": int(options["memory"] / 2)} if options["memory"] else {}
    client = Client(n_workers=2, threads_per_worker=1, dashboard_address=None, **limit)
    blocks, rows, std = options["blocks"], options["rows"], options["std"]
    X_small, y_small = make_blobs(n_samples=1000, centers=12, n_features=20, random_state=0)
    centers = np.array([X_small[y_small == c].mean(0) for c in range(12)])

    start = time.perf_counter()
    parts = [
        dask.delayed(make_blobs)(n_samples=rows, centers=centers, n_features=20, cluster_std=std, random_state=i)[0]
        for i in range(blocks)
    ]
    X = da.concatenate([da.from_delayed(p, (rows, 20), float) for p in parts])
    X = X.persist()
    wait(X)
    say("make", seconds=time.perf_counter() - start)
    for _ in range(options["rounds"]):
        if "fit" in options["what"]:
            model = KMeans(12, init_max_iter=3, oversampling_factor=10, random_state=0)
            start = time.perf_counter()
            model.fit(X)
            seconds = time.perf_counter() - start
            distances = model.transform(X).min(1) ** 2
            say("fit", seconds=seconds, iterations=model.n_iter_, inertia=float(distances.sum().compute()))
        if "iterations" in options["what"]:
            # From centres that were given, to the same tolerance as ours: absolute here, relative there.
            tol = 1e-4 * float(X.var(0).mean().compute())
            model = KMeans(12, init=np.array(options["init"]), tol=tol, max_iter=options["most"])
            start = time.perf_counter()
            model.fit(X)
            say("iterations", seconds=time.perf_counter() - start, iterations=model.n_iter_)
        if "statistics" in options["what"]:
            start = time.perf_counter()
            mean, std_, gram = dask.compute(X.mean(0), X.std(0), X.T.dot(X))
            say("statistics", seconds=time.perf_counter() - start, check=float(gram.sum() + mean.sum() + std_.sum()))
    stop.set()
    say("memory", peak=memory["peak"])
    client.close()


if __name__ == "__main__":
    main()
