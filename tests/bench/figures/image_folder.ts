import { type Figure, runScript } from "./figure.ts";

/** What decoding and augmenting images beside training costs. */
export const imageFolderFigure: Figure = {
  name: "image-folder",
  what:
    "ResNet-18 at 224 on the CPU: an epoch on a folder of 256-pixel JPEGs, decoded and augmented " +
    'by "imagenet" on threads, against the same number of tensors in memory: at most 1.10 times as long',
  async measure(note) {
    note("image-folder: cpu");
    return await runScript("image_folder_run.ts");
  },
};
