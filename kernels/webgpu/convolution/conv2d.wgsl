// conv2d as a matrix product: a row for each output pixel, a column for each filter of a group (the
// batch), and along the inner dimension the window's elements. A segment is one position of the
// window, whose channels lie side by side; or, if WHOLE_ROWS, one of its rows, whose pixels do too.

struct Line {
  start: u32,
  x: i32,
  inside: bool,
}

// If UNIFORM, rows are ordered with the images fastest, so that a thread has one pixel of many images,
// and segments in the padding are left out.

// The image, y and x of the output pixel of a row.
fn pixel(row: u32) -> vec3u {
  let line = row / OUTPUT_WIDTH;
  let rest = row / COUNT;
  return select(
    vec3u(line / OUTPUT_HEIGHT, line % OUTPUT_HEIGHT, row % OUTPUT_WIDTH),
    vec3u(row % COUNT, rest / OUTPUT_WIDTH, rest % OUTPUT_WIDTH),
    UNIFORM,
  );
}

// The positions of a window that begins at `start` which lie in the image, as (first, end).
fn covered(start: i32, dilation: u32, size: u32, length: u32) -> vec2u {
  let d = i32(dilation);
  let first = (max(-start, 0) + d - 1) / d;
  let end = (i32(length) - start + d - 1) / d;
  return vec2u(u32(first), u32(clamp(end, first, i32(size))));
}

fn scope_of(batch: u32, row: u32) -> Scope {
  if (!UNIFORM) {
    return Scope(batch, SEGMENTS, vec2u(), 1u);
  }
  let at = row_a(Scope(batch, 0u, vec2u(), 1u), row);
  let ys = covered(at.y, DILATION_Y, KERNEL_HEIGHT, HEIGHT);
  if (WHOLE_ROWS) {
    return Scope(batch, ys.y - ys.x, vec2u(ys.x, 0u), 1u);
  }
  let xs = covered(at.x, DILATION_X, KERNEL_WIDTH, WIDTH);
  return Scope(batch, (ys.y - ys.x) * (xs.y - xs.x), vec2u(ys.x, xs.x), xs.y - xs.x);
}

// The position in the window that a segment stands for.
fn position(scope: Scope, segment: u32) -> vec2u {
  if (WHOLE_ROWS) {
    return vec2u(scope.first.x + segment, 0u);
  }
  if (UNIFORM) {
    return scope.first + vec2u(segment / scope.across, segment % scope.across);
  }
  return vec2u(segment / KERNEL_WIDTH, segment % KERNEL_WIDTH);
}

fn row_a(scope: Scope, row: u32) -> Row {
  let at = pixel(row);
  let y = i32(at.y * STRIDE_Y) - PADDING_TOP;
  let x = i32(at.z * STRIDE_X) - PADDING_LEFT;
  // Where this wraps around below 0, so does what is added to it, back into the image.
  let start = (at.x * (HEIGHT * WIDTH) + u32(y * i32(WIDTH) + x)) * (CHANNELS / A_UNIT);
  return Row(start + scope.batch * (GROUP_CHANNELS / A_UNIT), y, x);
}

fn line_a(scope: Scope, row: Row, segment: u32) -> Line {
  let at = position(scope, segment) * vec2u(DILATION_Y, DILATION_X);
  let x = row.x + i32(at.y);
  let inside = u32(row.y + i32(at.x)) < HEIGHT && (WHOLE_ROWS || u32(x) < WIDTH);
  return Line(row.start + (at.x * WIDTH + at.y) * (CHANNELS / A_UNIT), x, inside || UNIFORM || !PADDED);
}

fn index_a(line: Line, j: u32) -> u32 {
  return line.start + j / A_UNIT;
}

fn inside_a(line: Line, j: u32) -> bool {
  if (!PADDED || !WHOLE_ROWS) {
    return line.inside;
  }
  return line.inside && u32(line.x + i32(j / GROUP_CHANNELS)) < WIDTH;
}

fn line_b(scope: Scope, segment: u32) -> u32 {
  let at = position(scope, segment);
  let index = select(at.x * KERNEL_WIDTH + at.y, at.x, WHOLE_ROWS);
  return index * (LENGTH * (FILTERS / B_UNIT)) + scope.batch * (COLUMNS / B_UNIT);
}

fn place(batch: u32, row: u32) -> u32 {
  let at = pixel(row);
  return ((at.x * OUTPUT_HEIGHT + at.y) * OUTPUT_WIDTH + at.z) * FILTERS + batch * COLUMNS;
}

fn last_of(batch: u32, column: u32) -> u32 {
  return batch * COLUMNS + column;
}
