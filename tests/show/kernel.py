"""Runs cells in a Deno kernel as a client does that stops listening when a cell is idle.

Reads {"folder", "cells": [{"source", "interruptAt"?, "result"?}]} from stdin and writes what came
of each cell, as JSON. A cell with "interruptAt" is interrupted once that text is part of an output.
The kernel may send the value of a last expression after it said that it is idle: a cell with
"result" is listened to until that is there.
"""
import json
import sys
import time
from queue import Empty

from jupyter_client.manager import KernelManager

LIMIT = 120


def run(manager, client, cell):
    begun = time.monotonic()
    message = client.execute(cell["source"])
    outputs, reply, idle = [], None, False
    waiting = cell.get("interruptAt")
    awaited = bool(cell.get("result"))
    while not (idle and reply) or awaited:
        if not manager.is_alive():
            return {"outputs": outputs, "reply": "dead", "seconds": time.monotonic() - begun}
        if time.monotonic() - begun > LIMIT:
            return {"outputs": outputs, "reply": "timeout", "seconds": LIMIT}
        try:
            got = client.get_iopub_msg(timeout=0.02)
            kind, content = got["header"]["msg_type"], got["content"]
            if kind == "status":
                own = got["parent_header"].get("msg_id") == message
                idle = idle or (own and content["execution_state"] == "idle")
            elif kind != "execute_input":
                awaited = awaited and kind != "execute_result"
                outputs.append({"type": kind, "content": content, "at": time.monotonic() - begun})
                if waiting and waiting in json.dumps(content):
                    waiting = None
                    manager.interrupt_kernel()
        except Empty:
            pass
        try:
            got = client.get_shell_msg(timeout=0)
            if got["parent_header"].get("msg_id") == message:
                reply = got["content"]["status"]
        except Empty:
            pass
    return {"outputs": outputs, "reply": reply, "seconds": time.monotonic() - begun}


def main():
    job = json.load(sys.stdin)
    manager = KernelManager(kernel_name="deno")
    manager.start_kernel(cwd=job["folder"])
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        json.dump([run(manager, client, cell) for cell in job["cells"]], sys.stdout)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


main()
