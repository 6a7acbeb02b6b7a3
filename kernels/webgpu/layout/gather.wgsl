// COUNT rows of WIDTH elements, each copied from the row that an index names.

fn run(thread: u32) {
  let row = u32(clamp(load_index(thread / WIDTH), 0i, i32(ROWS) - 1i));
  finish(thread, load_row(row * WIDTH + thread % WIDTH));
}
