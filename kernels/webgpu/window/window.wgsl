// Pooling over images [n, HEIGHT, WIDTH, CHANNELS], whose windows make [n, ROWS, COLUMNS, CHANNELS].
// Neighbouring threads take neighbouring channels. The names of positions: (y, x) in an image,
// (row, column) of a window.

struct Place {
  image: u32,
  y: u32,
  x: u32,
  channel: u32,
}

fn place_of(thread: u32, height: u32, width: u32) -> Place {
  let pixel = thread / CHANNELS;
  let line = pixel / width;
  return Place(line / height, line % height, pixel % width, thread % CHANNELS);
}

fn image_index(image: u32, y: u32, x: u32, channel: u32) -> u32 {
  return ((image * HEIGHT + y) * WIDTH + x) * CHANNELS + channel;
}

fn window_index(image: u32, row: u32, column: u32, channel: u32) -> u32 {
  return ((image * ROWS + row) * COLUMNS + column) * CHANNELS + channel;
}

// The part of a window that lies in the image, as (first, end) along one axis. Never empty, since
// padding is smaller than the window, but for windows wholly in the padding behind the image.
fn extent(index: u32, stride: u32, padding: u32, size: u32, length: u32) -> vec2u {
  let start = i32(index * stride) - i32(padding);
  return vec2u(u32(max(start, 0)), u32(clamp(start + i32(size), 0, i32(length))));
}

// The windows that hold a position along one axis, as (first, end).
fn holders(at: u32, stride: u32, padding: u32, size: u32, count: u32) -> vec2u {
  let shifted = at + padding;
  let first = select(0u, (shifted - size) / stride + 1u, shifted >= size);
  return vec2u(first, min(shifted / stride + 1u, count));
}
