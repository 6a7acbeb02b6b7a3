// The index of the first largest of LENGTH elements that lie INNER apart. NaN is the largest.

fn run(thread: u32) {
  let first = (thread / INNER) * (LENGTH * INNER) + thread % INNER;
  var best = 0u;
  var largest = element(first);
  for (var k = 1u; k < LENGTH; k++) {
    let candidate = element(first + k * INNER);
    if (beats(candidate, largest)) {
      largest = candidate;
      best = k;
    }
  }
  finish(thread, i32(best));
}
