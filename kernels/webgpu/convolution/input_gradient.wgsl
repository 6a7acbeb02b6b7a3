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

struct Line {
  start: u32,
  inside: bool,
}

// If UNIFORM, rows are ordered with the images fastest, so that a thread has one pixel of many images,
// and positions whose output pixel does not exist are left out.

// The image pixel of a row, as (n, y, x); those past an edge are not stored.
fn pixel(batch: u32, row: u32) -> vec3u {
  let phase = batch % PHASES;
  let line = row / PHASE_WIDTH;
  let rest = row / COUNT;
  let at = select(
    vec3u(line / PHASE_HEIGHT, line % PHASE_HEIGHT, row % PHASE_WIDTH),
    vec3u(row % COUNT, rest / PHASE_WIDTH, rest % PHASE_WIDTH),
    UNIFORM,
  );
  return vec3u(
    at.x,
    (phase / STRIDE_X + ALIGN_Y) % STRIDE_Y + at.y * STRIDE_Y,
    (phase % STRIDE_X + ALIGN_X) % STRIDE_X + at.z * STRIDE_X,
  );
}

// Which of `taps` positions meet output pixels at `at`, `at - step` and so on that exist, as
// (first, end).
fn meeting(at: i32, step: u32, taps: u32, length: u32) -> vec2u {
  let s = i32(step);
  let first = (max(at - i32(length) + 1, 0) + s - 1) / s;
  let end = (max(at, -s) + s) / s;
  return vec2u(u32(first), u32(clamp(end, first, max(first, i32(taps)))));
}

fn scope_of(batch: u32, row: u32) -> Scope {
  let phase = batch % PHASES;
  let down = taps_y(phase / STRIDE_X);
  let across = taps_x(phase % STRIDE_X);
  if (!UNIFORM) {
    return Scope(batch, down * across, vec2u(), across);
  }
  let at = row_a(Scope(batch, 0u, vec2u(), 0u), row);
  let ys = meeting(at.y, STEP_Y * DILATION_Y / STRIDE_Y, down, OUTPUT_HEIGHT);
  let xs = meeting(at.x, STEP_X * DILATION_X / STRIDE_X, across, OUTPUT_WIDTH);
  return Scope(batch, (ys.y - ys.x) * (xs.y - xs.x), vec2u(ys.x, xs.x), xs.y - xs.x);
}

// The number of the matching position that a segment stands for.
fn position(scope: Scope, segment: u32) -> vec2u {
  return scope.first + vec2u(segment / scope.across, segment % scope.across);
}

// A row with the output pixel that meets the first matching position.
fn row_a(scope: Scope, row: u32) -> Row {
  let phase = scope.batch % PHASES;
  let at = pixel(scope.batch, row);
  // Where anything matches, nothing remains of these divisions.
  let y = (i32(at.y) + PADDING_TOP - i32(first_y(phase / STRIDE_X) * DILATION_Y)) / i32(STRIDE_Y);
  let x = (i32(at.z) + PADDING_LEFT - i32(first_x(phase % STRIDE_X) * DILATION_X)) / i32(STRIDE_X);
  // Where this wraps around below 0, so does what is taken from it, back into the image.
  let pixels = at.x * (OUTPUT_HEIGHT * OUTPUT_WIDTH) + u32(y * i32(OUTPUT_WIDTH) + x);
  return Row(pixels * (FILTERS / A_UNIT) + (scope.batch / PHASES) * (LENGTH / A_UNIT), y, x);
}

fn line_a(scope: Scope, row: Row, segment: u32) -> Line {
  let steps = vec2u(STEP_Y * DILATION_Y / STRIDE_Y, STEP_X * DILATION_X / STRIDE_X);
  let at = position(scope, segment) * steps;
  let inside = u32(row.y - i32(at.x)) < OUTPUT_HEIGHT && u32(row.x - i32(at.y)) < OUTPUT_WIDTH;
  return Line(row.start - (at.x * OUTPUT_WIDTH + at.y) * (FILTERS / A_UNIT), inside || UNIFORM);
}

fn index_a(line: Line, j: u32) -> u32 {
  return line.start + j / A_UNIT;
}

fn inside_a(line: Line, j: u32) -> bool {
  return line.inside;
}

fn line_b(scope: Scope, segment: u32) -> u32 {
  let phase = scope.batch % PHASES;
  let at = position(scope, segment);
  let y = first_y(phase / STRIDE_X) + at.x * STEP_Y;
  let x = first_x(phase % STRIDE_X) + at.y * STEP_X;
  let start = (y * KERNEL_WIDTH + x) * (COLUMNS * (FILTERS / B_UNIT));
  return start + (scope.batch / PHASES) * (LENGTH / B_UNIT);
}

fn place(batch: u32, row: u32) -> u32 {
  let at = pixel(batch, row);
  let start = ((at.x * HEIGHT + at.y) * WIDTH + at.z) * CHANNELS + (batch / PHASES) * COLUMNS;
  return select(NONE, start, at.y < HEIGHT && at.z < WIDTH);
}

fn last_of(batch: u32, column: u32) -> u32 {
  return (batch / PHASES) * COLUMNS + column;
}
