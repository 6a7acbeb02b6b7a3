// A batch of matrix products whose operands are computed where they are needed, for graphics cards: a
// workgroup brings DEPTH columns of a block of A and as many rows of a block of B into its own fast
// memory, from which each thread feeds a tile of TILE_QUADS * 4 rows by VECTORS * 4 columns in
// registers.
//
// What comes next from storage is asked for before the products of what is there are summed, which
// hides the way. Each thread brings a patch of both, by vectors where neighbours in memory allow it,
// and stores whole vectors into the blocks: to store a component, a compiler may read the vector and
// write it back, over what another thread has stored beside it meanwhile. In the place of an element
// that is not there, the operand's first is read and dropped.
//
// From the product: scope_of, Row, row_a, Line, line_a, index_a, inside_a, line_b; from the host:
// block_a, block_b, place_a, fetch_a, stow_a and the same of b, store4.

// Where an element lies, and whether it is there.
struct Element {
  index: u32,
  there: bool,
}

// The segment of inner index k + e, and the index there; k is a multiple of 4, or of 2 if e is 0 or 1.
fn inner(k: u32, e: u32) -> vec2u {
  if (SEGMENTS == 1u) {
    return vec2u(0u, k + e);
  }
  if (LENGTH % 4u == 0u) {
    return vec2u(k / LENGTH, k % LENGTH + e);
  }
  return vec2u((k + e) / LENGTH, (k + e) % LENGTH);
}

fn element_a(scope: Scope, row: Row, k: u32, e: u32) -> Element {
  let at = inner(k, e);
  let line = line_a(scope, row, at.x);
  return Element(index_a(line, at.y), inside_a(line, at.y));
}

// Of B in a column that lies at `column`.
fn element_b(scope: Scope, column: u32, k: u32, e: u32) -> Element {
  if (B_EVEN) {
    return Element(line_b(scope, 0u) + along_b(k + e) + column, true);
  }
  let at = inner(k, e);
  return Element(line_b(scope, at.x) + along_b(at.y) + column, true);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = (id.z * GROUPS_Y + id.y) * GROUPS_X + id.x;
  let first_column = (group % BLOCKS_ACROSS) * BLOCK_COLUMNS;
  let block = group / BLOCKS_ACROSS;
  let first_row = (block % BLOCKS_DOWN) * BLOCK_ROWS;
  let piece = block / BLOCKS_DOWN;
  let chunk = piece % CHUNKS;
  let batch = piece / CHUNKS;
  // Left-over groups of a folded dispatch: all threads go through the barriers, none stores.
  let alive = batch < BATCH;
  let scope = scope_of(min(batch, BATCH - 1u), 0u);
  let total = select(0u, scope.segments * LENGTH, alive);
  let first_k = chunk * DEPTH_PER_CHUNK;
  let end = min(first_k + DEPTH_PER_CHUNK, total);

  // What this thread brings.
  let at_a = place_a(lane);
  let at_b = place_b(lane);
  let k_a = at_a.y * OWN_A;
  let k_b = at_b.y * OWN_B;
  var rows: array<Row, 4>;
  var columns: array<u32, 4>;
  @unroll for (var e = 0u; e < STEP; e++) {
    rows[e] = row_a(scope, min(first_row + at_a.x * 4u + e, LAST_ROW));
    columns[e] = column_b(min(first_column + at_b.x * 4u + e, COLUMNS - 1u));
  }

  let tile_row = lane / 32u / WARPS_ACROSS * 4u + lane % 32u / 8u;
  let tile_column = lane / 32u % WARPS_ACROSS * 8u + lane % 8u;
  var sums: array<vec4f, TILE_SIZE>;
  var totals: array<vec4f, TILE_SIZE>;
  // What is asked for at the end is not used: it lies where something is.
  let safe_k = select(first_k, 0u, first_k >= end);
  var a = fetch_a(scope, rows, safe_k + k_a, end);
  var b = fetch_b(scope, columns, safe_k + k_b, end);
  for (var start = first_k; start < end; start += DEPTH) {
    workgroupBarrier();
    stow_a(a, at_a);
    stow_b(b, at_b);
    workgroupBarrier();
    let next = start + DEPTH;
    let next_k = select(next, safe_k, next >= end);
    a = fetch_a(scope, rows, next_k + k_a, end);
    b = fetch_b(scope, columns, next_k + k_b, end);
    @unroll for (var k = 0u; k < DEPTH; k++) {
      @unroll for (var q = 0u; q < TILE_QUADS; q++) {
        let x = block_a[k / OWN_A][k % OWN_A][tile_row + q * ROW_STEP];
        @unroll for (var v = 0u; v < VECTORS; v++) {
          let y = block_b[k / OWN_B][k % OWN_B][tile_column + v * COLUMN_STEP];
          @unroll for (var e = 0u; e < STEP; e++) {
            sums[(q * 4u + e) * VECTORS + v] = fma(vec4f(x[e]), y, sums[(q * 4u + e) * VECTORS + v]);
          }
        }
      }
    }
    if (HAS_TOTALS && next / DEPTH % STEPS_PER_SUM == 0u) {
      @unroll for (var t = 0u; t < TOTALS; t++) {
        totals[t] += sums[t];
        sums[t] = vec4f();
      }
    }
  }
  @unroll for (var t = 0u; t < TOTALS; t++) {
    sums[t] += totals[t];
  }
  if (!alive) {
    return;
  }
  @unroll for (var q = 0u; q < TILE_QUADS; q++) {
    @unroll for (var e = 0u; e < STEP; e++) {
      let row = first_row + (tile_row + q * ROW_STEP) * 4u + e;
      if (row <= LAST_ROW) {
        @unroll for (var v = 0u; v < VECTORS; v++) {
          store4(batch, chunk, row, first_column + (tile_column + v * COLUMN_STEP) * 4u, sums[(q * 4u + e) * VECTORS + v]);
        }
      }
    }
  }
}
