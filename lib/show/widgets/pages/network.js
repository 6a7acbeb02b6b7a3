// A network at work: a digit drawn with the mouse, or an image, goes through the layers; the unit
// under the pointer shows what it reads.
export default function (root, data, tools) {
  const { el, row, button, canvas, signed, gray, cells, largest, number, place, decode } = tools;
  const { layers, classes, size, image, mean, deviation, draws, title } = data;
  for (const layer of layers) {
    if (layer.kernel === undefined) continue;
    const { codes, scales } = layer.kernel, code = decode(codes, Int8Array);
    layer.kernel.values = Float32Array.from(code, (c, i) => c * scales[i % scales.length]);
  }

  // ---- forward ----
  const activate = {
    relu: (x) => Math.max(0, x),
    tanh: Math.tanh,
    sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  };

  const steps = {
    conv2d(
      { to: [h, w, n], window: [kh, kw], stride: [sh, sw], start: [top, left], kernel, bias },
      x,
      [H, W, C],
    ) {
      const out = new Float32Array(h * w * n);
      for (let i = 0; i < h; i++) {
        for (let j = 0; j < w; j++) {
          const at = (i * w + j) * n;
          for (let o = 0; o < n; o++) out[at + o] = bias[o];
          for (let a = 0; a < kh; a++) {
            const y = i * sh + top + a;
            if (y < 0 || y >= H) continue;
            for (let b = 0; b < kw; b++) {
              const z = j * sw + left + b;
              if (z < 0 || z >= W) continue;
              for (let c = 0; c < C; c++) {
                const v = x[(y * W + z) * C + c], k = ((a * kw + b) * C + c) * n;
                if (v !== 0) {
                  for (let o = 0; o < n; o++) out[at + o] += v * kernel.values[k + o];
                }
              }
            }
          }
        }
      }
      return out;
    },
    pool(
      { to: [h, w, n], window: [kh, kw], stride: [sh, sw], start: [top, left], most },
      x,
      [, W],
    ) {
      return Float32Array.from({ length: h * w * n }, (_, at) => {
        const o = at % n, j = Math.floor(at / n) % w, i = Math.floor(at / n / w);
        let sum = most ? -Infinity : 0;
        for (let a = 0; a < kh; a++) {
          for (let b = 0; b < kw; b++) {
            const v = x[((i * sh + top + a) * W + j * sw + left + b) * n + o];
            sum = most ? Math.max(sum, v) : sum + v / (kh * kw);
          }
        }
        return sum;
      });
    },
    dense({ kernel, bias }, x) {
      const n = bias.length, out = Float32Array.from(bias);
      for (let i = 0; i < x.length; i++) {
        for (let o = 0; o < n; o++) out[o] += x[i] * kernel.values[i * n + o];
      }
      return out;
    },
  };

  /** The numbers of each layer, the input first. */
  const forward = (input) => {
    const values = [input.map((x) => (x - mean) / deviation)];
    let shape = size;
    for (const layer of layers) {
      const out = steps[layer.type](layer, values.at(-1), shape);
      values.push(layer.activation ? out.map(activate[layer.activation]) : out);
      shape = layer.to;
    }
    return values;
  };

  // ---- what is seen ----
  const volumes = [{ name: "input", to: size }, ...layers];
  const views = volumes.map((layer) => {
    const [h, w, n] = layer.to.length === 3 ? layer.to : [1, layer.to[0], 1];
    const isMap = layer.to.length === 3;
    const scale = isMap
      ? (n === 1 ? Math.max(3, Math.round(112 / h)) : Math.max(2, Math.round(52 / h)))
      : 5;
    const columns = isMap ? Math.min(n, 8) : Math.min(w, 60), gap = 5;
    const size = isMap
      ? [columns * (w * scale + gap), Math.ceil(n / columns) * (h * scale + gap)]
      : [columns * (scale + 1), Math.ceil(w / columns) * (scale + 9)];
    const [element, context] = canvas(...size, {
      "data-layer": layer.name,
      style: "cursor:crosshair",
    });
    return { layer, h, w, n, isMap, scale, columns, gap, element, context };
  });

  /** Where a map's or a unit's square stands in its view. */
  const corner = ({ columns, w, h, scale, gap, isMap }, index) =>
    isMap
      ? [index % columns * (w * scale + gap), Math.floor(index / columns) * (h * scale + gap)]
      : [index % columns * (scale + 1), Math.floor(index / columns) * (scale + 9)];

  let values = [], hovered;
  const draw = () => {
    views.forEach((view, k) => {
      const { context, element, isMap, n, w, scale } = view;
      context.clearRect(0, 0, element.width, element.height);
      const most = largest(values[k]);
      const color = k === 0 ? (x) => gray(x * deviation + mean) : (x) => signed(x / most);
      if (isMap) {
        for (let c = 0; c < n; c++) {
          const plane = values[k].filter((_, i) => i % n === c), [x, y] = corner(view, c);
          cells(context, plane, w, scale, color, x, y);
          context.strokeStyle = "#c5ccd6";
          context.strokeRect(x + 0.5, y + 0.5, w * scale - 1, view.h * scale - 1);
        }
      } else {
        for (let i = 0; i < w; i++) {
          const [x, y] = corner(view, i);
          context.fillStyle = color(values[k][i]);
          context.fillRect(x, y, scale, scale + 6);
          context.strokeStyle = "#c5ccd6";
          context.strokeRect(x + 0.5, y + 0.5, scale - 1, scale + 5);
        }
      }
    });
    bars();
    if (hovered) explain(hovered);
  };

  // ---- answer ----
  const answer = el("div", { "data-part": "answer", style: "min-width:230px" });
  const bars = () => {
    const logits = values.at(-1), most = Math.max(...logits);
    const weights = Array.from(logits, (x) => Math.exp(x - most));
    const sum = weights.reduce((a, b) => a + b, 0), best = logits.indexOf(most);
    answer.dataset.best = classes[best];
    answer.replaceChildren(...weights.map((weight, i) => {
      const share = weight / sum;
      return el(
        "div",
        { style: "display:flex;gap:6px;align-items:center;height:17px" },
        el(
          "span",
          { style: `width:58px;text-align:right${i === best ? ";font-weight:bold" : ""}` },
          classes[i],
        ),
        el("span", {
          style: `height:11px;width:${Math.round(110 * share)}px;background:${
            i === best ? "#3d6fa8" : "#a9c9e8"
          }`,
        }),
        el("span", {}, `${number(100 * share, 1)} %`),
      );
    }));
  };

  // ---- the unit under the pointer ----
  const detail = el("div", {
    "data-part": "detail",
    style: "min-height:190px;background:#f7f8fa;border-radius:6px;padding:8px;margin-top:8px",
  }, "Point at a square of a layer: its window and its products stand here.");

  const unitAt = (view, k, [x, y]) => {
    const { isMap, w, h, scale, gap, columns, n } = view;
    const [wide, high] = isMap ? [w * scale + gap, h * scale + gap] : [scale + 1, scale + 9];
    const index = Math.floor(y / high) * columns + Math.floor(x / wide);
    if (index >= (isMap ? n : w) || Math.floor(x / wide) >= columns || y < 0) return undefined;
    if (!isMap) return { k, channel: index, i: 0, j: 0 };
    const i = Math.floor((y % high) / scale), j = Math.floor((x % wide) / scale);
    return i < h && j < w ? { k, channel: index, i, j } : undefined;
  };

  const box = (view, channel, i, j, h, w, color) => {
    const [x, y] = corner(view, channel), { scale, context } = view;
    context.strokeStyle = color;
    context.lineWidth = 2;
    context.strokeRect(x + j * scale, y + i * scale, w * scale, h * scale);
    context.lineWidth = 1;
  };

  /** Three small pictures side by side: what is read, by what it is multiplied, the products. */
  const triple = (read, by, products, columns, label) => {
    const step = Math.max(4, Math.min(11, Math.floor(60 / columns))),
      rows = Math.ceil(read.length / columns);
    const width = columns * step;
    const [element, context] = canvas(3 * width + 36, rows * step);
    const mosts = [read, by, products].map(largest);
    [read, by, products].forEach((list, part) =>
      cells(context, list, columns, step, (x) => signed(x / mosts[part]), part * (width + 18), 0)
    );
    context.fillStyle = "#2a3f5f";
    context.font = "13px Helvetica,Arial,sans-serif";
    context.fillText("·", width + 6, rows * step / 2 + 4);
    context.fillText("=", 2 * width + 23, rows * step / 2 + 4);
    const sum = products.reduce((a, b) => a + b, 0);
    return el(
      "div",
      {},
      el("div", { style: "font-size:11px;color:#6b7684" }, `${label}: Σ = ${number(sum)}`),
      element,
    );
  };

  const explain = ({ k, channel, i, j }) => {
    const view = views[k], { layer, n } = view;
    const where = view.isMap ? `map ${channel}, row ${i}, column ${j}` : `unit ${channel}`;
    const value = values[k][view.isMap ? (i * view.w + j) * n + channel : channel];
    const head = el(
      "div",
      { "data-part": "unit" },
      el("b", {}, `${layer.name}, ${where}: ${number(value, 3)}`),
    );
    if (k === 0) return detail.replaceChildren(head);
    const before = views[k - 1], x = values[k - 1], [H, W, C] = before.layer.to;
    if (layer.type === "dense") {
      const by = Array.from(x, (_, a) => layer.kernel.values[a * layer.bias.length + channel]);
      const products = by.map((weight, a) => weight * x[a]);
      const sum = products.reduce((a, b) => a + b, layer.bias[channel]);
      return detail.replaceChildren(
        head,
        el(
          "div",
          {},
          `reads all ${x.length} numbers of ${before.layer.name}: Σ + bias ${
            number(layer.bias[channel])
          } = ${number(sum, 3)}` +
            (layer.activation ? `, ${layer.activation} of it ${number(value, 3)}` : ""),
        ),
        triple(
          Array.from(x),
          by,
          products,
          Math.ceil(Math.sqrt(x.length)),
          "numbers · weights = products",
        ),
      );
    }
    const { window: [kh, kw], stride, start } = layer;
    const top = i * stride[0] + start[0], left = j * stride[1] + start[1];
    const windowOf = (c) =>
      Array.from({ length: kh * kw }, (_, at) => {
        const y = top + Math.floor(at / kw), z = left + at % kw;
        return y < 0 || z < 0 || y >= H || z >= W ? 0 : x[(y * W + z) * C + c];
      });
    if (layer.type === "pool") {
      box(before, channel, top, left, kh, kw, "#b8306b");
      return detail.replaceChildren(
        head,
        el(
          "div",
          {},
          `${layer.most ? "the largest" : "the mean"} of ${
            windowOf(channel).map((v) => number(v, 3)).join(", ")
          }`,
        ),
      );
    }
    let total = layer.bias[channel];
    const parts = Array.from({ length: C }, (_, c) => {
      box(before, c, top, left, kh, kw, "#b8306b");
      const read = windowOf(c);
      const by = read.map((_, at) => layer.kernel.values[(at * C + c) * n + channel]);
      const products = by.map((weight, at) => weight * read[at]);
      total = products.reduce((a, b) => a + b, total);
      return triple(read, by, products, kw, C === 1 ? "window · kernel = products" : `map ${c}`);
    });
    detail.replaceChildren(
      head,
      el(
        "div",
        {},
        `all sums + bias ${number(layer.bias[channel])} = ${number(total, 3)}` +
          (layer.activation ? `, ${layer.activation} of it ${number(value, 3)}` : ""),
      ),
      row(...parts),
    );
  };

  views.forEach((view, k) => {
    view.element.addEventListener("pointermove", (event) => {
      hovered = unitAt(view, k, place(event, view.element));
      draw();
      if (hovered) {
        const { channel, i, j } = hovered;
        if (view.isMap) box(view, channel, i, j, 1, 1, "#000");
      }
    });
    view.element.addEventListener("pointerleave", () => {
      hovered = undefined;
      draw();
    });
  });

  // ---- input ----
  const [H, W] = size;
  const run = (input) => {
    values = forward(input);
    root.dataset.logits = JSON.stringify(Array.from(values.at(-1), (x) => Number(x.toFixed(4))));
    draw();
  };

  /** Ink as the data set has it: no larger than 20 pixels, its centre of mass in the middle. */
  const centered = (ink, side) => {
    const found = [...ink.keys()].filter((i) => ink[i] > 0.1);
    if (found.length === 0) return new Float32Array(H * W);
    const xs = found.map((i) => i % side), ys = found.map((i) => Math.floor(i / side));
    const [x0, y0] = [Math.min(...xs), Math.min(...ys)];
    const extent = Math.max(Math.max(...xs) - x0, Math.max(...ys) - y0) + 1;
    const step = extent / (20 / 28 * H);
    const sum = found.reduce((s, i) => s + ink[i], 0);
    const mx = found.reduce((s, i) => s + ink[i] * (i % side), 0) / sum;
    const my = found.reduce((s, i) => s + ink[i] * Math.floor(i / side), 0) / sum;
    return Float32Array.from({ length: H * W }, (_, at) => {
      // The mean over the square that becomes this pixel.
      const cx = mx + (at % W - (W - 1) / 2) * step,
        cy = my + (Math.floor(at / W) - (H - 1) / 2) * step;
      let total = 0, count = 0;
      for (let y = Math.round(cy - step / 2); y < cy + step / 2; y++) {
        for (let x = Math.round(cx - step / 2); x < cx + step / 2; x++) {
          total += x >= 0 && y >= 0 && x < side && y < side ? ink[y * side + x] : 0;
          count++;
        }
      }
      return total / Math.max(1, count);
    });
  };

  const left = [];
  if (draws) {
    const side = 168;
    const [pad, pen] = canvas(side, side, {
      "data-part": "pad",
      style: "background:#000;touch-action:none;cursor:crosshair;border-radius:4px",
    });
    const clear = () => {
      pen.fillStyle = "#000";
      pen.fillRect(0, 0, side, side);
    };
    let last;
    const read = () => {
      const { data: rgba } = pen.getImageData(0, 0, side, side);
      run(centered(Float32Array.from({ length: side * side }, (_, i) => rgba[4 * i] / 255), side));
    };
    const stroke = (event) => {
      const at = place(event, pad);
      pen.strokeStyle = "#fff";
      pen.lineWidth = 14;
      pen.lineCap = pen.lineJoin = "round";
      pen.beginPath();
      pen.moveTo(...(last ?? at));
      pen.lineTo(...at);
      pen.stroke();
      last = at;
      read();
    };
    pad.addEventListener("pointerdown", (event) => {
      pad.setPointerCapture(event.pointerId);
      stroke(event);
    });
    pad.addEventListener("pointermove", (event) => event.buttons > 0 && stroke(event));
    pad.addEventListener("pointerup", () => last = undefined);
    clear();
    left.push(
      el(
        "div",
        {},
        el("div", {}, "Draw a digit here:"),
        pad,
        el(
          "div",
          {},
          button("clear", () => {
            clear();
            run(new Float32Array(H * W));
          }),
        ),
      ),
    );
  }
  const shapeOf = (to) => to.join(" x ");
  root.append(
    el("div", { style: "font-size:16px;text-align:center;margin-bottom:6px" }, title),
    row(...left, el("div", {}, el("div", {}, `input ${shapeOf(size)}`), views[0].element), answer),
    row(
      ...views.slice(1).map((view) =>
        el(
          "div",
          { style: "margin-top:6px" },
          el(
            "div",
            { style: "font-size:11px;color:#6b7684" },
            `${view.layer.name}: ${view.layer.words}${
              view.layer.activation ? `, ${view.layer.activation}` : ""
            } → ${shapeOf(view.layer.to)}`,
          ),
          view.element,
        )
      ),
    ),
    detail,
  );
  run(Float32Array.from(decode(image, Float32Array)));
}
