import { assertEquals } from "@std/assert";
import {
  fillTemplate,
  formatWith,
  plainNumber,
} from "../../../lib/plotly_svg/axes/number_format.ts";

Deno.test("formats of d3: digits, percent, powers, commas", () => {
  assertEquals(formatWith(".2f", 3.14159), "3.14");
  assertEquals(formatWith(".0%", 0.256), "26%");
  assertEquals(formatWith(".1%", -0.256), "−25.6%");
  assertEquals(formatWith(".1e", 12345), "1.2e4");
  assertEquals(formatWith("d", 7.4), "7");
  assertEquals(formatWith(",d", 1234567), "1,234,567");
  assertEquals(formatWith(".3s", 15_470_000), "15.5M");
  assertEquals(formatWith("s", 0.0042), "4.20000m");
  assertEquals(formatWith("~s", 15000), "15k");
  assertEquals(formatWith("+.1f", 2), "+2.0");
  assertEquals(formatWith(".3g", 0.00012345), "0.000123");
});

Deno.test("templates are filled with values, with a format or without", () => {
  const values = { text: "cat", z: 0.12345, missing: undefined };
  assertEquals(fillTemplate("%{text}: %{z:.1%}", values), "cat: 12.3%");
  assertEquals(fillTemplate("%{z}%{missing}%{other}", values), "0.12345");
  assertEquals(plainNumber(1 / 3), "0.3333333");
  assertEquals(plainNumber(NaN), "");
});
