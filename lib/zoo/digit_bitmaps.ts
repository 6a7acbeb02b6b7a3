/**
 * The ten digits as bitmaps of 7x12, as a printer draws them: what the outputs of LeNet-5 compare
 * the 84 units of layer F6 with. Drawn for this library after figure 3 of LeCun et al. 1998.
 */
const drawings = `
  ..###..  ...#...  .#####.  #######  ....##.
  .#...#.  ..##...  #.....#  ......#  ...#.#.
  #.....#  .#.#...  ......#  .....#.  ..#..#.
  #.....#  ...#...  ......#  ....#..  .#...#.
  #.....#  ...#...  .....#.  ...##..  #....#.
  #.....#  ...#...  ...##..  .....#.  #....#.
  #.....#  ...#...  ..#....  ......#  #######
  #.....#  ...#...  .#.....  ......#  .....#.
  .#...#.  ...#...  #......  #.....#  .....#.
  ..###..  .#####.  #######  .#####.  .....#.
  .......  .......  .......  .......  .......
  .......  .......  .......  .......  .......

  #######  ..####.  #######  .#####.  ..###..
  #......  .#.....  #.....#  #.....#  .#...#.
  #......  #......  ......#  #.....#  #.....#
  #......  #......  .....#.  #.....#  #.....#
  ######.  #.####.  .....#.  .#####.  #....##
  ......#  ##....#  ....#..  #.....#  .####.#
  ......#  #.....#  ....#..  #.....#  ......#
  ......#  #.....#  ...#...  #.....#  ......#
  #.....#  .#...#.  ...#...  #.....#  .....#.
  .#####.  ..###..  ...#...  .#####.  .####..
  .......  .......  .......  .......  .......
  .......  .......  .......  .......  .......`;

const width = 7, height = 12;
const lines = drawings.split("\n").filter((line) => line).map((line) => line.trim().split("  "));

/** Pixels of a bitmap. */
export const bitmapSize: number = width * height;

/** The bitmap of a digit, row by row: 1 where there is ink, -1 elsewhere. */
export function digitBitmap(digit: number): number[] {
  const top = digit < 5 ? 0 : height;
  return lines.slice(top, top + height)
    .flatMap((line) => [...line[digit % 5]!].map((pixel) => pixel === "#" ? 1 : -1));
}
