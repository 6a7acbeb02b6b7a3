// windowSumGradient: a thread for each element of the images gathers from the windows that hold it.

fn run(thread: u32) {
  let at = place_of(thread, HEIGHT, WIDTH);
  let rows = holders(at.y, STRIDE_Y, u32(PADDING_TOP), WINDOW_Y, ROWS);
  let columns = holders(at.x, STRIDE_X, u32(PADDING_LEFT), WINDOW_X, COLUMNS);
  var result = 0.0;
  for (var row = rows.x; row < rows.y; row++) {
    for (var column = columns.x; column < columns.y; column++) {
      result += load_gradient(window_index(at.image, row, column, at.channel));
    }
  }
  finish(thread, result);
}
