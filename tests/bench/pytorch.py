"""PyTorch on the CPU: the same cases, samples and line of JSON as contender.ts. Usage: pytorch.py CASE"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

WARM_UP, SAMPLE, TOTAL = 1.0, 0.5, 2.5  # seconds, as in contender.ts


def train(size):
    torch.manual_seed(0)
    lenet = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
        nn.Linear(84, 10),
    )
    images = torch.rand(size, 1, 28, 28) - 0.5
    labels = torch.arange(size) % 10
    optimizer = torch.optim.SGD(lenet.parameters(), lr=0.01, momentum=0.9)

    def step():
        optimizer.zero_grad()
        loss = F.cross_entropy(lenet(images), labels)
        loss.backward()
        optimizer.step()

    return step


def matmul(size):
    a, b = torch.rand(size, size) - 0.5, torch.rand(size, size) - 0.5

    def step():
        with torch.no_grad():
            torch.matmul(a, b)

    return step


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
    others = (busy() - busy_before - (time.process_time() - own)) / elapsed
    return {"milliseconds": elapsed / steps * 1000, "others": max(0, others)}


name = sys.argv[1]
step = train(128) if name == "lenet-train" else matmul(int(name.split("-")[1]))
start = time.perf_counter()
while time.perf_counter() - start < WARM_UP:
    last = take(step, 1)
steps = max(1, min(500, round(SAMPLE * 1000 / last["milliseconds"])))
samples = []
start = time.perf_counter()
while time.perf_counter() - start < TOTAL:
    samples.append(take(step, steps))
print(json.dumps({"samples": samples}))
