// ELEMENTS numbers combined for each of OUTPUTS outputs, for graphics cards: in a workgroup LANES
// threads share the numbers of an output, four of which are on their way at a time, and combine what
// they have in a tree. Neighbouring threads read neighbours, whether the outputs lie side by side
// (OUTPUTS_FASTEST) or the numbers. Where PARTS > 1 each part of LENGTH numbers has a workgroup of its
// own; a second dispatch of this same kernel combines the parts, in their order.
//
// Counts are of values: numbers, or vectors of four neighbours; one for each result of several that are
// reduced at once.

var<workgroup> shared_values: array<Value, THREADS>;

fn total_of(output: u32, turn: u32, part: u32) -> Value {
  var total = nothing();
  let end = min((part + 1u) * LENGTH, ELEMENTS);
  let last = max(end, 1u) - 1u;
  // By sixteens, so that the rounding errors of long sums do not add up.
  for (var first = part * LENGTH + turn; first < end; first += LANES * 64u) {
    var a = nothing();
    var b = nothing();
    var c = nothing();
    var d = nothing();
    for (var k = first; k < min(first + LANES * 64u, end); k += LANES * 4u) {
      // Past the end the last number is read and dropped.
      let x = element(output, k);
      let y = element(output, min(k + LANES, last));
      let z = element(output, min(k + LANES * 2u, last));
      let w = element(output, min(k + LANES * 3u, last));
      a = combine_values(a, x);
      b = combine_values(b, kept(y, k + LANES < end));
      c = combine_values(c, kept(z, k + LANES * 2u < end));
      d = combine_values(d, kept(w, k + LANES * 3u < end));
    }
    total = combine_values(total, combine_values(combine_values(a, b), combine_values(c, d)));
  }
  return total;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = (id.z * GROUPS_Y + id.y) * GROUPS_X + id.x;
  let part = group % PARTS;
  let own = select(lane / LANES, lane % SIDE, OUTPUTS_FASTEST);
  let turn = select(lane % LANES, lane / SIDE, OUTPUTS_FASTEST);
  let output = group / PARTS * SIDE + own;
  let is_there = output < OUTPUTS;
  var total = nothing();
  if (is_there) {
    total = total_of(output, turn, part);
  }
  if (LANES > 1u) {
    shared_values[lane] = total;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (turn < half) {
        total = combine_values(total, shared_values[lane + half * select(1u, SIDE, OUTPUTS_FASTEST)]);
        shared_values[lane] = total;
      }
    }
  }
  if (is_there && turn == 0u) {
    store(output, part, total);
  }
}
