// Functions that WGSL lacks, or that it leaves to the driver where drivers are known to be poor.

fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn is_finite(x: f32) -> i32 {
  return select(0i, 1i, (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u);
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

// pow is undefined for negative bases; 0^0 and NaN^0 are 1, as in IEEE 754.
fn power(a: f32, b: f32) -> f32 {
  if (b == 0.0) {
    return 1.0;
  }
  let whole = floor(b) == b;
  let odd = whole && abs(b) < 16777216.0 && (i32(b) & 1) == 1;
  let magnitude = pow(abs(a), b);
  if (a < 0.0) {
    return select(select(bitcast<f32>(0x7fc00000u | u32(odd)), magnitude, whole), -magnitude, odd);
  }
  return magnitude;
}

// sin and cos: drivers may be off by 2^-11. Multiples of pi/2 are taken away in three parts (Cody
// and Waite), then comes a polynomial on [-pi/4, pi/4]. Source: S. L. Moshier, Cephes, sinf and cosf.
fn quadrant_sine(x: f32, shift: i32) -> f32 {
  let q = round(x * 0.636619772);
  let r = ((x - q * 1.5703125) - q * 4.837512969970703e-4) - q * 7.549789948768648e-8;
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
