// windowMaxGradient where windows neither overlap nor leave gaps and there is no padding: a thread
// for each window writes all its elements. Elements behind the last window, in parts of one, get 0.
// The last NaN of a window is its maximum.

fn run(thread: u32) {
  let at = place_of(thread, (HEIGHT + WINDOW_Y - 1u) / WINDOW_Y, (WIDTH + WINDOW_X - 1u) / WINDOW_X);
  var open = at.y < ROWS && at.x < COLUMNS;
  let window = window_index(at.image, min(at.y, ROWS - 1u), min(at.x, COLUMNS - 1u), at.channel);
  let maximum = load_maximum(window);
  let gradient = load_gradient(window);
  var nans = 0u;
  if (open && is_nan(maximum)) {
    for (var k = 0u; k < WINDOW_Y * WINDOW_X; k++) {
      let y = at.y * WINDOW_Y + k / WINDOW_X;
      let x = at.x * WINDOW_X + k % WINDOW_X;
      nans += u32(is_nan(load_image(image_index(at.image, y, x, at.channel))));
    }
  }
  @unroll for (var j = 0u; j < WINDOW_Y; j++) {
    @unroll for (var i = 0u; i < WINDOW_X; i++) {
      let y = at.y * WINDOW_Y + j;
      let x = at.x * WINDOW_X + i;
      if (y < HEIGHT && x < WIDTH) {
        let index = image_index(at.image, y, x, at.channel);
        let value = load_image(index);
        nans -= u32(is_nan(value));
        let hit = open && (value == maximum || (is_nan(value) && nans == 0u));
        finish(index, select(0.0, gradient, hit));
        open = open && !hit;
      }
    }
  }
}
