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
  let y = i32(at.y) + PADDING_TOP - i32(first_y(phase / STRIDE_X) * DILATION_Y);
  let x = i32(at.z) + PADDING_LEFT - i32(first_x(phase % STRIDE_X) * DILATION_X);
  return Row(
    at.x * (OUTPUT_HEIGHT * OUTPUT_WIDTH * FILTERS) + (scope.batch / PHASES) * LENGTH,
    // Where anything matches, nothing remains.
    y / i32(STRIDE_Y),
    x / i32(STRIDE_X),
  );
}

fn line_a(scope: Scope, row: Row, segment: u32) -> Line {
  let at = position(scope, segment);
  let y = row.y - i32(at.x * (STEP_Y * DILATION_Y / STRIDE_Y));
  let x = row.x - i32(at.y * (STEP_X * DILATION_X / STRIDE_X));
  let inside = u32(y) < OUTPUT_HEIGHT && u32(x) < OUTPUT_WIDTH;
  return Line(row.start + u32(y * i32(OUTPUT_WIDTH) + x) * FILTERS, inside);
}

fn load_a(line: Line, j: u32) -> f32 {
  return select(0.0, a_at(line.start + j), UNIFORM || line.inside);
}

fn load_a4(line: Line, j: u32) -> vec4f {
  return select(vec4f(), a_at4(line.start + j), UNIFORM || line.inside);
}

fn line_b(scope: Scope, segment: u32) -> u32 {
  let phase = scope.batch % PHASES;
  let at = position(scope, segment);
  let y = first_y(phase / STRIDE_X) + at.x * STEP_Y;
  let x = first_x(phase % STRIDE_X) + at.y * STEP_X;
  return (y * KERNEL_WIDTH + x) * (COLUMNS * FILTERS) + (scope.batch / PHASES) * LENGTH;
}

fn place(batch: u32, row: u32) -> u32 {
  let at = pixel(batch, row);
  let start = ((at.x * HEIGHT + at.y) * WIDTH + at.z) * CHANNELS + (batch / PHASES) * COLUMNS;
  return select(NONE, start, at.y < HEIGHT && at.z < WIDTH);
}

fn last_of(batch: u32, column: u32) -> u32 {
  return (batch / PHASES) * COLUMNS + column;
}
