/** Cases that are not run, by reason. */
const reasons: Readonly<Record<string, readonly string[]>> = {
  "not an op of ours: dropout returns no mask": [
    "dropout_default_mask",
    "dropout_default_mask_ratio",
  ],
  "what is dropped depends on the generator; NumPy's is another": [
    "training_dropout",
    "training_dropout_default_mask",
    "training_dropout_mask",
  ],
  "not an op of ours: padding that repeats or mirrors pixels": [
    "edge_pad",
    "reflect_pad",
    "ReflectionPad2d",
  ],
  "not an op of ours: pooling windows have no dilation": ["maxpool_2d_dilations"],
  "not an op of ours: max pooling returns no indices": ["maxpool_with_argmax_2d_precomputed_pads"],
  "no tensor: an optional sequence": ["identity_opt"],
  "the maximum of nothing is an error here": ["reduce_max_empty_set"],
  "not a format of ours": [
    "image_decoder_decode_jpeg2k_rgb",
    "image_decoder_decode_pnm_rgb",
    "image_decoder_decode_tiff_rgb",
  ],
  "images are decoded to RGB here, grey ones too": ["image_decoder_decode_jpeg_grayscale"],
  "resize2d takes a size; a scale that does not give it exactly moves the pixels": [
    "resize_downsample_scales_linear",
    "resize_downsample_scales_linear_antialias",
    "resize_downsample_scales_nearest",
    "resize_upsample_scales_linear_half_pixel_symmetric",
  ],
  "half way between two pixels, the nearest is the later one here, as in PyTorch": [
    "resize_downsample_sizes_nearest_not_larger",
    "resize_downsample_sizes_nearest_not_smaller",
    "resize_upsample_sizes_nearest",
    "resize_upsample_sizes_nearest_axes_2_3",
    "resize_upsample_sizes_nearest_axes_3_2",
  ],
  "not an op of ours: the nearest pixel after or before, instead of the nearest": [
    "resize_upsample_sizes_nearest_ceil_half_pixel",
    "resize_upsample_sizes_nearest_floor_align_corners",
  ],
  "antialiasing has nothing beyond the edge here, as in PyTorch and Pillow; ONNX repeats the pixel":
    [
      "resize_downsample_sizes_linear_antialias",
    ],
  "one pixel is the middle of a line here, as in PyTorch; there it is its start": [
    "resize_downsample_sizes_linear_pytorch_half_pixel",
  ],
};

/** For each case that is not run the reason. */
export const listed: ReadonlyMap<string, string> = new Map(
  Object.entries(reasons).flatMap(([reason, names]) => names.map((name) => [name, reason])),
);

/** Settings that a case was made with, and its model does not hold. */
export const missingSettings: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  // Without it the model says 1e-6, which its own output contradicts.
  adam_multiple: { epsilon: 1e-2 },
};
