/**
 * The skeletons of the ten digits as people write them, most in several ways.
 *
 * @module
 */

/** A point of the unit square: x to the right, y downwards. */
export type Point = readonly [number, number];
/** Points that the pen goes through in a smooth curve; one that is given twice is a corner. */
export type Stroke = readonly Point[];

/** For each digit its ways: strokes with semicolons between, of points "x,y" in hundredths. */
const written: readonly (readonly string[])[] = [
  [
    "52,5 27,20 19,50 28,82 50,95 73,82 81,50 73,20 48,6",
    "66,12 42,7 20,38 22,76 46,95 74,78 80,40 66,12 50,15",
  ],
  [
    "50,5 50,50 50,95",
    "30,27 53,6 53,6 53,50 53,95",
    "32,25 52,6 52,6 52,50 52,94; 28,94 76,94",
  ],
  [
    "22,27 33,10 55,5 76,20 71,42 48,67 20,93 20,93 50,92 82,93",
    "22,27 36,8 58,6 75,24 67,50 44,77 24,90 20,78 34,74 56,89 84,87",
  ],
  [
    "24,17 47,5 72,16 68,36 44,47 44,47 70,57 77,76 55,94 22,86",
    "24,7 75,7 75,7 45,42 45,42 72,53 76,76 52,94 22,84",
  ],
  [
    "32,6 22,53 22,53 82,53; 67,8 66,50 63,95",
    "66,95 66,50 66,5 66,5 16,64 16,64 86,64",
  ],
  [
    "75,7 32,7 32,7 27,45 27,45 50,38 74,52 75,77 52,94 22,86",
    "32,8 30,42 30,42 55,41 75,60 66,87 42,95 20,85; 32,8 80,6",
  ],
  [
    "68,7 42,26 25,56 27,83 49,95 73,84 74,63 54,52 34,60 26,74",
    "42,5 27,40 25,75 44,95 70,88 76,68 60,55 38,62 27,76",
  ],
  [
    "20,9 80,8 80,8 56,50 42,95",
    "20,10 80,8 80,8 56,50 40,95; 36,50 74,48",
    "20,26 22,8 22,8 78,10 78,10 55,50 48,95",
  ],
  [
    "70,19 50,5 28,18 35,38 62,55 76,76 50,95 24,76 38,55 65,38 71,19",
    "50,48 29,36 30,15 52,5 71,16 70,36 50,48; 50,48 26,60 24,82 50,95 76,82 74,60 50,48",
  ],
  [
    "73,25 53,6 28,18 27,40 46,51 68,41 74,19 74,19 70,58 66,95",
    "72,30 58,7 31,14 26,38 46,51 70,36 74,16 75,56 62,87 30,92",
  ],
];

function strokeOf(points: string): Stroke {
  return points.trim().split(" ").map((point) => {
    const [x, y] = point.split(",").map(Number);
    return [x! / 100, y! / 100];
  });
}

/** The ways of writing each digit: `glyphs[digit][way]` is a list of strokes. */
export const glyphs: readonly (readonly (readonly Stroke[])[])[] = written.map((ways) =>
  ways.map((way) => way.split(";").map(strokeOf))
);
