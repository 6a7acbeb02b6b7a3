// What all rows of a thread share: the segments to sum, which convolutions count from `first` on, with
// `across` of them in a row of the window.
struct Scope {
  batch: u32,
  segments: u32,
  first: vec2u,
  across: u32,
}

// Elements of B, B_STEP apart along the inner dimension and B_COLUMN across columns, from `line` on.

fn load_b(line: u32, j: u32, column: u32) -> f32 {
  return b_at(line + j * B_STEP + column * B_COLUMN);
}

fn load_b4(line: u32, j: u32, column: u32) -> vec4f {
  let first = line + j * B_STEP + column * B_COLUMN;
  if (B_COLUMN == 1u) {
    return b_at4(first);
  }
  let s = B_COLUMN;
  return vec4f(b_at(first), b_at(first + s), b_at(first + 2u * s), b_at(first + 3u * s));
}
