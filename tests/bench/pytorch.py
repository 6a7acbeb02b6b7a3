"""PyTorch on the CPU: the same cases, samples and line of JSON as contender.ts.

Usage: pytorch.py CASE [channels-last] [one-thread] [quick]. Networks are torchvision's, but ResNet-20 for CIFAR-10.
"""

import sys
import types

import torch
from torch import nn
from torch.nn import functional as F

from samples import learns, measure, near, unchecked

FORMAT = torch.channels_last if "channels-last" in sys.argv[2:] else torch.contiguous_format


def random(*shape):
    numbers = torch.rand(*shape) - 0.5
    return numbers.contiguous(memory_format=FORMAT) if len(shape) == 4 else numbers


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
        nn.Linear(84, 10),
    )


def train(network, images):
    network.train().to(memory_format=FORMAT)
    labels = torch.arange(len(images)) % 10
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)

    def step():
        optimizer.zero_grad()
        loss = F.cross_entropy(network(images), labels)
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step, learns


def predict(network, images):
    network.eval().to(memory_format=FORMAT)

    def step():
        with torch.inference_mode():
            return network(images)

    return step, unchecked


def matmul(size):
    a, b = random(size, size), random(size, size)

    def step():
        with torch.no_grad():
            return torch.matmul(a, b)

    return step, near(torch.matmul(a.double(), b.double()))


def convolution(window, result):
    n, side, channels, filters = (8, 56, 64, 64) if window == 3 else (8, 28, 256, 512)
    image, kernel = random(n, channels, side, side), random(filters, channels, window, window)
    back, padding = random(n, filters, side, side), [window // 2] * 2
    wanted = [result == "image", result == "kernel", False]

    def convolve(image, kernel, back):
        with torch.no_grad():
            if result == "forward":
                return F.conv2d(image, kernel, padding=padding)
            return torch.ops.aten.convolution_backward(
                back, image, kernel, None, [1, 1], padding, [1, 1], False, [0, 0], 1, wanted
            )[wanted.index(True)]

    expected = convolve(image.double(), kernel.double(), back.double())
    return lambda: convolve(image, kernel, back), near(expected)


def network(name):
    if name == "resnet20":
        from pytorch_resnet20 import Resnet20

        return Resnet20(), 32
    # Of the operators for detection, whose compiled part may be missing, nothing is needed here.
    sys.modules.setdefault("torchvision._meta_registrations", types.ModuleType("unused"))
    import torchvision

    return getattr(torchvision.models, name)(weights=None), 224


def step_of(case):
    """A step of the case, and what checks its results."""
    torch.manual_seed(0)
    first, *rest = case.split("-")
    if case == "lenet-train":
        return train(lenet(), random(128, 1, 28, 28))
    if first == "matmul":
        return matmul(int(rest[0]))
    if first.startswith("conv"):
        return convolution(int(first[-1]), rest[0])
    model, side = network(first)
    images = random(int(rest[1]), 3, side, side)
    return train(model, images) if rest[0] == "train" else predict(model, images)


def main():
    if "one-thread" in sys.argv[2:]:
        torch.set_num_threads(1)
    measure(*step_of(sys.argv[1]), "quick" in sys.argv[2:])


# torchvision looks for a package of this file's name.
if __name__ == "__main__":
    main()
