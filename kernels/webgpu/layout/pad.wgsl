// Where an element of the padded result comes from.
struct Source {
  index: u32,
  inside: bool,
}

// One more axis: `at` is the index in the result, `low` the elements of the frame before the input,
// whose `count` elements lie `step` apart there and `stride` apart in the input.
fn along(source: Source, at: u32, low: u32, count: u32, step: u32, stride: u32) -> Source {
  let shifted = at - low;
  let index = shifted / step;
  let inside = at >= low && index < count && index * step == shifted;
  return Source(source.index + index * stride, source.inside && inside);
}

fn run(thread: u32) {
  let source = source_of(thread);
  var value = FRAME;
  if (source.inside) {
    value = load(source.index);
  }
  finish(thread, value);
}
