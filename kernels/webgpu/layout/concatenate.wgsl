// One input of a concatenation: OUTER blocks of INNER words go to their place in blocks of TOTAL.

fn run(thread: u32) {
  finish((thread / INNER) * TOTAL + OFFSET + thread % INNER, load(thread));
}
