"""Keras on TensorFlow, on the CPU: the cases that it has, with the samples and line of JSON of contender.ts.

Usage: keras_tensorflow.py CASE [one-thread] [quick]. A step is what Keras' own fit does for a batch: train_step
or predict_step in a compiled graph, without XLA, which Keras leaves off on the CPU. Images lie channels last.
"""

import os
import sys

# Before TensorFlow is loaded: what it tells of itself would stand in the samples' place.
os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")

import keras
import numpy
import tensorflow
from keras import layers

from samples import learns, measure, near, unchecked

NUMBERS = numpy.random.default_rng(0)


def random(*shape):
    return tensorflow.constant(NUMBERS.random(shape, numpy.float32) - 0.5)


def lenet():
    return keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(6, 5, padding="same", activation="relu"), layers.MaxPool2D(),
        layers.Conv2D(16, 5, activation="relu"), layers.MaxPool2D(),
        layers.Flatten(), layers.Dense(120, activation="relu"), layers.Dense(84, activation="relu"),
        layers.Dense(10),
    ])


def resnet20():
    """As He et al. 2016 have it: shortcuts without weights, zeros for channels that are new."""
    start = keras.Input((32, 32, 3))

    def normalised(x, filters, stride=1):
        # Padding as PyTorch and this library have it, also where a step is 2 pixels.
        x = layers.ZeroPadding2D(1)(x)
        x = layers.Conv2D(filters, 3, stride, use_bias=False)(x)
        return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)

    x = layers.ReLU()(normalised(start, 16))
    for filters in (16, 32, 64):
        for block in range(3):
            stride = 2 if block == 0 and filters > 16 else 1
            shortcut = x
            if stride == 2:
                new = filters // 4
                shortcut = keras.ops.pad(x[:, ::2, ::2], [[0, 0], [0, 0], [0, 0], [new, new]])
            x = normalised(layers.ReLU()(normalised(x, filters, stride)), filters)
            x = layers.ReLU()(layers.Add()([x, shortcut]))
    return keras.Model(start, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))


def train(network, images):
    network.compile(
        keras.optimizers.SGD(0.01, momentum=0.9),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    labels = tensorflow.range(len(images)) % 10
    run = tensorflow.function(network.train_step)
    # The mean loss so far comes back as a number, so that all of the step has been done.
    return lambda: float(run((images, labels))["loss"]), learns


def predict(network, images):
    run = tensorflow.function(lambda x: network(x, training=False))
    return lambda: numpy.asarray(run(images)), unchecked


def matmul(size):
    a, b = random(size, size), random(size, size)
    run = tensorflow.function(tensorflow.matmul)
    # As asarray has it, the product is not copied; numpy() of a tensor would.
    return lambda: numpy.asarray(run(a, b)), near(a.numpy().astype("f8") @ b.numpy().astype("f8"))


APPLICATIONS = {"resnet50": "ResNet50", "vgg16": "VGG16"}


def step_of(case):
    """A step of the case, and what checks its results."""
    keras.utils.set_random_seed(0)
    first, *rest = case.split("-")
    if case == "lenet-train":
        return train(lenet(), random(128, 28, 28, 1))
    if first == "matmul":
        return matmul(int(rest[0]))
    if first == "resnet20":
        return train(resnet20(), random(int(rest[1]), 32, 32, 3))
    network = getattr(keras.applications, APPLICATIONS[first])(weights=None, classifier_activation=None)
    images = random(int(rest[1]), 224, 224, 3)
    return train(network, images) if rest[0] == "train" else predict(network, images)


if __name__ == "__main__":
    if "one-thread" in sys.argv[2:]:
        tensorflow.config.threading.set_intra_op_parallelism_threads(1)
        tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    measure(*step_of(sys.argv[1]), "quick" in sys.argv[2:])
