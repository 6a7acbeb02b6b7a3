// Philox 4x32-10 (Salmon et al., SC 2011), bit for bit as lib/core/random.ts has it.

// The upper 32 bits of a product; WGSL has no 64-bit integers, so by halves of 16 bits.
fn multiply_high(a: u32, b: u32) -> u32 {
  let a_low = a & 0xffffu;
  let a_high = a >> 16u;
  let b_low = b & 0xffffu;
  let b_high = b >> 16u;
  let middle = a_high * b_low + ((a_low * b_low) >> 16u);
  let carry = a_low * b_high + (middle & 0xffffu);
  return a_high * b_high + (middle >> 16u) + (carry >> 16u);
}

// The first word of the block at counter (index, 0, step, stream), as a number in [0, 1).
fn random_uniform(key0: i32, key1: i32, step: i32, stream: u32, index: u32) -> f32 {
  var key = vec2u(bitcast<u32>(key0), bitcast<u32>(key1));
  var counter = vec4u(index, 0u, bitcast<u32>(step), stream);
  for (var round = 0u; round < 10u; round++) {
    counter = vec4u(
      multiply_high(0xcd9e8d57u, counter.z) ^ counter.y ^ key.x,
      0xcd9e8d57u * counter.z,
      multiply_high(0xd2511f53u, counter.x) ^ counter.w ^ key.y,
      0xd2511f53u * counter.x,
    );
    key += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return f32(counter.x >> 8u) * 5.9604644775390625e-8;
}
