// A convolution in groups of few channels, or its gradient for images, on graphics cards: such groups
// would fill a corner of a block each. A thread computes four filters (channels) of PIXELS neighbours,
// whose windows overlap: what several of them read is loaded once.
//
// From the host: source_of(y, x, ky, kx), which says what pixel meets which at a position of the
// kernel; term(n, at, tap, quad, sum), which adds what it contributes; finish.

// A pixel of an image, and whether it is there.
struct Pixel {
  y: u32,
  x: u32,
  there: bool,
}

fn run(thread: u32) {
  let quad = thread % QUADS;
  let strip = thread / QUADS;
  let first_x = strip % STRIPS * PIXELS;
  let line = strip / STRIPS;
  let n = line / TARGET_HEIGHT;
  let y = line % TARGET_HEIGHT;
  var sums: array<vec4f, PIXELS>;
  for (var ky = 0u; ky < KERNEL_HEIGHT; ky++) {
    @unroll for (var kx = 0u; kx < KERNEL_WIDTH; kx++) {
      @unroll for (var p = 0u; p < PIXELS; p++) {
        let at = source_of(y, first_x + p, ky, kx);
        // For a pixel that is not there the first is read and dropped.
        let pixel = select(0u, (n * SOURCE_HEIGHT + at.y) * SOURCE_WIDTH + at.x, at.there);
        sums[p] = term(pixel, at.there, ky * KERNEL_WIDTH + kx, quad, sums[p]);
      }
    }
  }
  @unroll for (var p = 0u; p < PIXELS; p++) {
    if (first_x + p < TARGET_WIDTH) {
      finish((line * TARGET_WIDTH + first_x + p) * (QUADS * 4u) + quad * 4u, quad * 4u, sums[p]);
    }
  }
}
