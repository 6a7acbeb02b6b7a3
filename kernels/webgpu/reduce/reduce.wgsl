// ELEMENTS numbers combined for each of OUTPUTS outputs. The numbers of an output are
// dealt out to PARTS threads like cards: thread p takes p, p + PARTS, and so on, so that threads side
// by side read neighbours, whether the outputs lie side by side (OUTPUTS_FASTEST) or the elements.
// Where PARTS > 1, a second dispatch of this same kernel combines the parts, in their order.

fn run(thread: u32) {
  var output = thread / PARTS;
  var part = thread % PARTS;
  if (OUTPUTS_FASTEST) {
    output = thread % OUTPUTS;
    part = thread / OUTPUTS;
  }
  // Each thread has a first element, as the host sees to it that PARTS <= ELEMENTS; where there are
  // none at all, `element` yields what changes nothing.
  var result = element(output, min(part, LAST));
  for (var k = part + PARTS; k < ELEMENTS; k += PARTS) {
    result = combine(result, element(output, k));
  }
  finish(part * OUTPUTS + output, result);
}
