// A convolution to play with.
export default function (root, data, tools) {
  const { el, row, button, slider, choice, canvas, signed, gray, largest, number, place } = tools;
  const { title, image } = data, H = image.length, W = image[0].length;
  let { kernel, stride, padding, dilation } = data, ink = 1, at;

  const presets = {
    "vertical edges": [[1, 0, -1], [1, 0, -1], [1, 0, -1]],
    "horizontal edges": [[1, 1, 1], [0, 0, 0], [-1, -1, -1]],
    "all edges": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    "mean": [[1, 1, 1], [1, 1, 1], [1, 1, 1]].map((r) => r.map((x) => Number((x / 9).toFixed(3)))),
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "one pixel": [[1]],
    "5 x 5 ring": [0, 1, 2, 3, 4].map((y) =>
      [0, 1, 2, 3, 4].map((x) => Math.max(Math.abs(x - 2), Math.abs(y - 2)) === 2 ? 1 : 0)
    ),
  };

  const F = () => kernel.length, extent = () => dilation * (F() - 1) + 1;
  const sizeOf = (length) =>
    Math.max(0, Math.floor((length + 2 * padding - extent()) / stride) + 1);
  const pixel = (y, x) => image[y]?.[x] ?? 0;
  const output = () =>
    Array.from(
      { length: sizeOf(H) },
      (_, i) =>
        Array.from({ length: sizeOf(W) }, (_, j) =>
          products(i, j).reduce((sum, { product }) => sum + product, 0)),
    );
  const products = (i, j) =>
    kernel.flatMap((weights, a) =>
      weights.map((weight, b) => {
        const y = i * stride + a * dilation - padding, x = j * stride + b * dilation - padding;
        return { y, x, value: pixel(y, x), weight, product: weight * pixel(y, x) };
      })
    );

  const step = 24;
  const [picture, paint] = canvas(10, 10, {
    "data-part": "image",
    style: "cursor:crosshair;touch-action:none",
  });
  const [result, draw] = canvas(10, 10, { "data-part": "output", style: "cursor:crosshair" });
  const grid = el("div", { "data-part": "kernel" });
  const rule = el("div", { "data-part": "rule", style: "margin:6px 0;font-weight:bold" });
  const sum = el("div", { "data-part": "sum", style: "min-height:40px;margin-top:6px" });

  const fill = (context, x, y, color, text, dark) => {
    context.fillStyle = color;
    context.fillRect(x * step, y * step, step, step);
    context.strokeStyle = "#d5dae2";
    context.strokeRect(x * step + 0.5, y * step + 0.5, step - 1, step - 1);
    if (text === undefined) return;
    context.fillStyle = dark ? "#fff" : "#2a3f5f";
    context.font = "9px Helvetica,Arial,sans-serif";
    context.textAlign = "center";
    context.fillText(text, (x + 0.5) * step, (y + 0.6) * step);
  };

  const show = () => {
    picture.width = (W + 2 * padding) * step;
    picture.height = (H + 2 * padding) * step;
    for (let y = -padding; y < H + padding; y++) {
      for (let x = -padding; x < W + padding; x++) {
        const isPadding = image[y]?.[x] === undefined, value = pixel(y, x);
        fill(
          paint,
          x + padding,
          y + padding,
          isPadding ? "#e8ebf0" : gray(value),
          isPadding ? "0" : undefined,
        );
      }
    }
    const values = output(), most = largest(values.flat());
    result.width = Math.max(1, sizeOf(W)) * step;
    result.height = Math.max(1, sizeOf(H)) * step;
    values.forEach((line, i) =>
      line.forEach((value, j) =>
        fill(
          draw,
          j,
          i,
          signed(value / most),
          number(value, Number.isInteger(value) ? 0 : 1),
          Math.abs(value) > 0.7 * most,
        )
      )
    );
    root.dataset.output = JSON.stringify(
      values.map((line) => line.map((x) => Number(x.toFixed(4)))),
    );
    const size = (length) =>
      `(${length} + 2·${padding} − ${extent()})/${stride} + 1 = ${sizeOf(length)}`;
    const window = dilation > 1 ? `, window ${extent()} = ${dilation}·(${F()} − 1) + 1` : "";
    rule.textContent = sizeOf(H) === 0 || sizeOf(W) === 0
      ? "the window does not fit into the image"
      : `rows: ${size(H)}${H === W ? "" : `, columns: ${size(W)}`}${window}`;
    if (at && (at[0] >= sizeOf(H) || at[1] >= sizeOf(W))) at = undefined;
    explain();
  };

  const explain = () => {
    if (at === undefined) {
      sum.textContent = "Point at a square of the output: its window and the sum of its products.";
      return;
    }
    const [i, j] = at, terms = products(i, j);
    paint.strokeStyle = "#b8306b";
    paint.lineWidth = 2;
    for (const { y, x } of terms) {
      paint.strokeRect((x + padding) * step + 2, (y + padding) * step + 2, step - 4, step - 4);
    }
    paint.lineWidth = 1;
    draw.strokeStyle = "#b8306b";
    draw.lineWidth = 3;
    draw.strokeRect(j * step + 1, i * step + 1, step - 2, step - 2);
    draw.lineWidth = 1;
    const some = terms.filter(({ product }) => product !== 0)
      .map(({ value, weight }) =>
        `${number(value, Number.isInteger(value) ? 0 : 2)}·${
          weight < 0 ? `(${String(weight).replace("-", "−")})` : weight
        }`
      );
    const total = terms.reduce((s, { product }) => s + product, 0);
    sum.textContent = `row ${i}, column ${j}: ${some.join(" + ") || "only zeros"} = ${
      number(total)
    }`;
  };

  const edit = () => {
    grid.replaceChildren(...kernel.map((weights, a) =>
      el(
        "div",
        {},
        ...weights.map((weight, b) => {
          const input = el("input", {
            type: "number",
            step: "0.5",
            value: weight,
            "data-cell": `${a},${b}`,
            style: "width:52px;font:inherit;text-align:right",
          });
          input.addEventListener("input", () => {
            kernel = kernel.map((r, y) =>
              r.map((x, z) => y === a && z === b ? Number(input.value) || 0 : x)
            );
            show();
          });
          return input;
        }),
      )
    ));
  };

  const paintAt = (event) => {
    const [px, py] = place(event, picture);
    const x = Math.floor(px / step) - padding, y = Math.floor(py / step) - padding;
    if (image[y]?.[x] === undefined) return;
    if (event.type === "pointerdown") ink = image[y][x] > 0.5 ? 0 : 1;
    image[y][x] = ink;
    show();
  };
  picture.addEventListener("pointerdown", paintAt);
  picture.addEventListener("pointermove", (event) => event.buttons > 0 && paintAt(event));
  result.addEventListener("pointermove", (event) => {
    const [x, y] = place(event, result);
    at = [
      Math.min(sizeOf(H) - 1, Math.floor(y / step)),
      Math.min(sizeOf(W) - 1, Math.floor(x / step)),
    ];
    show();
  });
  const set = (change) => (value) => {
    change(value);
    show();
  };
  const names = ["choose …", ...Object.keys(presets)];
  root.append(
    el("div", { style: "font-size:16px;text-align:center;margin-bottom:6px" }, title),
    row(
      el("div", {}, el("div", {}, "image (paint with the mouse)"), picture),
      el(
        "div",
        {},
        el("div", {}, "kernel"),
        grid,
        choice("", names, names[0], (name) => {
          if (presets[name] === undefined) return;
          kernel = presets[name];
          edit();
          show();
        }, "preset"),
        slider("stride", { min: 1, max: 3, step: 1, value: stride }, set((x) => stride = x)),
        slider("padding", { min: 0, max: 3, step: 1, value: padding }, set((x) => padding = x)),
        slider("dilation", { min: 1, max: 3, step: 1, value: dilation }, set((x) => dilation = x)),
        button("clear the image", () => {
          for (const line of image) line.fill(0);
          show();
        }, "clear"),
      ),
      el("div", {}, el("div", {}, "output"), result),
    ),
    rule,
    sum,
  );
  edit();
  show();
}
