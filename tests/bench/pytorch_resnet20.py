"""ResNet-20 on CIFAR-10 by PyTorch: what `deno task train --recipe resnet20-cifar10` is compared with.

    python3 tests/bench/pytorch_resnet20.py MIRROR [--epochs 60] [--seed 0] [--steps N]

MIRROR is the folder that STRIATE_MIRROR names; its folder cifar10 has train_1.bin to train_4.bin and
test_a.bin, plain or as .gz or .br. Brotli is decompressed by Python's package brotli, or else by Deno.

The same recipe: batches of 128, SGD with momentum 0.9 and a weight decay of 0.0001 for all weights, a rate of
0.1 that falls to a tenth after half and after three quarters of the epochs, images padded by four black
pixels and cropped, and mirrored half of the time. Each epoch is a line of JSON.
"""

import argparse
import gzip
import json
import pathlib
import subprocess
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F

PIXELS = 3 * 32 * 32
MEAN = torch.tensor([0.4914, 0.4822, 0.4465]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([0.247, 0.2435, 0.2616]).view(1, 3, 1, 1)
BATCH = 128


def decompressed(path):
    """The content of a Brotli file."""
    try:
        import brotli
    except ImportError:
        code = (
            "import { brotliDecompressSync } from 'node:zlib';"
            "const data = brotliDecompressSync(Deno.readFileSync(Deno.args[0]));"
            "for (let at = 0; at < data.length;) at += Deno.stdout.writeSync(data.subarray(at));"
        )
        return subprocess.run(["deno", "eval", code, str(path)], check=True, capture_output=True).stdout
    return brotli.decompress(path.read_bytes())


def records(folder, name):
    for suffix, read in (
        ("", pathlib.Path.read_bytes),
        (".gz", lambda path: gzip.decompress(path.read_bytes())),
        (".br", decompressed),
    ):
        path = folder / f"{name}{suffix}"
        if path.exists():
            return numpy.frombuffer(read(path), numpy.uint8).reshape(-1, 1 + PIXELS)
    raise SystemExit(f"expected {folder}/{name}, plain, .gz or .br, found none")


def load(folder, names):
    rows = numpy.concatenate([records(folder, name) for name in names])
    images = torch.from_numpy(rows[:, 1:].copy()).view(-1, 3, 32, 32)
    return images, torch.from_numpy(rows[:, 0].astype(numpy.int64))


class Block(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters)
        self.stride, self.zeros = stride, filters - channels

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.stride != 1:
            # Option A: every other pixel, and channels of zeros on either side.
            half = self.zeros // 2
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, half, self.zeros - half))
        return F.relu(x + y)


class Resnet20(nn.Module):
    def __init__(self):
        super().__init__()
        layers, channels = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()], 16
        for stage, filters in enumerate((16, 32, 64)):
            for i in range(3):
                layers.append(Block(channels, filters, 2 if stage > 0 and i == 0 else 1))
                channels = filters
        self.trunk, self.head = nn.Sequential(*layers), nn.Linear(64, 10)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)

    def forward(self, x):
        return self.head(self.trunk(x).mean((2, 3)))


def normalised(images):
    return (images.float() / 255 - MEAN) / DEVIATION


def augmented(images, generator):
    """A crop of the padded image, and its mirror image half of the time, for each image."""
    count = len(images)
    padded = F.pad(images, (4, 4, 4, 4))
    left, top = (torch.randint(0, 9, (count, 1), generator=generator) for _ in range(2))
    columns = torch.arange(32) + left
    flip = torch.rand(count, generator=generator) < 0.5
    columns[flip] = columns[flip].flip(1)
    rows = torch.arange(32) + top
    at = torch.arange(count).view(-1, 1, 1, 1)
    channels = torch.arange(3).view(1, 3, 1, 1)
    return padded[at, channels, rows.view(count, 1, 32, 1), columns.view(count, 1, 1, 32)]


def accuracy(net, images, labels):
    net.eval()
    with torch.no_grad():
        right = sum(
            (net(normalised(images[i : i + 500])).argmax(1) == labels[i : i + 500]).sum().item()
            for i in range(0, len(images), 500)
        )
    net.train()
    return right / len(images)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("mirror", type=pathlib.Path)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="so many steps and 500 test images, to see that it works")
    options = parser.parse_args()
    folder = options.mirror / "cifar10"
    images, labels = load(folder, [f"train_{i}.bin" for i in range(1, 5)])
    test = load(folder, ["test_a.bin"])
    epochs = options.epochs
    if options.steps:
        images, labels = images[: options.steps * BATCH], labels[: options.steps * BATCH]
        test, epochs = (test[0][:500], test[1][:500]), 1
    torch.manual_seed(options.seed)
    generator = torch.Generator().manual_seed(options.seed)
    net = Resnet20()
    parameters = sum(weight.numel() for weight in net.parameters())
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads(),
                      "parameters": parameters, "train": len(images), "test": len(test[0])}), flush=True)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [round(epochs / 2), round(0.75 * epochs)])
    seconds = 0.0
    for epoch in range(1, epochs + 1):
        started, right, total = time.perf_counter(), 0, 0.0
        for indices in torch.randperm(len(images), generator=generator).split(BATCH):
            logits = net(normalised(augmented(images[indices], generator)))
            loss = F.cross_entropy(logits, labels[indices])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            right += (logits.argmax(1) == labels[indices]).sum().item()
            total += loss.item() * len(indices)
        seconds += time.perf_counter() - started
        schedule.step()
        print(json.dumps({"epoch": epoch, "loss": total / len(images), "top1": right / len(images),
                          "test": accuracy(net, *test), "seconds": round(seconds, 1)}), flush=True)


if __name__ == "__main__":
    main()
