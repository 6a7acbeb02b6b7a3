// Operands of a batch of plain matrix products, each maybe transposed: an element of A lies A_ROW
// from the next row's and A_STEP from the next along the inner dimension.

struct Row {
  start: u32,
}

struct Line {
  start: u32,
}

fn scope_of(batch: u32, row: u32) -> Scope {
  return Scope(batch, SEGMENTS, vec2u(), 1u);
}

fn row_a(scope: Scope, row: u32) -> Row {
  return Row(scope.batch * (ROWS * SEGMENTS * LENGTH) + row * A_ROW);
}

fn line_a(scope: Scope, row: Row, segment: u32) -> Line {
  return Line(row.start + segment * (LENGTH * A_STEP));
}

fn load_a(line: Line, j: u32) -> f32 {
  return a_at(line.start + j * A_STEP);
}

fn load_a4(line: Line, j: u32) -> vec4f {
  if (A_STEP == 1u) {
    return a_at4(line.start + j);
  }
  return vec4f(load_a(line, j), load_a(line, j + 1u), load_a(line, j + 2u), load_a(line, j + 3u));
}

fn line_b(scope: Scope, segment: u32) -> u32 {
  return scope.batch * (COLUMNS * SEGMENTS * LENGTH) + segment * (LENGTH * B_STEP);
}

fn place(batch: u32, row: u32) -> u32 {
  return (batch * ROWS + row) * COLUMNS;
}

fn last_of(batch: u32, column: u32) -> u32 {
  return column;
}
