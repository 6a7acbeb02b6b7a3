// conv2d as a matrix product: a row for each output pixel, a column for each filter of a group (the
// batch), and along the inner dimension the window's elements. A segment is one position of the
// window, whose channels lie side by side; or, if WHOLE_ROWS, one of its rows, whose pixels do too.

struct Row {
  start: u32,
  y: i32,
  x: i32,
}

struct Line {
  start: u32,
  x: i32,
  inside: bool,
}

fn segments_of(batch: u32) -> u32 {
  return SEGMENTS;
}

fn row_a(batch: u32, row: u32) -> Row {
  let line = row / OUTPUT_WIDTH;
  return Row(
    (line / OUTPUT_HEIGHT) * (HEIGHT * WIDTH * CHANNELS) + batch * GROUP_CHANNELS,
    i32((line % OUTPUT_HEIGHT) * STRIDE_Y) - PADDING_TOP,
    i32((row % OUTPUT_WIDTH) * STRIDE_X) - PADDING_LEFT,
  );
}

fn line_a(row: Row, segment: u32) -> Line {
  var y = row.y;
  var x = row.x;
  if (WHOLE_ROWS) {
    y += i32(segment * DILATION_Y);
  } else {
    y += i32((segment / KERNEL_WIDTH) * DILATION_Y);
    x += i32((segment % KERNEL_WIDTH) * DILATION_X);
  }
  // Where this wraps around below 0, the line is not inside.
  let start = row.start + u32(y * i32(WIDTH) + x) * CHANNELS;
  let inside = u32(y) < HEIGHT && (WHOLE_ROWS || u32(x) < WIDTH);
  return Line(start, x, inside || !PADDED);
}

fn load_a(line: Line, j: u32) -> f32 {
  if (!PADDED) {
    return a_at(line.start + j);
  }
  let inside = line.inside && (!WHOLE_ROWS || u32(line.x + i32(j / GROUP_CHANNELS)) < WIDTH);
  return select(0.0, a_at(line.start + j), inside);
}

fn load_a4(line: Line, j: u32) -> vec4f {
  if (!PADDED) {
    return a_at4(line.start + j);
  }
  if (WHOLE_ROWS) {
    return vec4f(load_a(line, j), load_a(line, j + 1u), load_a(line, j + 2u), load_a(line, j + 3u));
  }
  return select(vec4f(), a_at4(line.start + j), line.inside);
}

fn line_b(batch: u32, segment: u32) -> u32 {
  return segment * (LENGTH * FILTERS) + batch * COLUMNS;
}

fn load_b(line: u32, j: u32, column: u32) -> f32 {
  return b_at(line + j * FILTERS + column);
}

fn load_b4(line: u32, j: u32, column: u32) -> vec4f {
  return b_at4(line + j * FILTERS + column);
}

fn place(batch: u32, row: u32) -> u32 {
  return row * FILTERS + batch * COLUMNS;
}

fn last_of(batch: u32, column: u32) -> u32 {
  return batch * COLUMNS + column;
}
