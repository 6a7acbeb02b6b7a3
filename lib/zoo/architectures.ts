/**
 * All networks, by architecture, the oldest first. This list is all that the zoo is made from: a new
 * architecture is a file beside this one, imported and listed here.
 *
 * @module
 */
import { networks as alexnet } from "./alexnet.ts";
import { networks as cifarResnet } from "./cifar_resnet.ts";
import type { ZooEntry } from "./entry.ts";
import { networks as googlenet } from "./googlenet.ts";
import { networks as googlenetBn } from "./googlenet_bn.ts";
import { networks as inceptionV3 } from "./inception_v3.ts";
import { networks as lenet1998 } from "./lenet1998.ts";
import { networks as lenet5 } from "./lenet5.ts";
import { networks as mlp } from "./mlp.ts";
import { networks as resnet } from "./resnet.ts";
import { networks as resnext } from "./resnext.ts";
import { networks as senet } from "./senet.ts";
import { networks as squeezenet } from "./squeezenet.ts";
import { networks as vgg } from "./vgg.ts";
import { networks as zfnet } from "./zfnet.ts";

export const networks: readonly ZooEntry[] = [
  ...[mlp, lenet5, lenet1998, alexnet, zfnet, vgg, googlenet, googlenetBn, inceptionV3],
  ...[resnet, cifarResnet, squeezenet, resnext, senet],
].flat();
