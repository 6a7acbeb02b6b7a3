/**
 * Whether two settings are the same: the same functions, and the same names, numbers and plain data
 * around them. A name stands for itself alone or in braces, and a list of one for what is in it.
 */
export function isSameChoice(a: unknown, b: unknown): boolean {
  const [first, second] = [written(a), written(b)];
  if (first === second) return true;
  if (!(first instanceof Object && second instanceof Object)) return false;
  if (typeof first === "function" || typeof second === "function") return false;
  const names = Object.keys(first);
  return names.length === Object.keys(second).length &&
    names.every((name) =>
      name in second && isSameChoice(Reflect.get(first, name), Reflect.get(second, name))
    );
}

function written(value: unknown): unknown {
  if (Array.isArray(value) && value.length === 1) return written(value[0]);
  if (!(value instanceof Object) || typeof value === "function") return value;
  const [name, ...others] = Object.keys(value);
  return name === "name" && others.length === 0 ? Reflect.get(value, name) : value;
}
