// ELEMENTS numbers combined for each of OUTPUTS outputs. The numbers of an output are
// dealt out to PARTS threads like cards: thread p takes p, p + PARTS, and so on, so that threads side
// by side read neighbours, whether the outputs lie side by side (OUTPUTS_FASTEST) or the elements.
// Where PARTS > 1, a second dispatch of this same kernel combines the parts, in their order.
//
// A thread combines its numbers by sixteens, and those by sixteens again, so that the rounding errors
// of a sum grow with the levels and not with the numbers.

fn run(thread: u32) {
  var output = thread / PARTS;
  var part = thread % PARTS;
  if (OUTPUTS_FASTEST) {
    output = thread % OUTPUTS;
    part = thread / OUTPUTS;
  }
  let count = (ELEMENTS + PARTS - 1u - part) / PARTS;
  var total = nothing();
  for (var first = 0u; first < count; first += 256u) {
    var sum = nothing();
    for (var at = first; at < min(first + 256u, count); at += 16u) {
      var few = nothing();
      for (var k = at; k < min(at + 16u, count); k++) {
        few = combine(few, element(output, part + k * PARTS));
      }
      sum = combine(sum, few);
    }
    total = combine(total, sum);
  }
  finish(part * OUTPUTS + output, total);
}
