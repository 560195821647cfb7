"use strict";
// The views as SVG, the same as miwake.lessons.page.draw makes them.

const PAGE = { head: 18, width: 340, height: 256, left: 44, top: 24, bottom: 38, margin: 8, row: 28, bar: [96, 170], node: 21,
  across: 150, down: 84, steps: 6 };

const num = (value) => value.toFixed(1).replace(/\.0$/, "");
const escaped = (text) => text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);
const label = (x, y, words, { anchor = "start", style = "" } = {}) =>
  `<text x="${num(x)}" y="${num(y)}"${anchor === "start" ? "" : ` text-anchor="${anchor}"`}` +
  `${style ? ` class="${style}"` : ""}>${escaped(words)}</text>`;
const line = (points) => {
  let pen = "M";
  return points.map((point) => {
    if (!point) { pen = "M"; return ""; }
    const step = `${pen}${num(point[0])} ${num(point[1])}`;
    pen = "L";
    return step;
  }).join("");
};
const asTable = (x) => (Array.isArray(x) ? (Array.isArray(x[0]) ? x : [x]) : [[x]]);
const asRow = (x) => (Array.isArray(x) ? x : [x]);

/** How a cell looks: class of its colour, how much of it, class and text of its number. */
const cellLook = (view, value, scale) => {
  const unseen = !Number.isFinite(value) || (view.look === "picture" && value < 0); // ±1 is ink and paper
  const share = unseen ? 0 : Math.min(Math.abs(value) / scale, 1);
  const written = view.numbers ? shown(value) : "";
  if (view.look === "picture" || !view.numbers) {
    const ink = view.numbers ? "ink" : "black"; // a photograph keeps its black and white on a dark page, too
    const kind = view.look === "picture" ? ink : value >= 0 ? "pos" : "neg";
    return { kind, share: share.toFixed(2), written, tone: share > 0.5 && kind === "ink" ? " paper" : "" };
  }
  if (written === "0" || written === "–") return { kind: "field", share: "", written, tone: "" };
  const kind = `${value > 0 ? "r" : "w"}${Math.max(1, Math.ceil(share * PAGE.steps - 1e-9))}`;
  return { kind, share: "", written, tone: ` t${kind}` };
};
const fullColour = (view, x) => {
  if (view.scale !== null) return view.scale;
  const most = Math.max(...flat(x).filter(Number.isFinite).map(Math.abs), 0);
  return most > 0 ? most : 1;
};

const axisMarks = ([low, high], marks) => marks.filter((mark) => mark >= low - 1e-9 && mark <= high + 1e-9);
const drawSeries = (series, points, across, up) => {
  const held = (value) => Math.min(Math.max(value, -999), 1999);
  const where = points.map(([x, y]) =>
    (Number.isFinite(x) && Number.isFinite(y) ? [held(across(x)), held(up(y))] : null));
  const seen = where.filter(Boolean), tone = series.tone;
  const dots = (style, radius, these) =>
    these.map(([x, y]) => `<circle class="${style}" cx="${num(x)}" cy="${num(y)}" r="${radius}"/>`).join("");
  if (series.style === "line") return `<path class="s-${tone}" d="${line(where)}"/>`;
  if (series.style === "dots") return dots(`f-${tone}`, 4.5, seen);
  if (series.style === "rings") return dots(`o-${tone}`, 5, seen);
  if (series.style === "crosses") {
    return seen.map(([x, y]) => `<path class="s-${tone}" d="M${num(x - 4)} ${num(y - 4)}l8 8m0 -8l-8 8"/>`).join("");
  }
  if (series.style === "last") return dots("ring", 6, seen.slice(-1));
  const columns = series.columns;
  const lines = range(where.length / columns).map((n) => line(where.slice(n * columns, (n + 1) * columns)));
  lines.push(...range(columns).map((n) => line(where.filter((_, place) => place % columns === n))));
  return `<path class="s-${tone}" d="${lines.join("")}"/>${dots(`f-${tone}`, 3.5, seen)}`;
};
const drawPlot = (view, values, labels) => {
  const { width, height, left, top, bottom } = PAGE;
  const scale = ([low, high], start, end) => (value) => start + ((value - low) / (high - low)) * (end - start);
  const across = scale(view.x, left, width - 10), up = scale(view.y, height - bottom, top);
  const parts = axisMarks(view.y, view.y_ticks).map((mark) =>
    `<path class="grid" d="M${num(left)} ${num(up(mark))}H${num(width - 10)}"/>` +
    label(left - 6, up(mark) + 4, shown(mark), { anchor: "end" }));
  parts.push(...axisMarks(view.x, view.x_ticks).map((mark) =>
    label(across(mark), height - bottom + 16, shown(mark), { anchor: "middle" })));
  parts.push(label(width - 10, height - 6, labels[view.x_label], { anchor: "end" }));
  parts.push(label(0, 12, labels[view.y_label]));
  const m = PAGE.margin, box = [left - m, top - m, width - 10 - left + 2 * m, height - bottom - top + 2 * m].map(num);
  parts.push(`<svg x="${box[0]}" y="${box[1]}" width="${box[2]}" height="${box[3]}" viewBox="${box.join(" ")}">`);
  parts.push(...view.series.map((series) => drawSeries(series, values[series.of], across, up)), "</svg>");
  return { width, height, parts };
};

