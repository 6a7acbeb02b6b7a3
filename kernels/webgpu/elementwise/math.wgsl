// Functions that WGSL lacks, or that it leaves to the driver where drivers are known to be poor.

fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn is_finite(x: f32) -> i32 {
  return select(0i, 1i, (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u);
}

// Some drivers find the sign of NaN to be 0.
fn sign_of(x: f32) -> f32 {
  return select(sign(x), x, is_nan(x));
}

// Without the fraction; beyond i32 its last number, and 0 for NaN.
fn integer(x: f32) -> i32 {
  return select(select(i32(x), 2147483647i, x >= 2147483648.0), 0i, is_nan(x));
}

// NaN where either is NaN: a comparison with NaN is false, so only `a` need be tested.
fn maximum(a: f32, b: f32) -> f32 {
  return select(b, a, a > b || is_nan(a));
}

fn minimum(a: f32, b: f32) -> f32 {
  return select(b, a, a < b || is_nan(a));
}

// The quotient form loses digits near 0, where the series is exact to f32; it cannot overflow.
fn hyperbolic_tangent(x: f32) -> f32 {
  let e = exp(-2.0 * abs(x));
  let far = (1.0 - e) / (1.0 + e);
  let s = x * x;
  let near = x * (1.0 + s * (-0.333333333 + s * (0.133333333 + s * (-0.053968254 +
    s * 0.021869489))));
  return select(select(far, -far, x < 0.0), near, s < 0.05);
}

fn logistic(x: f32) -> f32 {
  // exp of a negative number only: no overflow on either side.
  let e = exp(-abs(x));
  return select(1.0, e, x < 0.0) / (1.0 + e);
}

// Near 0 the Taylor series; beyond, W. J. Cody's style of exp(-x^2) times a polynomial, with the
// coefficients of Press et al., Numerical Recipes, erfcc: an error of 1.2e-7 at most.
fn error_function(x: f32) -> f32 {
  let s = x * x;
  let near = 1.128379167 * x * (1.0 + s * (-0.333333333 + s * (0.1 + s * (-0.0238095238 +
    s * (0.00462962963 - s * 0.000757575758)))));
  let z = abs(x);
  let t = 1.0 / (1.0 + 0.5 * z);
  let tail = t * exp(-s - 1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 +
    t * (-0.18628806 + t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 +
    t * (-0.82215223 + t * 0.17087277)))))))));
  return select(select(1.0 - tail, tail - 1.0, x < 0.0), near, s < 0.25);
}

// pow is undefined for negative bases, and drivers differ at 0, infinity and NaN; 0^0 and NaN^0 are
// 1, as in IEEE 754.
fn power(a: f32, b: f32) -> f32 {
  if (b == 0.0) {
    return 1.0;
  }
  let no_number = from_bits(0x7fc00000u);
  if (is_nan(a) || is_nan(b)) {
    return no_number;
  }
  let size = abs(a);
  let whole = floor(b) == b;
  let odd = whole && abs(b) < 16777216.0 && (i32(b) & 1) == 1;
  var magnitude = pow(size, b);
  if (size == 0.0 || is_finite(size) == 0) {
    magnitude = select(from_bits(0x7f800000u), 0.0, (size == 0.0) == (b > 0.0));
  } else if (a < 0.0 && !whole) {
    return no_number;
  }
  return select(magnitude, -magnitude, odd && bitcast<u32>(a) >> 31u == 1u);
}

// The nearest quarter turn to a large angle, and the rest of it: the angle's 24 digits times those of
// 2 / pi that a whole number of turns does not swallow, in words. Source: Payne and Hanek, "Radian
// reduction for trigonometric functions", 1983.
fn quarter_turns(angle: f32) -> vec2f {
  var digits = array<u32, 8>(0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u,
    0x3c439041u, 0xfe5163abu);
  let bits = bitcast<u32>(angle);
  let factor = (bits & 0x7fffffu) | 0x800000u;
  let start = ((bits >> 23u) & 255u) - 120u;
  var words = vec3u();
  for (var k = 0u; k < 3u; k++) {
    let word = start / 32u + k;
    words[k] = (digits[word] << (start % 32u)) | ((digits[word + 1u] >> 1u) >> (31u - start % 32u));
  }
  let low = factor * words.y;
  let middle = low + multiply_high(factor, words.z);
  let high = factor * words.x + multiply_high(factor, words.y) + u32(middle < low);
  // Two digits before the point, and then the fraction, from -1/2.
  let fraction = bitcast<i32>((high << 2u) | (middle >> 30u));
  let turns = f32((high >> 30u) + u32(fraction < 0i));
  let rest = f32(fraction) * 3.657295198e-10;
  return select(vec2f(turns, rest), -vec2f(turns, rest), angle < 0.0);
}

// sin and cos: drivers may be off by 2^-11. Multiples of pi/2 are taken away in three parts (Cody
// and Waite), then comes a polynomial on [-pi/4, pi/4]. Source: S. L. Moshier, Cephes, sinf and cosf.
fn quadrant_sine(x: f32, shift: i32) -> f32 {
  if (is_finite(x) == 0) {
    return from_bits(0x7fc00000u);
  }
  var q = round(x * 0.636619772);
  var r = ((x - q * 1.5703125) - q * 4.837512969970703e-4) - q * 7.549789948768648e-8;
  if (abs(x) > 8192.0) {
    let turns = quarter_turns(x);
    q = turns.x;
    r = turns.y;
  }
  let s = r * r;
  let sine = r + r * s * (-1.6666654611e-1 + s * (8.3321608736e-3 - s * 1.9515295891e-4));
  let cosine = 1.0 - 0.5 * s + s * s * (4.166664568298827e-2 +
    s * (-1.388731625493765e-3 + s * 2.443315711809948e-5));
  let quadrant = (i32(q) + shift) & 3;
  let value = select(sine, cosine, (quadrant & 1) == 1);
  return select(value, -value, quadrant >= 2);
}

fn sine(x: f32) -> f32 {
  return quadrant_sine(x, 0);
}

fn cosine(x: f32) -> f32 {
  return quadrant_sine(x, 1);
}
