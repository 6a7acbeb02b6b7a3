import type { Figure } from "./figure.ts";
import { completeness } from "./completeness.ts";
import { fineTuning } from "./fine_tuning.ts";
import { flat } from "./flat.ts";
import { imageFolderFigure } from "./image_folder.ts";
import { isa, stepModel } from "./isa.ts";
import { kill } from "./kill.ts";
import { lenetCaffe } from "./lenet_caffe.ts";
import { losses } from "./losses.ts";
import { mlp, mnist } from "./mnist.ts";
import { mpi, mpiBuckets, mpiKill, mpiResnet, mpiSum } from "./mpi.ts";
import { ownLoop } from "./own_loop.ts";
import { startup } from "./startup.ts";
import { stream } from "./stream.ts";

/** Every figure, in the order in which they are measured. */
export const figures: readonly Figure[] = [
  startup,
  losses,
  kill,
  flat,
  lenetCaffe,
  mlp,
  mnist,
  stream,
  ownLoop,
  fineTuning,
  imageFolderFigure,
  completeness,
  isa,
  stepModel,
  mpi,
  mpiSum,
  mpiBuckets,
  mpiResnet,
  mpiKill,
];
