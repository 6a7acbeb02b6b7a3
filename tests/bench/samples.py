"""How long a step takes, in Python: the same samples and line of JSON as contender.ts."""

import json
import time


def busy():
    """Seconds that all cores together have been busy; 0 where there is no /proc."""
    try:
        with open("/proc/stat") as stat:
            ticks = [int(field) for field in stat.readline().split()[1:]]
        return (sum(ticks[:3]) + ticks[5] + ticks[6]) / 100
    except OSError:
        return 0


def take(step, steps):
    start, busy_before, own = time.perf_counter(), busy(), time.process_time()
    for _ in range(steps):
        step()
    elapsed = time.perf_counter() - start
    own = time.process_time() - own
    others = (busy() - busy_before - own) / elapsed
    return {
        "milliseconds": elapsed / steps * 1000,
        "processor": own / steps * 1000,
        "others": max(0, others),
    }


def measure(step, quick):
    """Prints the samples of a step."""
    # Seconds, as in contender.ts.
    warm_up, sample, total = (0.25, 0.15, 0.6) if quick else (1.0, 0.5, 2.5)
    start = time.perf_counter()
    while time.perf_counter() - start < warm_up:
        last = take(step, 1)
    steps = max(1, min(500, round(sample * 1000 / last["milliseconds"])))
    samples = []
    start = time.perf_counter()
    while time.perf_counter() - start < total:
        samples.append(take(step, steps))
    print(json.dumps({"samples": samples}))
