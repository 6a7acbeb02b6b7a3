// A network that learns in the page to part two classes of points.
export default function (root, data, tools) {
  const { el, row, slider, choice, button, canvas, number, random } = tools;
  const { title, sets, seed } = data;
  let { points, units, layers, rate } = data, weights, moments, step = 0, losses = [], timer;
  const side = 340, reach = 1.2, cell = 5;
  const [map, context] = canvas(side, side, { "data-part": "plane" });
  const [chart, curve] = canvas(330, 150, { "data-part": "loss" });
  const words = el("div", { "data-part": "words", style: "font-weight:bold;margin:6px 0" });

  const reset = () => {
    const draw = random(seed + 17);
    const sizes = units === 0 ? [2, 1] : [2, ...Array(layers).fill(units), 1];
    weights = sizes.slice(1).map((to, k) => ({
      w: Array.from(
        { length: to },
        () => Array.from({ length: sizes[k] }, () => (2 * draw() - 1) * Math.sqrt(3 / sizes[k])),
      ),
      b: Array(to).fill(0),
    }));
    const none = (list) => ({ mean: list.map(() => 0), square: list.map(() => 0) });
    moments = weights.map(({ w, b }) => ({ w: w.map(none), b: none(b) }));
    step = 0;
    losses = [];
    show();
  };

  /** The numbers of each layer; the last is the probability of class 1. */
  const forward = (x, y) => {
    const all = [[x, y]];
    weights.forEach(({ w, b }, k) => {
      const before = all.at(-1), last = k === weights.length - 1;
      all.push(b.map((bias, o) => {
        const net = w[o].reduce((sum, weight, i) => sum + weight * before[i], bias);
        return last ? 1 / (1 + Math.exp(-net)) : Math.tanh(net);
      }));
    });
    return all;
  };

  /** One step of descent, by Adam, on all points. */
  const train = () => {
    const list = sets[points];
    const slopes = weights.map(({ w, b }) => ({
      w: w.map((r) => r.map(() => 0)),
      b: b.map(() => 0),
    }));
    let loss = 0;
    for (const [x, y, label] of list) {
      const all = forward(x, y), p = all.at(-1)[0];
      loss -= Math.log(Math.max(1e-9, label === 1 ? p : 1 - p)) / list.length;
      let delta = [(p - label) / list.length];
      for (let k = weights.length - 1; k >= 0; k--) {
        const { w } = weights[k], before = all[k];
        delta.forEach((d, o) => {
          slopes[k].b[o] += d;
          before.forEach((v, i) => slopes[k].w[o][i] += d * v);
        });
        if (k > 0) {
          delta = before.map((v, i) =>
            (1 - v * v) * delta.reduce((sum, d, o) => sum + d * w[o][i], 0)
          );
        }
      }
    }
    step++;
    // Adam: the step is the mean slope by the root of the mean square, whatever its size.
    const adapt = (values, slopes, { mean, square }) => {
      values.forEach((_, i) => {
        mean[i] = 0.9 * mean[i] + 0.1 * slopes[i];
        square[i] = 0.999 * square[i] + 0.001 * slopes[i] ** 2;
        const m = mean[i] / (1 - 0.9 ** step), s = square[i] / (1 - 0.999 ** step);
        values[i] -= rate * m / (Math.sqrt(s) + 1e-8);
      });
    };
    weights.forEach(({ w, b }, k) => {
      adapt(b, slopes[k].b, moments[k].b);
      w.forEach((row, o) => adapt(row, slopes[k].w[o], moments[k].w[o]));
    });
    losses.push(loss);
  };

  const show = () => {
    for (let py = 0; py < side; py += cell) {
      for (let px = 0; px < side; px += cell) {
        const x = ((px + cell / 2) / side * 2 - 1) * reach,
          y = (1 - (py + cell / 2) / side * 2) * reach;
        const p = forward(x, y).at(-1)[0], share = Math.min(1, 2 * Math.abs(p - 0.5)) * 0.55;
        const to = p > 0.5 ? [239, 85, 59] : [99, 110, 250];
        context.fillStyle = `rgb(${to.map((c) => Math.round(255 + share * (c - 255))).join()})`;
        context.fillRect(px, py, cell, cell);
      }
    }
    let right = 0;
    for (const [x, y, label] of sets[points]) {
      right += Number(forward(x, y).at(-1)[0] > 0.5 === (label === 1));
      context.fillStyle = label === 1 ? "#EF553B" : "#636EFA";
      context.strokeStyle = "#fff";
      context.beginPath();
      context.arc((x / reach + 1) / 2 * side, (1 - y / reach) / 2 * side, 3.5, 0, 7);
      context.fill();
      context.stroke();
    }
    const share = right / sets[points].length, loss = losses.at(-1);
    words.textContent = `step ${step}: ${number(100 * share, 1)} % right` +
      (loss === undefined ? "" : `, loss ${number(loss, 3)}`);
    root.dataset.accuracy = String(share);
    root.dataset.step = String(step);
    curve.clearRect(0, 0, 330, 150);
    curve.strokeStyle = "#d5dae2";
    curve.strokeRect(30.5, 8.5, 290, 120);
    curve.fillStyle = "#2a3f5f";
    curve.font = "11px Helvetica,Arial,sans-serif";
    curve.fillText("0.8", 6, 16);
    curve.fillText("0", 16, 130);
    curve.fillText(`loss, ${step} steps`, 140, 145);
    curve.strokeStyle = "#3d6fa8";
    curve.lineWidth = 2;
    curve.beginPath();
    const every = Math.max(1, Math.floor(losses.length / 290));
    losses.forEach((v, i) => {
      if (i % every > 0) return;
      const at = [
        30 + 290 * i / Math.max(1, losses.length - 1),
        128 - 120 * Math.min(v, 0.8) / 0.8,
      ];
      i === 0 ? curve.moveTo(...at) : curve.lineTo(...at);
    });
    curve.stroke();
  };

  const play = button("train", () => {
    if (timer !== undefined) {
      clearInterval(timer);
      timer = undefined;
      play.textContent = "train";
      return;
    }
    play.textContent = "pause";
    timer = setInterval(() => {
      // A cell that is run again takes this widget away.
      if (!root.isConnected) return clearInterval(timer);
      for (let i = 0; i < 5; i++) train();
      show();
    }, 40);
  });
  const set = (change) => (value) => {
    change(value);
    reset();
  };
  root.append(
    el("div", { style: "font-size:16px;text-align:center;margin-bottom:6px" }, title),
    row(
      map,
      el(
        "div",
        {},
        row(
          play,
          button("one step", () => {
            train();
            show();
          }, "step"),
          button("start anew", reset, "reset"),
        ),
        el(
          "div",
          { style: "margin-top:6px" },
          choice("points", Object.keys(sets), points, set((name) => points = name)),
        ),
        slider("units in a layer", {
          min: 0,
          max: 16,
          step: 1,
          value: units,
          write: (n) => n === 0 ? "0: one neuron" : String(n),
          name: "units",
        }, set((x) => units = x)),
        slider(
          "hidden layers",
          { min: 1, max: 3, step: 1, value: layers, name: "layers" },
          set((x) => layers = x),
        ),
        slider("learning rate", {
          min: -3,
          max: 0,
          step: 0.1,
          value: Math.log10(rate),
          write: (x) => number(10 ** x, 3),
          name: "rate",
        }, (x) => rate = 10 ** x),
        words,
        chart,
      ),
    ),
  );
  reset();
}
