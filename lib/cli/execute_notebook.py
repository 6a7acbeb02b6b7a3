"""Executes the code cells of a notebook in the Deno kernel and writes what they gave.

    execute_notebook.py NOTEBOOK RESULT SECONDS

RESULT is a JSON file: {"cells": [the outputs of each cell], "failure": null or what ended the run}.
SECONDS is the limit of a cell. The run also ends when stdin does, so that no kernel outlives the
process that asked for it.

nbclient starts the kernel and ends it. The messages are read here, since nbclient ends a cell at
the kernel's "idle", and the Deno kernel sends outputs after that. They go through a queue of its
own, in order: so a message that is put into the queue after the cell, and that comes back, says
that every output of the cell is there.
"""
import asyncio
import inspect
import json
import os
import sys

import nbformat
from nbclient import NotebookClient

MARK = "striate_mark"
OUTPUTS = {"stream", "display_data", "execute_result", "error"}
# What the library's guards (lib/show/guards.ts) say on stderr of errors that would end a program.
UNSEEN = ("Error of a promise that nothing awaits: ", "Error in the background: ")


class Failure(Exception):
    """Why the run ended: shown without a stack trace."""

    def __init__(self, kind, name="", message="", trace=()):
        super().__init__(message)
        self.content = {"kind": kind, "name": name, "message": message, "trace": list(trace)}


class Run:
    """One kernel, and the outputs of the cells that it executes."""

    def __init__(self, client, seconds):
        self.client = client
        self.seconds = seconds
        self.outputs = []  # of the cell under way
        self.clear_first = False
        self.displays = {}  # the outputs that a display id stands for, in any cell
        self.idle = set()  # requests that the kernel is through with
        self.marks = set()
        self.replies = {}
        self.changed = asyncio.Event()

    async def read(self, channel, handle):
        while True:
            handle(await channel.get_msg(timeout=None))
            self.changed.set()

    def on_reply(self, message):
        self.replies[message["parent_header"].get("msg_id")] = message["content"]

    def on_output(self, message):
        kind, content = message["msg_type"], message["content"]
        display = (content.get("transient") or {}).get("display_id")
        if kind == "status" and content["execution_state"] == "idle":
            self.idle.add(message["parent_header"].get("msg_id"))
        elif kind == MARK:
            self.marks.add(content["mark"])
        elif kind == "clear_output" and content.get("wait"):
            self.clear_first = True
        elif kind == "clear_output":
            self.outputs.clear()
        if kind in ("display_data", "update_display_data") and display:
            for shown in self.displays.get(display, ()):
                shown["data"], shown["metadata"] = content["data"], content["metadata"]
        if kind not in OUTPUTS:
            return
        if self.clear_first:
            self.outputs.clear()
            self.clear_first = False
        output = nbformat.v4.output_from_msg(message)
        self.outputs.append(output)
        if display:
            self.displays.setdefault(display, []).append(output)

    async def until(self, done, seconds):
        """Waits for done(); False if it takes longer than that."""
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while not done():
            self.changed.clear()
            try:
                await asyncio.wait_for(self.changed.wait(), min(1, max(0.01, end - clock())))
            except asyncio.TimeoutError:
                alive = self.client.km.is_alive()
                if not (await alive if inspect.isawaitable(alive) else alive):
                    raise Failure("dead") from None
                if clock() >= end:
                    return False
        return True

    async def request(self, code, **options):
        """Has the kernel run code; its reply."""
        id = self.client.kc.execute(code, stop_on_error=False, allow_stdin=False, **options)
        if not await self.until(lambda: id in self.replies and id in self.idle, self.seconds):
            raise Failure("timeout")
        return self.replies[id]

    async def execute(self, code, cell):
        """Executes a cell; its outputs are in self.outputs, all of them."""
        self.outputs = []
        self.clear_first = False
        reply = await self.request(code)
        mark = f"await Deno.jupyter.broadcast({json.dumps(MARK)}, {{ mark: {cell} }})"
        await self.request(mark, silent=True, store_history=False)
        # A cell that has replaced Deno by something else has no mark.
        await self.until(lambda: cell in self.marks, 5)
        for output in self.outputs:
            if output["output_type"] == "error":
                raise Failure("error", output["ename"], output["evalue"], output["traceback"])
            if output["output_type"] == "stream" and output["name"] == "stderr":
                lines = "".join(output["text"]).splitlines()
                told = [line for line in lines if line.startswith(UNSEEN)]
                if told:
                    what, _, error = told[0].partition(": ")
                    raise Failure("error", what, error, lines[lines.index(told[0]):])
        if reply["status"] != "ok":
            raise Failure("reply", reply.get("ename", ""), reply.get("evalue", ""))


async def execute(cells, folder, seconds):
    """Executes cells with folder as the working directory, up to the first that fails."""
    client = NotebookClient(
        nbformat.v4.new_notebook(), kernel_name="deno", resources={"metadata": {"path": folder}}
    )
    result = {"cells": [[] for _ in cells], "failure": None}
    async with client.async_setup_kernel():
        run = Run(client, seconds)
        readers = [
            asyncio.ensure_future(run.read(client.kc.iopub_channel, run.on_output)),
            asyncio.ensure_future(run.read(client.kc.shell_channel, run.on_reply)),
        ]
        try:
            for i, cell in enumerate(cells):
                code = "".join(cell["source"])
                if cell["cell_type"] != "code" or code.strip() == "":
                    continue
                try:
                    await run.execute(code, i)
                except Failure as failure:
                    result["failure"] = {"cell": i, **failure.content}
                    break
                finally:
                    result["cells"][i] = run.outputs
        finally:
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)
            failure = result["failure"]
            if failure and failure["kind"] == "timeout":
                # It would not end by itself, and has nothing to keep.
                killed = client.km.shutdown_kernel(now=True)
                if inspect.isawaitable(killed):
                    await killed
    return result


async def main(notebook, result, seconds):
    with open(notebook, encoding="utf-8") as file:
        cells = json.load(file)["cells"]
    folder = os.path.dirname(os.path.abspath(notebook))
    work = asyncio.ensure_future(execute(cells, folder, float(seconds)))
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), work.cancel)
    outcome = await work
    with open(result, "w", encoding="utf-8") as file:
        json.dump(outcome, file, ensure_ascii=False)


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:]))
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(130)
