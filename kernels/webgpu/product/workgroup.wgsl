// A batch of matrix products whose operands are computed where they are needed, for graphics cards:
// a workgroup of 8 by 8 threads brings DEPTH columns of a block of A and rows of a block of B into
// its own fast memory, from which each thread feeds a tile of TILE_ROWS rows by VECTORS * 4 columns
// in registers.
//
// From the product: scope_of, Row, row_a, Line, line_a, load_a, load_a4, line_b; from product.wgsl:
// Scope, load_b, load_b4; from the host: store4. A_ALONG_ROWS and B_ALONG_DEPTH say which way the
// neighbours in memory lie, so that neighbouring threads load them.
//
// A thread stores whole vectors into the blocks: to store a component, a compiler may read the vector
// and write it back, over what another thread has stored beside it meanwhile.

const DEPTH = 16u;
const BLOCK_ROWS = TILE_ROWS * 8u;
// Quads: of rows in a block of A, of columns in one of B.
const QUADS_A = BLOCK_ROWS / 4u;
const QUADS_B = VECTORS * 8u;

// Rows 4 * quad and following of A at inner index k: [k * QUADS_A + quad]; columns of B alike.
var<workgroup> block_a: array<vec4f, QUADS_A * DEPTH>;
var<workgroup> block_b: array<vec4f, QUADS_B * DEPTH>;

fn element_a(scope: Scope, row: Row, k: u32, end: u32) -> f32 {
  if (k >= end) {
    return 0.0;
  }
  return load_a(line_a(scope, row, k / LENGTH), k % LENGTH);
}

fn element_b(scope: Scope, k: u32, column: u32, end: u32) -> f32 {
  if (k >= end || column >= COLUMNS) {
    return 0.0;
  }
  return load_b(line_b(scope, k / LENGTH), k % LENGTH, column);
}

// Four successive k lie in one segment where LENGTH is a multiple of 4.
fn elements_a(scope: Scope, row: Row, k: u32, end: u32) -> vec4f {
  if (LENGTH % 4u == 0u) {
    if (k >= end) {
      return vec4f();
    }
    return load_a4(line_a(scope, row, k / LENGTH), k % LENGTH);
  }
  return vec4f(
    element_a(scope, row, k, end),
    element_a(scope, row, k + 1u, end),
    element_a(scope, row, k + 2u, end),
    element_a(scope, row, k + 3u, end),
  );
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = (id.z * GROUPS_Y + id.y) * GROUPS_X + id.x;
  let first_column = (group % BLOCKS_ACROSS) * (QUADS_B * 4u);
  let block = group / BLOCKS_ACROSS;
  let first_row = (block % BLOCKS_DOWN) * BLOCK_ROWS;
  let piece = block / BLOCKS_DOWN;
  let chunk = piece % CHUNKS;
  let batch = piece / CHUNKS;
  // Left-over groups of a folded dispatch: all threads go through the barriers, none stores.
  let alive = batch < BATCH;
  let scope = scope_of(min(batch, BATCH - 1u), 0u);
  let total = select(0u, scope.segments * LENGTH, alive);
  let end = min((chunk + 1u) * DEPTH_PER_CHUNK, total);

  // What of A this thread loads: four rows, at every k that is its own or at four k at once.
  let quad_a = select(lane / 4u, lane % QUADS_A, A_ALONG_ROWS);
  let own_k = select((lane % 4u) * 4u, lane / QUADS_A, A_ALONG_ROWS);
  var rows: array<Row, 4>;
  @unroll for (var e = 0u; e < STEP; e++) {
    rows[e] = row_a(scope, min(first_row + quad_a * 4u + e, LAST_ROW));
  }

  let tile_row = (lane / 8u) * (TILE_ROWS / 4u);
  let tile_column = (lane % 8u) * VECTORS;
  var sums: array<vec4f, TILE_SIZE>;
  var totals: array<vec4f, TILE_SIZE>;
  for (var start = chunk * DEPTH_PER_CHUNK; start < end; start += DEPTH) {
    workgroupBarrier();
    if (A_ALONG_ROWS) {
      for (var k = own_k; k < DEPTH; k += 64u / QUADS_A) {
        block_a[k * QUADS_A + quad_a] = vec4f(
          element_a(scope, rows[0], start + k, end),
          element_a(scope, rows[1], start + k, end),
          element_a(scope, rows[2], start + k, end),
          element_a(scope, rows[3], start + k, end),
        );
      }
    } else if (quad_a < QUADS_A) {
      let r0 = elements_a(scope, rows[0], start + own_k, end);
      let r1 = elements_a(scope, rows[1], start + own_k, end);
      let r2 = elements_a(scope, rows[2], start + own_k, end);
      let r3 = elements_a(scope, rows[3], start + own_k, end);
      @unroll for (var e = 0u; e < STEP; e++) {
        block_a[(own_k + e) * QUADS_A + quad_a] = vec4f(r0[e], r1[e], r2[e], r3[e]);
      }
    }
    for (var i = lane; i < QUADS_B * DEPTH; i += 64u) {
      let at = select(vec2u(i / QUADS_B, i % QUADS_B), vec2u(i % DEPTH, i / DEPTH), B_ALONG_DEPTH);
      let k = start + at.x;
      let column = first_column + at.y * 4u;
      var values = vec4f();
      if (B_ALONG_DEPTH) {
        values = vec4f(
          element_b(scope, k, column, end),
          element_b(scope, k, column + 1u, end),
          element_b(scope, k, column + 2u, end),
          element_b(scope, k, column + 3u, end),
        );
      } else if (k < end && column < COLUMNS) {
        values = load_b4(line_b(scope, k / LENGTH), k % LENGTH, column);
      }
      block_b[at.x * QUADS_B + at.y] = values;
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k++) {
      let at_a = k * QUADS_A + tile_row;
      let at_b = k * QUADS_B + tile_column;
      @unroll for (var q = 0u; q < TILE_QUADS; q++) {
        let a = block_a[at_a + q];
        @unroll for (var v = 0u; v < VECTORS; v++) {
          let b = block_b[at_b + v];
          @unroll for (var e = 0u; e < STEP; e++) {
            sums[(q * 4u + e) * VECTORS + v] = fma(vec4f(a[e]), b, sums[(q * 4u + e) * VECTORS + v]);
          }
        }
      }
    }
    if (HAS_TOTALS && (start / DEPTH) % STEPS_PER_SUM == 0u) {
      @unroll for (var t = 0u; t < TILE_SIZE; t++) {
        totals[t] += sums[t];
        sums[t] = vec4f();
      }
    }
  }
  let row = first_row + (lane / 8u) * TILE_ROWS;
  let column = first_column + (lane % 8u) * (VECTORS * 4u);
  @unroll for (var i = 0u; i < TILE_ROWS; i++) {
    if (alive && row + i <= LAST_ROW) {
      @unroll for (var v = 0u; v < VECTORS; v++) {
        store4(batch, chunk, row + i, column + v * 4u, totals[i * VECTORS + v] + sums[i * VECTORS + v]);
      }
    }
  }
}
