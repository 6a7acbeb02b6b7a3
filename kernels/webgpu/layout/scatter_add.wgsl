// Each element of ROWS rows sums the updates whose index names its row, in their order: no two
// threads write one place, so the result has the same bits each time.

fn run(thread: u32) {
  let row = i32(thread / WIDTH);
  let column = thread % WIDTH;
  var sum = 0.0;
  for (var k = 0u; k < COUNT; k++) {
    if (clamp(load_index(k), 0i, i32(ROWS) - 1i) == row) {
      sum += load_row(k * WIDTH + column);
    }
  }
  finish(thread, sum);
}
