// Softmax with a temperature.
export default function (root, data, tools) {
  const { el, row, slider, number } = tools;
  const { title, labels } = data, scores = [...data.scores];
  let temperature = data.temperature;
  const bars = el("div", { "data-part": "bars", style: "min-width:420px" });
  const facts = el("div", { "data-part": "facts", style: "margin-top:8px" });
  const show = () => {
    const most = Math.max(...scores);
    const powers = scores.map((x) => Math.exp((x - most) / temperature));
    const sum = powers.reduce((a, b) => a + b, 0), shares = powers.map((x) => x / sum);
    bars.replaceChildren(...shares.map((share, i) =>
      el(
        "div",
        { style: "display:flex;gap:6px;align-items:center;height:29px" },
        el("span", { style: "width:70px;text-align:right" }, labels[i]),
        el("span", { style: `height:18px;width:${Math.round(220 * share)}px;background:#a9c9e8` }),
        el("span", {}, number(share, 3)),
      )
    ));
    const entropy = -shares.reduce((s, p) => s + (p > 0 ? p * Math.log2(p) : 0), 0);
    facts.textContent = `They sum to ${number(shares.reduce((a, b) => a + b, 0), 3)}. ` +
      `Entropy ${number(entropy)} bits of ${number(Math.log2(shares.length))} at most.`;
    root.dataset.shares = JSON.stringify(shares.map((x) => Number(x.toFixed(6))));
  };
  root.append(
    el("div", { style: "font-size:16px;text-align:center;margin-bottom:6px" }, title),
    // The slider is one of the logarithm: as much room below 1 as above.
    slider("temperature", {
      min: -1,
      max: 1,
      step: 0.05,
      value: Math.log10(temperature),
      write: (x) => number(10 ** x),
    }, (x) => {
      temperature = 10 ** x;
      show();
    }),
    row(
      el(
        "div",
        {},
        ...scores.map((score, i) =>
          slider(labels[i], {
            min: -5,
            max: 5,
            step: 0.1,
            value: score,
            write: (x) => number(x, 1),
            name: `score ${i}`,
          }, (x) => {
            scores[i] = x;
            show();
          })
        ),
      ),
      bars,
    ),
    facts,
  );
  show();
}
