// What the scripts of widgets share. It runs in the browser, and is given the element of a widget.
export default function (root) {
  const blue = [61, 111, 168], red = [184, 69, 58];
  root.style.cssText = "font:13px Helvetica,Arial,sans-serif;color:#2a3f5f;background:#fff;" +
    "padding:10px;max-width:940px;border:1px solid #d5dae2;border-radius:8px;line-height:1.4";

  /** An element with attributes, listeners ("onclick") and what is inside. */
  const el = (tag, attributes = {}, ...inside) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (name === "style") made.style.cssText = value;
      else made.setAttribute(name, value);
    }
    made.append(...inside);
    return made;
  };

  /** Parts side by side, which wrap where there is no room. */
  const row = (...parts) =>
    el("div", { style: "display:flex;flex-wrap:wrap;gap:14px;align-items:flex-start" }, ...parts);

  const button = (label, onclick, name = label) =>
    el("button", { onclick, "data-name": name, style: "font:inherit;padding:2px 10px" }, label);

  /** A slider with its label and value; `change` is told of each move. */
  const slider = (label, { min, max, step, value, write = String, name = label }, change) => {
    const shown = el("b", {}, write(value));
    const input = el("input", { type: "range", min, max, step, value, "data-name": name });
    input.addEventListener("input", () => {
      shown.textContent = write(Number(input.value));
      change(Number(input.value));
    });
    return el(
      "label",
      { style: "display:flex;align-items:center;gap:6px;margin:4px 0" },
      el("span", { style: "min-width:110px" }, label),
      input,
      shown,
    );
  };

  /** One of several values; `change` is told of it. */
  const choice = (label, values, value, change, name = label) => {
    const select = el(
      "select",
      { "data-name": name, style: "font:inherit", onchange: () => change(select.value) },
      ...values.map((one) =>
        el("option", String(one) === String(value) ? { selected: "" } : {}, String(one))
      ),
    );
    return el("label", {}, `${label} `, select);
  };

  /** A canvas of so many pixels of the page, and its context. */
  const canvas = (width, height, attributes = {}) => {
    const made = el("canvas", { width, height, ...attributes });
    return [made, made.getContext("2d", { willReadFrequently: true })];
  };

  /** A colour of a signed scale with white in the middle; `x` from -1 to 1. */
  const signed = (x) => {
    const to = x < 0 ? red : blue, share = Math.min(1, Math.abs(x));
    return `rgb(${to.map((c) => Math.round(255 + share * (c - 255))).join()})`;
  };

  const gray = (x) => {
    const level = Math.round(255 * Math.min(1, Math.max(0, x)));
    return `rgb(${level},${level},${level})`;
  };

  /** Numbers in rows as squares of `size` pixels at (x, y). */
  const cells = (context, values, columns, size, color, x = 0, y = 0) => {
    for (let i = 0; i < values.length; i++) {
      context.fillStyle = color(values[i]);
      context.fillRect(x + (i % columns) * size, y + Math.floor(i / columns) * size, size, size);
    }
  };

  const largest = (values) => values.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-12);

  /** A number with a real minus sign. */
  const number = (x, digits = 2) => x.toFixed(digits).replace("-", "−");

  /** Where a pointer is within an element, in its own pixels. */
  const place = (event, element) => {
    const box = element.getBoundingClientRect();
    return [
      (event.clientX - box.left) * element.width / box.width,
      (event.clientY - box.top) * element.height / box.height,
    ];
  };

  /** The numbers of a text in base 64, of a kind of array. */
  const decode = (text, Kind) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return new Kind(bytes.buffer);
  };

  const random = (seed) => () => {
    seed = seed + 0x6d2b79f5 | 0;
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 4294967296;
  };

  return {
    el,
    row,
    button,
    slider,
    choice,
    canvas,
    signed,
    gray,
    cells,
    largest,
    number,
    place,
    decode,
    random,
  };
}
