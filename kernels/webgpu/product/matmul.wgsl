// Operands of a batch of plain matrix products, each maybe transposed: an element of A lies A_ROW
// from the next row's and A_STEP from the next along the inner dimension, the first at A_FIRST. The
// columns may be some of the result's, FIRST_COLUMN and following of ALL_COLUMNS.

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
  let start = scope.batch * (ROWS * LENGTH / A_UNIT) + A_FIRST / A_UNIT;
  return Row(start + select(row * (A_ROW / A_UNIT), row / A_UNIT, A_ROW == 1u));
}

fn line_a(scope: Scope, row: Row, segment: u32) -> Line {
  return Line(row.start);
}

fn index_a(line: Line, j: u32) -> u32 {
  return line.start + select(j * (A_STEP / A_UNIT), j / A_UNIT, A_STEP == 1u);
}

fn inside_a(line: Line, j: u32) -> bool {
  return true;
}

fn line_b(scope: Scope, segment: u32) -> u32 {
  return scope.batch * (COLUMNS * LENGTH / B_UNIT);
}

fn place(batch: u32, row: u32) -> u32 {
  return (batch * ROWS + row) * ALL_COLUMNS + FIRST_COLUMN;
}

fn last_of(batch: u32, column: u32) -> u32 {
  return FIRST_COLUMN + column;
}
