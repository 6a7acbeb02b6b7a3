// conv2dKernelGradient as a matrix product: a row for each element (ky, kx, channel) of a filter, a
// column for each filter of a group (the batch), and along the inner dimension all output pixels: a
// segment is a row of an output, whose pixels are STRIDE_X apart in the image.

struct Line {
  start: u32,
  x: i32,
  inside: bool,
}

fn scope_of(batch: u32, row: u32) -> Scope {
  return Scope(batch, SEGMENTS, vec2u(), 1u);
}

fn row_a(scope: Scope, row: u32) -> Row {
  let position = row / GROUP_CHANNELS;
  return Row(
    scope.batch * GROUP_CHANNELS + row % GROUP_CHANNELS,
    i32((position / KERNEL_WIDTH) * DILATION_Y) - PADDING_TOP,
    i32((position % KERNEL_WIDTH) * DILATION_X) - PADDING_LEFT,
  );
}

fn line_a(scope: Scope, row: Row, segment: u32) -> Line {
  let y = row.y + i32((segment % OUTPUT_HEIGHT) * STRIDE_Y);
  let image = (segment / OUTPUT_HEIGHT) * (HEIGHT * WIDTH * CHANNELS);
  return Line(
    row.start + image + u32(y * i32(WIDTH) + row.x) * CHANNELS,
    row.x,
    u32(y) < HEIGHT,
  );
}

fn load_a(line: Line, j: u32) -> f32 {
  let value = a_at(line.start + j * (STRIDE_X * CHANNELS));
  if (!PADDED) {
    return value;
  }
  return select(0.0, value, line.inside && u32(line.x + i32(j * STRIDE_X)) < WIDTH);
}

fn load_a4(line: Line, j: u32) -> vec4f {
  return vec4f(load_a(line, j), load_a(line, j + 1u), load_a(line, j + 2u), load_a(line, j + 3u));
}

fn line_b(scope: Scope, segment: u32) -> u32 {
  return segment * (LENGTH * FILTERS) + scope.batch * COLUMNS;
}

fn place(batch: u32, row: u32) -> u32 {
  return row * FILTERS + batch * COLUMNS;
}

fn last_of(batch: u32, column: u32) -> u32 {
  return batch * COLUMNS + column;
}
