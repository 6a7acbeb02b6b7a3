// A batch of matrix products whose operands are computed where they are needed, for adapters that
// keep workgroup memory in ordinary memory (software ones): each thread holds a tile of TILE_ROWS
// rows by VECTORS * 4 columns in registers and reads the operands straight from storage.
//
// The inner dimension comes in segments of LENGTH (a matmul has one, a convolution one for each
// position in its kernel), so that divisions stay out of the inner loop. With CHUNKS > 1 it is also
// cut in pieces that different threads sum; a second dispatch adds them up.
//
// From the product: scope_of, Row, row_a, Line, line_a, load_a, load_a4, line_b; from product.wgsl:
// Scope, load_b4; from the host: store4.

fn run(thread: u32) {
  let column = (thread % TILES_ACROSS) * (VECTORS * 4u);
  let tile = thread / TILES_ACROSS;
  let first_row = (tile % TILES_DOWN) * TILE_ROWS;
  let piece = tile / TILES_DOWN;
  let chunk = piece % CHUNKS;
  let batch = piece / CHUNKS;

  let scope = scope_of(batch, min(first_row, LAST_ROW));
  var rows: array<Row, TILE_ROWS>;
  @unroll for (var i = 0u; i < TILE_ROWS; i++) {
    rows[i] = row_a(scope, min(first_row + i, LAST_ROW));
  }
  var sums: array<vec4f, TILE_SIZE>;
  let end = min((chunk + 1u) * SEGMENTS_PER_CHUNK, scope.segments);
  for (var segment = chunk * SEGMENTS_PER_CHUNK; segment < end; segment++) {
    var lines: array<Line, TILE_ROWS>;
    @unroll for (var i = 0u; i < TILE_ROWS; i++) {
      lines[i] = line_a(scope, rows[i], segment);
    }
    let line = line_b(scope, segment);
    for (var j = 0u; j < WHOLE; j += 4u) {
      var a: array<vec4f, TILE_ROWS>;
      @unroll for (var i = 0u; i < TILE_ROWS; i++) {
        a[i] = load_a4(lines[i], j);
      }
      @unroll for (var e = 0u; e < STEP; e++) {
        @unroll for (var v = 0u; v < VECTORS; v++) {
          let b = load_b4(line, j + e, column + v * 4u);
          @unroll for (var i = 0u; i < TILE_ROWS; i++) {
            sums[i * VECTORS + v] = fma(vec4f(a[i][e]), b, sums[i * VECTORS + v]);
          }
        }
      }
    }
    @unroll for (var e = 0u; e < REST; e++) {
      var a: array<f32, TILE_ROWS>;
      @unroll for (var i = 0u; i < TILE_ROWS; i++) {
        a[i] = load_a(lines[i], WHOLE + e);
      }
      @unroll for (var v = 0u; v < VECTORS; v++) {
        let b = load_b4(line, WHOLE + e, column + v * 4u);
        @unroll for (var i = 0u; i < TILE_ROWS; i++) {
          sums[i * VECTORS + v] = fma(vec4f(a[i]), b, sums[i * VECTORS + v]);
        }
      }
    }
  }
  @unroll for (var i = 0u; i < TILE_ROWS; i++) {
    if (first_row + i <= LAST_ROW) {
      @unroll for (var v = 0u; v < VECTORS; v++) {
        store4(batch, chunk, first_row + i, column + v * 4u, sums[i * VECTORS + v]);
      }
    }
  }
}
