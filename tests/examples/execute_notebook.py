"""Executes notebooks with the kernel "deno".

    python execute_notebook.py NOTEBOOK SHOWING    executes one, and prints it with its outputs as JSON. SHOWING: how the cells that show a value
                                                   are called, with commas
    python execute_notebook.py --kill FOLDER CODE  executes code in that folder, and kills the kernel

The kernel says that it is idle before or after it gives a cell's value, as it comes. So values are waited for where there must be some.
"""

import json
import os
import queue
import sys
import time

import nbformat
from jupyter_client.manager import start_new_kernel

SECONDS = 120


def execute(client, code, outputs):
    """Executes code, takes all outputs that come meanwhile, and gives the id of the request."""
    request = client.execute(code)
    while True:
        take(client, outputs, 0.01)
        try:
            reply = client.get_shell_msg(timeout=0.05)
        except queue.Empty:
            if time.monotonic() > END:
                sys.exit("the kernel did not answer to:\n" + code)
            continue
        if reply["parent_header"].get("msg_id") != request:
            continue
        content = reply["content"]
        if content["status"] != "ok":
            sys.exit("\n".join([code, content.get("ename", ""), content.get("evalue", ""), *content.get("traceback", [])]))
        return request


def take(client, outputs, timeout):
    """Takes outputs from the kernel into lists by the id of the request."""
    while True:
        try:
            message = client.get_iopub_msg(timeout=timeout)
        except queue.Empty:
            return
        if message["msg_type"] in ("stream", "execute_result", "display_data", "error"):
            outputs.setdefault(message["parent_header"].get("msg_id"), []).append(nbformat.v4.output_from_msg(message))


def run(client):
    """Executes the notebook that is asked for."""
    notebook = nbformat.read(sys.argv[1], as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs = {}
    requests = {cell.id: execute(client, cell.source, outputs) for cell in cells}
    showing = [requests[name] for name in sys.argv[2].split(",")]

    def shown(request):
        return any(output.output_type == "execute_result" for output in outputs.get(request, []))

    while not all(map(shown, showing)):
        if time.monotonic() > END:
            sys.exit("no value came of: " + ", ".join(name for name, r in requests.items() if r in showing and not shown(r)))
        take(client, outputs, 0.1)
    for cell in cells:
        cell.outputs = outputs.get(requests[cell.id], [])
    nbformat.validate(notebook)
    print(json.dumps(notebook))


END = time.monotonic() + SECONDS
killing = sys.argv[1] == "--kill"
folder = sys.argv[2] if killing else os.path.dirname(sys.argv[1])
manager, client = start_new_kernel(kernel_name="deno", cwd=folder)
try:
    if killing:
        execute(client, sys.argv[3], {})
    else:
        run(client)
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=killing)
