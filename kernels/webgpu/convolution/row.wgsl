// A row of the left operand: where its elements begin, and the pixel that its window begins at.
struct Row {
  start: u32,
  y: i32,
  x: i32,
}
