// Elements of the operands for a thread that reads them straight from storage: of A, 0 for those that
// are not there; of B, B_STEP apart along the inner dimension and B_COLUMN across columns, from `line`
// on.

fn load_a(line: Line, j: u32) -> f32 {
  let there = inside_a(line, j);
  return select(0.0, a_at(select(0u, index_a(line, j), there)), there);
}

fn load_a4(line: Line, j: u32) -> vec4f {
  if (A_VECTORS) {
    let there = inside_a(line, j);
    return select(vec4f(), a_at4(select(0u, index_a(line, j) / 4u, there)), there);
  }
  return vec4f(load_a(line, j), load_a(line, j + 1u), load_a(line, j + 2u), load_a(line, j + 3u));
}

fn load_b4(line: u32, j: u32, column: u32) -> vec4f {
  let first = line + j * B_STEP + column * B_COLUMN;
  if (B_VECTORS) {
    return b_at4(first / 4u);
  }
  let s = B_COLUMN;
  return vec4f(b_at(first), b_at(first + s), b_at(first + 2u * s), b_at(first + 3u * s));
}
