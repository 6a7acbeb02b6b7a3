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
  let y = i32((position / KERNEL_WIDTH) * DILATION_Y) - PADDING_TOP;
  let x = i32((position % KERNEL_WIDTH) * DILATION_X) - PADDING_LEFT;
  // Where this wraps around below 0, so does what is added to it, back into the image.
  let start = u32(y * i32(WIDTH) + x) * (CHANNELS / A_UNIT);
  return Row(start + (scope.batch * GROUP_CHANNELS + row % GROUP_CHANNELS) / A_UNIT, y, x);
}

fn line_a(scope: Scope, row: Row, segment: u32) -> Line {
  let y = (segment % OUTPUT_HEIGHT) * STRIDE_Y;
  let line = (segment / OUTPUT_HEIGHT) * HEIGHT + y;
  let inside = !PADDED || u32(row.y + i32(y)) < HEIGHT;
  return Line(row.start + line * (WIDTH * (CHANNELS / A_UNIT)), row.x, inside);
}

fn index_a(line: Line, j: u32) -> u32 {
  return line.start + j * (STRIDE_X * (CHANNELS / A_UNIT));
}

fn inside_a(line: Line, j: u32) -> bool {
  return !PADDED || (line.inside && u32(line.x + i32(j * STRIDE_X)) < WIDTH);
}

fn line_b(scope: Scope, segment: u32) -> u32 {
  return segment * (LENGTH * (FILTERS / B_UNIT)) + scope.batch * (COLUMNS / B_UNIT);
}

fn place(batch: u32, row: u32) -> u32 {
  return row * FILTERS + batch * COLUMNS;
}

fn last_of(batch: u32, column: u32) -> u32 {
  return batch * COLUMNS + column;
}
