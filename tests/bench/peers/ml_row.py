"""The peer's side of one row of `deno task bench ml`: code as JSON on the first line, then a run for each further line."""

import json
import resource
import sys
import time


def cpu():
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def main():
    code = json.loads(sys.stdin.readline())
    out, sys.stdout = sys.stdout, sys.stderr
    scope = {"__name__": "row"}
    exec(compile(code["setup"], "setup", "exec"), scope)
    before = compile(code.get("before") or "pass", "before", "exec")
    run = compile(code["run"], "run", "exec")
    value = compile(code.get("value") or "None", "value", "eval")
    print("{}", file=out, flush=True)
    for _ in sys.stdin:
        exec(before, scope)
        used, start = cpu(), time.perf_counter()
        exec(run, scope)
        wall = time.perf_counter() - start
        shown = eval(value, scope)
        shown = None if shown is None else shown if isinstance(shown, (int, float, str)) else str(shown)
        print(json.dumps({"wall": wall, "cpu": cpu() - used, "value": shown}), file=out, flush=True)


if __name__ == "__main__":
    main()
