// What all rows of a thread share: the segments to sum, which convolutions count from `first` on, with
// `across` of them in a row of the window.
struct Scope {
  batch: u32,
  segments: u32,
  first: vec2u,
  across: u32,
}

// Indices count what is bound: elements, or vectors of A_UNIT (B_UNIT). Neighbours of B lie B_STEP
// elements apart along the inner dimension, and B_COLUMN across columns.

fn along_b(j: u32) -> u32 {
  return select(j * (B_STEP / B_UNIT), j / B_UNIT, B_STEP == 1u);
}

fn column_b(column: u32) -> u32 {
  return select(column * (B_COLUMN / B_UNIT), column / B_UNIT, B_COLUMN == 1u);
}
