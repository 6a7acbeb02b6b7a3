// conv2dInputGradient as a matrix product: a row for each image pixel, a column for each channel of
// a group, and along the inner dimension the window positions that the pixel had, with all filters.
//
// With a stride, a pixel meets only every stride-th position of the window, which ones depends on
// its phase, (y + PADDING_TOP) % STRIDE_Y and the same for x. So each phase is a batch of its own,
// with its own segments: none is spent on a position that does not match. From the host:
// first_y, taps_y, first_x, taps_x: the first matching position of a phase, and how many there are,
// each STEP_Y (STEP_X) after the one before.

const PHASES = STRIDE_Y * STRIDE_X;
const NONE = 0xffffffffu;

struct Row {
  start: u32,
  // The output pixel that meets the first matching position.
  y: i32,
  x: i32,
  taps_x: u32,
}

struct Line {
  start: u32,
  inside: bool,
}

// The image pixel of a row, as (n, y, x); those past an edge are not stored.
fn pixel(batch: u32, row: u32) -> vec3u {
  let phase = batch % PHASES;
  let line = row / PHASE_WIDTH;
  return vec3u(
    line / PHASE_HEIGHT,
    (phase / STRIDE_X + ALIGN_Y) % STRIDE_Y + (line % PHASE_HEIGHT) * STRIDE_Y,
    (phase % STRIDE_X + ALIGN_X) % STRIDE_X + (row % PHASE_WIDTH) * STRIDE_X,
  );
}

fn segments_of(batch: u32) -> u32 {
  let phase = batch % PHASES;
  return taps_y(phase / STRIDE_X) * taps_x(phase % STRIDE_X);
}

fn row_a(batch: u32, row: u32) -> Row {
  let phase = batch % PHASES;
  let at = pixel(batch, row);
  let y = i32(at.y) + PADDING_TOP - i32(first_y(phase / STRIDE_X) * DILATION_Y);
  let x = i32(at.z) + PADDING_LEFT - i32(first_x(phase % STRIDE_X) * DILATION_X);
  return Row(
    at.x * (OUTPUT_HEIGHT * OUTPUT_WIDTH * FILTERS) + (batch / PHASES) * LENGTH,
    // Where anything matches, nothing remains.
    y / i32(STRIDE_Y),
    x / i32(STRIDE_X),
    taps_x(phase % STRIDE_X),
  );
}

fn line_a(row: Row, segment: u32) -> Line {
  let y = row.y - i32((segment / row.taps_x) * (STEP_Y * DILATION_Y / STRIDE_Y));
  let x = row.x - i32((segment % row.taps_x) * (STEP_X * DILATION_X / STRIDE_X));
  let inside = u32(y) < OUTPUT_HEIGHT && u32(x) < OUTPUT_WIDTH;
  return Line(row.start + u32(y * i32(OUTPUT_WIDTH) + x) * FILTERS, inside);
}

fn load_a(line: Line, j: u32) -> f32 {
  return select(0.0, a_at(line.start + j), line.inside);
}

fn load_a4(line: Line, j: u32) -> vec4f {
  return select(vec4f(), a_at4(line.start + j), line.inside);
}

fn line_b(batch: u32, segment: u32) -> u32 {
  let phase = batch % PHASES;
  let across = taps_x(phase % STRIDE_X);
  let y = first_y(phase / STRIDE_X) + (segment / across) * STEP_Y;
  let x = first_x(phase % STRIDE_X) + (segment % across) * STEP_X;
  return (y * KERNEL_WIDTH + x) * (COLUMNS * FILTERS) + (batch / PHASES) * LENGTH;
}

fn load_b(line: u32, j: u32, column: u32) -> f32 {
  return b_at(line + column * FILTERS + j);
}

fn load_b4(line: u32, j: u32, column: u32) -> vec4f {
  return vec4f(
    load_b(line, j, column),
    load_b(line, j, column + 1u),
    load_b(line, j, column + 2u),
    load_b(line, j, column + 3u),
  );
}

fn place(batch: u32, row: u32) -> u32 {
  let at = pixel(batch, row);
  let start = ((at.x * HEIGHT + at.y) * WIDTH + at.z) * CHANNELS + (batch / PHASES) * COLUMNS;
  return select(NONE, start, at.y < HEIGHT && at.z < WIDTH);
}

fn last_of(batch: u32, column: u32) -> u32 {
  return (batch / PHASES) * COLUMNS + column;
}
