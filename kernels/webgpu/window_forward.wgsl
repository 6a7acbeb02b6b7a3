// windowMax (MAXIMUM) and windowSum: a thread for each window.

fn run(thread: u32) {
  let at = place_of(thread, ROWS, COLUMNS);
  let ys = extent(at.y, STRIDE_Y, PADDING_TOP, WINDOW_Y, HEIGHT);
  let xs = extent(at.x, STRIDE_X, PADDING_LEFT, WINDOW_X, WIDTH);
  var result = select(0.0, from_bits(0xff800000u), MAXIMUM);
  for (var y = ys.x; y < ys.y; y++) {
    for (var x = xs.x; x < xs.y; x++) {
      let value = load_image(image_index(at.image, y, x, at.channel));
      if (MAXIMUM) {
        result = maximum(result, value);
      } else {
        result += value;
      }
    }
  }
  finish(thread, result);
}
