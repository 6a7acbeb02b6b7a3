import { wrongType } from "../../core/errors.ts";
import { type AnyOption, options, type Values } from "../../core/options.ts";
import { describeNumbers, isNumbers, isTensor, type Numbers } from "./numbers.ts";

/** What a function is given for one or for several series, where numbers alone are a series too. */
export type OneOrMore<S> = Numbers | S | readonly (Numbers | S)[];

/** A series that was checked, and what messages call it. */
export interface Checked<S> {
  readonly series: S;
  readonly where: string;
}

/** Checks series against their schema, in which numbers alone have the name `key`. */
export function checkSeries<S extends Readonly<Record<string, AnyOption>>>(
  given: unknown,
  where: string,
  key: keyof S & string,
  schema: S,
): Checked<Values<S>>[] {
  const several = !isNumbers(given) && Array.isArray(given);
  return (several ? given as readonly unknown[] : [given]).map((one, i) => {
    if (isNumbers(one)) {
      const name = several ? `${where}: series[${i}]` : where;
      return { series: options(name, { [key]: one }, schema), where: name };
    }
    const name = `${where}: series${several ? `[${i}]` : ""}`;
    if (typeof one === "object" && one !== null && !Array.isArray(one) && !isTensor(one)) {
      return { series: options(name, one, schema), where: name };
    }
    throw wrongType(name, `numbers or a series { ${key}, name … }`, describeNumbers(one));
  });
}
