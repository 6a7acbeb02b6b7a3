/**
 * The networks of each architecture. This list is all that the zoo is made from: a new architecture
 * is a file beside this one, and a line here.
 *
 * @module
 */
export { networks as alexnet } from "./alexnet.ts";
export { networks as cifarResnet } from "./cifar_resnet.ts";
export { networks as googlenet } from "./googlenet.ts";
export { networks as googlenetBn } from "./googlenet_bn.ts";
export { networks as inceptionV3 } from "./inception_v3.ts";
export { networks as lenet1998 } from "./lenet1998.ts";
export { networks as lenet5 } from "./lenet5.ts";
export { networks as mlp } from "./mlp.ts";
export { networks as resnet } from "./resnet.ts";
export { networks as resnext } from "./resnext.ts";
export { networks as senet } from "./senet.ts";
export { networks as squeezenet } from "./squeezenet.ts";
export { networks as vgg } from "./vgg.ts";
export { networks as zfnet } from "./zfnet.ts";
