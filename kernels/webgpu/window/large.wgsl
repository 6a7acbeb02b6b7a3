// Large windows and many of them: what is combined for each output is numbered by k.

// The position of element k of a window, which may be outside the image.
fn element_at(window: Place, k: u32) -> vec2i {
  return vec2i(
    i32(window.y * STRIDE_Y + k / WINDOW_X) - PADDING_TOP,
    i32(window.x * STRIDE_X + k % WINDOW_X) - PADDING_LEFT,
  );
}

// Whether element k of a window is in the image.
fn is_inside(output: u32, k: u32) -> bool {
  let at = element_at(place_of(output, ROWS, COLUMNS), k);
  return u32(at.x) < HEIGHT && u32(at.y) < WIDTH;
}

// The index of element k of a window; that of the nearest in the image for one that is outside, which
// comes neither before all that are equal to it nor after them.
fn index_of(output: u32, k: u32) -> u32 {
  let window = place_of(output, ROWS, COLUMNS);
  let at = clamp(element_at(window, k), vec2i(0), vec2i(i32(HEIGHT) - 1, i32(WIDTH) - 1));
  return image_index(window.image, u32(at.x), u32(at.y), window.channel);
}

// The index of window k of those that hold an element of the images, ACROSS in a row; NONE for one that
// does not.
const NONE = 0xffffffffu;

fn holder_of(output: u32, k: u32) -> u32 {
  let at = place_of(output, HEIGHT, WIDTH);
  let rows = holders(at.y, STRIDE_Y, u32(PADDING_TOP), WINDOW_Y, ROWS);
  let columns = holders(at.x, STRIDE_X, u32(PADDING_LEFT), WINDOW_X, COLUMNS);
  let row = rows.x + k / ACROSS;
  let column = columns.x + k % ACROSS;
  let index = window_index(at.image, row, column, at.channel);
  return select(NONE, index, row < rows.y && column < columns.y);
}
