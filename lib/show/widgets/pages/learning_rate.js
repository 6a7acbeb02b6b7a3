// Gradient descent on a surface of two weights.
export default function (root, data, tools, surfaces) {
  const { el, row, slider, choice, canvas, number, place } = tools;
  const { title, reach } = data;
  let { surface, rate, momentum } = data, start = [...data.start];
  const side = 360, steps = 60;
  const [map, context] = canvas(side, side, { "data-part": "surface", style: "cursor:crosshair" });
  const [chart, curve] = canvas(380, 220, { "data-part": "loss" });
  const words = el("div", { "data-part": "words", style: "margin-top:6px;font-weight:bold" });
  const px = (x) => (x + reach) / (2 * reach) * side, py = (y) => (reach - y) / (2 * reach) * side;

  const ground = (f) => {
    const image = context.createImageData(side, side), values = new Float32Array(side * side);
    for (let i = 0; i < values.length; i++) {
      values[i] = f(
        (i % side) / side * 2 * reach - reach,
        reach - Math.floor(i / side) / side * 2 * reach,
      );
    }
    const low = values.reduce((a, b) => Math.min(a, b), Infinity);
    const level = (v) => Math.floor(3 * Math.log2(1 + 4 * (v - low)));
    for (let i = 0; i < values.length; i++) {
      const here = level(values[i]);
      const edge = i % side > 0 && level(values[i - 1]) !== here ||
        i >= side && level(values[i - side]) !== here;
      const light = Math.max(90, 255 - 9 * here);
      image.data.set(
        edge ? [150, 160, 175, 255] : [light - 20, light - 8, 255 - (255 - light) / 3, 255],
        4 * i,
      );
    }
    context.putImageData(image, 0, 0);
  };

  const descend = (f) => {
    const h = 1e-4, path = [start];
    let v = [0, 0];
    for (let i = 0; i < steps; i++) {
      const [x, y] = path.at(-1);
      const slope = [(f(x + h, y) - f(x - h, y)) / (2 * h), (f(x, y + h) - f(x, y - h)) / (2 * h)];
      v = v.map((old, k) => momentum * old - rate * slope[k]);
      const next = [x + v[0], y + v[1]];
      path.push(next);
      if (!(Math.hypot(...next) < 1e3)) break;
    }
    return path;
  };

  const show = () => {
    const f = surfaces[surface], path = descend(f);
    ground(f);
    context.strokeStyle = "#b8306b";
    context.fillStyle = "#b8306b";
    context.lineWidth = 1.5;
    context.beginPath();
    path.forEach(([x, y], i) =>
      i === 0 ? context.moveTo(px(x), py(y)) : context.lineTo(px(x), py(y))
    );
    context.stroke();
    for (const [x, y] of path) context.fillRect(px(x) - 2, py(y) - 2, 4, 4);
    const losses = path.map(([x, y]) => f(x, y)), first = losses[0], last = losses.at(-1);
    const diverged = path.length <= steps || last > 10 * first + 1;
    curve.clearRect(0, 0, 380, 220);
    curve.strokeStyle = "#d5dae2";
    curve.strokeRect(40.5, 10.5, 330, 180);
    const lowest = Math.min(0, ...losses.filter(Number.isFinite));
    const top = Math.max(first, 1e-9) * 1.5;
    const cy = (v) => 190 - 180 * (Math.min(v, top) - lowest) / (top - lowest);
    curve.fillStyle = "#2a3f5f";
    curve.font = "12px Helvetica,Arial,sans-serif";
    curve.fillText(number(top, 1), 6, 18);
    curve.fillText(number(lowest, 1), 6, 192);
    curve.fillText("loss after each step", 150, 210);
    curve.strokeStyle = "#3d6fa8";
    curve.lineWidth = 2;
    curve.beginPath();
    losses.forEach((v, i) => {
      const at = [40 + 330 * i / steps, cy(Number.isFinite(v) ? v : top)];
      i === 0 ? curve.moveTo(...at) : curve.lineTo(...at);
    });
    curve.stroke();
    words.textContent = diverged
      ? `It diverges: the loss after ${path.length - 1} steps is ${last.toExponential(1)}.`
      : `After ${steps} steps the loss is ${
        last < 1e-3 ? last.toExponential(1) : number(last, 3)
      }, from ${number(first, 3)}.`;
    root.dataset.loss = String(last);
    root.dataset.diverged = String(diverged);
  };

  map.addEventListener("pointerdown", (event) => {
    const [x, y] = place(event, map);
    start = [x / side * 2 * reach - reach, reach - y / side * 2 * reach];
    show();
  });
  const set = (change) => (value) => {
    change(value);
    show();
  };
  root.append(
    el("div", { style: "font-size:16px;text-align:center;margin-bottom:6px" }, title),
    row(
      el(
        "div",
        {},
        map,
        el("div", { style: "color:#6b7684;font-size:11px" }, "Click where it shall begin."),
      ),
      el(
        "div",
        {},
        choice("surface", Object.keys(surfaces), surface, set((name) => surface = name)),
        slider("learning rate", {
          min: -3,
          max: 0.3,
          step: 0.05,
          value: Math.log10(rate),
          write: (x) => number(10 ** x, 3),
        }, set((x) => rate = 10 ** x)),
        slider("momentum", {
          min: 0,
          max: 0.95,
          step: 0.05,
          value: momentum,
          write: (x) => number(x),
        }, set((x) => momentum = x)),
        chart,
        words,
      ),
    ),
  );
  show();
}