const drawBars = (view, values) => {
  const [start, length] = PAGE.bar;
  const parts = view.names.map((name, n) => {
    const value = values[view.of][n], y = n * PAGE.row;
    const wide = (Number.isFinite(value) ? Math.min(Math.abs(value) / view.high, 1) : 0) * length;
    return label(start - 8, y + 18, name, { anchor: "end", style: "legend" }) +
      `<rect class="${value >= 0 ? "pos" : "neg"}" x="${num(start)}" y="${num(y + 5)}" width="${num(wide)}" height="18"/>` +
      label(start + wide + 6, y + 18, shown(value), { style: "strong" });
  });
  return { width: start + length + 50, height: view.names.length * PAGE.row, parts };
};

const small = (value) => {
  const text = (Math.floor(Math.abs(value) * 1000 + 0.5) / 1000).toFixed(3);
  return value < 0 && Number(text) ? `−${text}` : text;
};
const drawEdges = (view, values, level, places, phase) => {
  const depth = view.weights.length, weights = asTable(values[view.weights[level]]);
  const turn = depth + 2 + 2 * (depth - 1 - level), back = view.gradients.length > 0 && phase >= turn;
  const written = back ? asTable(values[view.gradients[level]]) : weights;
  let style = phase === level + 1 ? " flow" : phase === turn + 1 && level > 0 ? " flow back" : "";
  if (phase === turn && view.gradients.length) style += " now";
  const lines = [], labels = [];
  weights.forEach((row, target) => row.forEach((weight, source) => {
    const [x1, y1] = places[level][source], [x2, y2] = places[level + 1][target];
    lines.push(`<path class="edge ${weight >= 0 ? "plus" : "minus"}${style}" ` +
      `stroke-width="${num(0.8 + Math.min(Math.abs(weight), 6) * 0.6)}" d="M${num(x1)} ${num(y1)}L${num(x2)} ${num(y2)}"/>`);
    const share = 0.37, number = written[target][source];
    labels.push(label(x1 + share * (x2 - x1), y1 + share * (y2 - y1) + 4, back ? `∂ ${small(number)}` : shown(number),
      { anchor: "middle", style: back ? "small halo delta" : "small halo" }));
  }));
  return [...lines, ...labels];
};
const drawNet = (view, values) => {
  const depth = view.weights.length, phase = view.phase ? values[view.phase] : depth;
  const layers = view.layers.map((name) => asRow(values[name]));
  const tall = Math.max(...layers.map((row) => row.length));
  const places = layers.map((row, level) => row.map((_, n) =>
    [46 + level * PAGE.across, ((tall - row.length) * PAGE.down) / 2 + 40 + n * PAGE.down]));
  const parts = range(depth).flatMap((level) => drawEdges(view, values, level, places, phase));
  layers.forEach((row, level) => {
    const turn = depth + 1 + 2 * (depth - level), known = phase >= level;
    const back = view.deltas.length > 0 && level > 0 && phase >= turn;
    const delta = back ? asRow(values[view.deltas[level - 1]]) : [];
    places[level].forEach(([x, y], n) => {
      const active = known && (phase === level || (back && phase === turn));
      parts.push(`<circle class="node${active ? " now" : ""}" cx="${num(x)}" cy="${num(y)}" r="${num(PAGE.node)}"/>`);
      parts.push(label(x, y + 4, known ? shown(row[n]) : "?", { anchor: "middle", style: "strong" }));
      parts.push(label(x, y - PAGE.node - 6, view.names[level][n], { anchor: "middle", style: "halo" }));
      if (n < delta.length) {
        parts.push(label(x - 14, y + PAGE.node + 15, `Δ ${small(delta[n])}`, { anchor: "middle", style: "delta halo" }));
      }
    });
  });
  return { width: 92 + depth * PAGE.across, height: tall * PAGE.down, parts };
};

// -- the window of a slide --------------------------------------------------------------------------------------------

const counted = (what, values) => (typeof what === "string" ? values[what] : what);
const movesOver = (slide) => (slide.kind === "stamp" ? slide.over[0] : slide.into);
const boxes = (slide, values, [row, column]) => {
  const stride = counted(slide.stride, values);
  const [height, width] = slide.by.length
    ? [values[slide.by[0]].length, values[slide.by[0]][0].length]
    : range(2).map(() => counted(slide.size, values));
  const window = [row * stride, column * stride, height, width], place = [row, column, 1, 1];
  if (slide.kind === "stamp") return { [slide.over[0]]: place, [slide.into]: window };
  return { ...Object.fromEntries(slide.over.map((name) => [name, window])), [slide.into]: place };
};
const bracketed = (value) => (value < 0 && shown(value) !== "0" ? `(${shown(value)})` : shown(value));
const terms = (slide, values, at) => {
  const value = (name) => values[name][at[0]][at[1]];
  if (slide.kind === "stamp") return [`${shown(value(slide.over[0]))} ·`];
  const [row, column_, height, width] = boxes(slide, values, at)[slide.over[0]];
  const seen = slide.over.map((name) =>
    values[name].slice(row, row + height).map((line_) => line_.slice(column_, column_ + width)));
  const result = `= ${shown(value(slide.into))}`;
  if (slide.kind !== "conv") {
    const inner = slide.kind === "max" ? ", " : " + ";
    const last = slide.kind === "max" ? ")" : `) / ${height * width}`;
    const lines = seen[0].map((line_, n) =>
      line_.map(bracketed).join(inner) + (n < height - 1 ? inner.trimEnd() : last));
    return [(slide.kind === "max" ? "max(" : "(") + lines[0], ...lines.slice(1), result];
  }
  const lines = seen.flatMap((pixels, channel) => pixels.map((line_, p) =>
    line_.map((x, q) => `${bracketed(x)}·${bracketed(values[slide.by[channel]][p][q])}`).join(" + ")));
  if (slide.bias) lines.push(bracketed(values[slide.bias]));
  return [...lines.map((text, n) => (n ? `+ ${text}` : text)), result];
};
