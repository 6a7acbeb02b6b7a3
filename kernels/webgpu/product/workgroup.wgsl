// A batch of matrix products whose operands are computed where they are needed, for graphics cards:
// a workgroup of 8 by 8 threads brings DEPTH columns of a block of A and rows of a block of B into
// its own fast memory, from which each thread feeds a tile of TILE_ROWS rows by VECTORS * 4 columns
// in registers.
//
// From the product: scope_of, Row, row_a, Line, line_a, load_a, load_a4, line_b; from product.wgsl:
// Scope, load_b, load_b4; from the host: store4. A_ALONG_ROWS and B_ALONG_DEPTH say which way the
// neighbours in memory lie, so that neighbouring threads load them.

const DEPTH = 16u;
const BLOCK_ROWS = TILE_ROWS * 8u;
const BLOCK_COLUMNS = VECTORS * 32u;

// Element (row, k) of A at [k * BLOCK_ROWS / 4 + row / 4][row % 4]; B alike.
var<workgroup> block_a: array<vec4f, BLOCK_ROWS * DEPTH / 4u>;
var<workgroup> block_b: array<vec4f, BLOCK_COLUMNS * DEPTH / 4u>;

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
  let end = min((chunk + 1u) * DEPTH_PER_CHUNK, total);

  // What of A this thread loads: one row at successive k, or four k of a few rows.
  let own_row = lane % BLOCK_ROWS;
  let own_k = lane / BLOCK_ROWS;
  let quad_row = lane / 4u;
  let quad_k = (lane % 4u) * 4u;
  var rows: array<Row, A_ROWS>;
  @unroll for (var i = 0u; i < A_ROWS; i++) {
    let row = select(quad_row + i * 16u, own_row, A_ALONG_ROWS);
    rows[i] = row_a(scope, min(first_row + row, LAST_ROW));
  }

  let tile_row = (lane / 8u) * (TILE_ROWS / 4u);
  let tile_column = (lane % 8u) * VECTORS;
  var sums: array<vec4f, TILE_SIZE>;
  for (var start = chunk * DEPTH_PER_CHUNK; start < end; start += DEPTH) {
    workgroupBarrier();
    if (A_ALONG_ROWS) {
      for (var k = own_k; k < DEPTH; k += K_STRIDE) {
        block_a[k * (BLOCK_ROWS / 4u) + own_row / 4u][own_row % 4u] =
          element_a(scope, rows[0], start + k, end);
      }
    } else {
      @unroll for (var i = 0u; i < A_ROWS; i++) {
        let row = quad_row + i * 16u;
        let values = elements_a(scope, rows[i], start + quad_k, end);
        @unroll for (var e = 0u; e < STEP; e++) {
          block_a[(quad_k + e) * (BLOCK_ROWS / 4u) + row / 4u][row % 4u] = values[e];
        }
      }
    }
    if (B_ALONG_DEPTH) {
      for (var i = lane; i < BLOCK_COLUMNS * DEPTH; i += 64u) {
        let k = i % DEPTH;
        let column = i / DEPTH;
        block_b[k * (BLOCK_COLUMNS / 4u) + column / 4u][column % 4u] =
          element_b(scope, start + k, first_column + column, end);
      }
    } else {
      for (var i = lane; i < BLOCK_COLUMNS * DEPTH / 4u; i += 64u) {
        let k = start + i / (BLOCK_COLUMNS / 4u);
        let column = first_column + (i % (BLOCK_COLUMNS / 4u)) * 4u;
        var values = vec4f();
        if (k < end && column < COLUMNS) {
          values = load_b4(line_b(scope, k / LENGTH), k % LENGTH, column);
        }
        block_b[i] = values;
      }
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k++) {
      let at_a = k * (BLOCK_ROWS / 4u) + tile_row;
      let at_b = k * (BLOCK_COLUMNS / 4u) + tile_column;
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
  }
  let row = first_row + (lane / 8u) * TILE_ROWS;
  let column = first_column + (lane % 8u) * (VECTORS * 4u);
  @unroll for (var i = 0u; i < TILE_ROWS; i++) {
    if (alive && row + i <= LAST_ROW) {
      @unroll for (var v = 0u; v < VECTORS; v++) {
        store4(batch, chunk, row + i, column + v * 4u, sums[i * VECTORS + v]);
      }
    }
  }
}
