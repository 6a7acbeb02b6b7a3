// windowMaxGradient: a thread for each element of the images takes the gradient of each window
// whose first maximum, in the order of rows, it is; or whose last NaN. No window is written by two
// threads, and none needs to remember where its maximum was.

// Whether an element before (y, x) in a window equals the maximum; or one after it, where that is NaN.
fn beaten(maximum: f32, image: u32, y: u32, x: u32, channel: u32, ys: vec2u, xs: vec2u) -> bool {
  if (is_nan(maximum)) {
    for (var j = y; j < ys.y; j++) {
      for (var i = select(xs.x, x + 1u, j == y); i < xs.y; i++) {
        if (is_nan(load_image(image_index(image, j, i, channel)))) {
          return true;
        }
      }
    }
    return false;
  }
  for (var j = ys.x; j <= y; j++) {
    let end = select(xs.y, x, j == y);
    for (var i = xs.x; i < end; i++) {
      if (load_image(image_index(image, j, i, channel)) == maximum) {
        return true;
      }
    }
  }
  return false;
}

fn run(thread: u32) {
  let at = place_of(thread, HEIGHT, WIDTH);
  let rows = holders(at.y, STRIDE_Y, u32(PADDING_TOP), WINDOW_Y, ROWS);
  let columns = holders(at.x, STRIDE_X, u32(PADDING_LEFT), WINDOW_X, COLUMNS);
  let value = load_image(thread);
  var result = 0.0;
  for (var row = rows.x; row < rows.y; row++) {
    let ys = extent(row, STRIDE_Y, u32(PADDING_TOP), WINDOW_Y, HEIGHT);
    for (var column = columns.x; column < columns.y; column++) {
      let window = window_index(at.image, row, column, at.channel);
      let maximum = load_maximum(window);
      if (value == maximum || (is_nan(value) && is_nan(maximum))) {
        let xs = extent(column, STRIDE_X, u32(PADDING_LEFT), WINDOW_X, WIDTH);
        if (!beaten(maximum, at.image, at.y, at.x, at.channel, ys, xs)) {
          result += load_gradient(window);
        }
      }
    }
  }
  finish(thread, result);
}
