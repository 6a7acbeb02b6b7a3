// The first of ELEMENTS candidates that no other beats, for each of OUTPUTS outputs. Thread p of the
// PARTS that share an output takes candidates p * LENGTH and following. Where PARTS > 1, a second
// dispatch of this same kernel chooses among the winners of the parts.

fn run(thread: u32) {
  let output = thread / PARTS;
  let first = (thread % PARTS) * LENGTH;
  var best = candidate(output, first);
  var largest = value_of(output, best);
  for (var k = first + 1u; k < min(first + LENGTH, ELEMENTS); k++) {
    let index = candidate(output, k);
    let value = value_of(output, index);
    if (beats(value, largest)) {
      best = index;
      largest = value;
    }
  }
  finish(thread, best);
}
