// windowMax and windowSum: a thread combines each window. Padding is skipped: it changes nothing.

fn run(thread: u32) {
  let at = place_of(thread, ROWS, COLUMNS);
  let top = i32(at.y * STRIDE_Y) - PADDING_TOP;
  let left = i32(at.x * STRIDE_X) - PADDING_LEFT;
  let first = at.image * (HEIGHT * WIDTH * CHANNELS) + at.channel;
  var result = identity();
  @unroll for (var j = 0u; j < WINDOW_Y; j++) {
    @unroll for (var i = 0u; i < WINDOW_X; i++) {
      let y = top + i32(j);
      let x = left + i32(i);
      if (!PADDED || (u32(y) < HEIGHT && u32(x) < WIDTH)) {
        result = combine(result, load_image(first + u32(y * i32(WIDTH) + x) * CHANNELS));
      }
    }
  }
  finish(thread, result);
}
