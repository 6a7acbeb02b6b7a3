"""How long a step takes, in Python: the same samples, checks and line of JSON as contender.ts."""

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
        value = None  # gives the last one's memory back, as the other contenders do
        value = step()
    elapsed = time.perf_counter() - start
    own = time.process_time() - own
    others = (busy() - busy_before - own) / elapsed
    sample = {
        "milliseconds": elapsed / steps * 1000,
        "processor": own / steps * 1000,
        "others": max(0, others),
    }
    return sample, value


def learns(first, last):
    """What is wrong with losses, if anything is: what computes garbage is not fast."""
    if not float(last) < float(first):
        return f"does not learn: loss {float(first)} at first, {float(last)} at last"


def near(expected):
    """Checks a result against the same in f64, of which rounding may take a ten-thousandth."""
    largest = abs(expected).max()

    def check(_first, found):
        difference = abs(found - expected).max()
        if not difference < 1e-4 * largest:
            return f"wrong numbers: expected none to be off by {1e-4 * float(largest)}, found {float(difference)}"

    return check


def unchecked(_first, _last):
    """For predictions, whose weights are the contender's own."""


def measure(step, check, quick):
    """Prints the samples of a step, or what `check` finds wrong with its first and its last result."""
    # Seconds, as in contender.ts.
    warm_up, sample, total = (0.25, 0.15, 0.6) if quick else (1.0, 0.5, 2.5)
    start = time.perf_counter()
    one, first = take(step, 1)
    while time.perf_counter() - start < warm_up:
        one, _ = take(step, 1)
    steps = max(1, min(500, round(sample * 1000 / one["milliseconds"])))
    samples = []
    start = time.perf_counter()
    while time.perf_counter() - start < total:
        one, last = take(step, steps)
        samples.append(one)
    wrong = check(first, last)
    print(json.dumps({"wrong": wrong} if wrong else {"samples": samples}))
