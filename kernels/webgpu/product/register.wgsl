// A batch of matrix products whose operands are computed where they are needed, for adapters that
// keep workgroup memory in ordinary memory (software ones): each thread holds a tile of TILE_ROWS
// rows by VECTORS * 4 columns in registers and reads the operands straight from storage.
//
// The inner dimension comes in segments of LENGTH (a matmul has one, a convolution one for each
// position in its kernel), so that divisions stay out of the inner loop, and a long segment in
// stretches of STRETCH. With CHUNKS > 1 it is also cut in pieces that different threads sum; a second
// dispatch adds them up. Every STRETCHES_PER_SUM the sums go to the totals, so that the rounding
// errors of long sums do not add up.
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
  var totals: array<vec4f, TILE_SIZE>;
  let end = min((chunk + 1u) * STRETCHES_PER_CHUNK, scope.segments * STRETCHES);
  for (var first = chunk * STRETCHES_PER_CHUNK; first < end; first += STRETCHES_PER_SUM) {
    var sums = array<vec4f, TILE_SIZE>();
    for (var stretch = first; stretch < min(first + STRETCHES_PER_SUM, end); stretch++) {
      let segment = stretch / STRETCHES;
      let start = (stretch % STRETCHES) * STRETCH;
      var lines: array<Line, TILE_ROWS>;
      @unroll for (var i = 0u; i < TILE_ROWS; i++) {
        lines[i] = line_a(scope, rows[i], segment);
      }
      let line = line_b(scope, segment);
      for (var j = start; j < min(start + STRETCH, WHOLE); j += 4u) {
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
      if (start + STRETCH >= LENGTH) {
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
    }
    @unroll for (var t = 0u; t < TILE_SIZE; t++) {
      totals[t] += sums[t];
    }
  }
  @unroll for (var i = 0u; i < TILE_ROWS; i++) {
    if (first_row + i <= LAST_ROW) {
      @unroll for (var v = 0u; v < VECTORS; v++) {
        store4(batch, chunk, first_row + i, column + v * 4u, totals[i * VECTORS + v]);
      }
    }
  }
}
