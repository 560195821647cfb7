"use strict";
// The operations of miwake.lessons.sheet, by the same names. Numbers, rows [..] and tables [[..]]; nothing is changed
// in place. A test computes every node of every lesson both here and in NumPy.

const range = (count) => Array.from({ length: count }, (_, n) => n);
const sum = (row) => row.reduce((total, value) => total + value, 0);
const mean = (row) => sum(row) / row.length;
const dot = (a, b) => sum(a.map((value, n) => value * b[n]));
const flat = (x) => (Array.isArray(x) ? x.flat(Infinity) : [x]);
const table = (rows, columns, f) => range(rows).map((i) => range(columns).map((j) => f(i, j)));
const column = (x, j) => x.map((row) => row[j]);
const each = (f, x) => (Array.isArray(x) ? x.map((part) => each(f, part)) : f(x));
const both = (f, a, b) => {
  if (!Array.isArray(a) && !Array.isArray(b)) return f(a, b);
  return range((Array.isArray(a) ? a : b).length).map((n) =>
    both(f, Array.isArray(a) ? a[n] : a, Array.isArray(b) ? b[n] : b));
};
const norm = (row) => Math.sqrt(dot(row, row));
const transposed = (x) => x[0].map((_, j) => column(x, j));
const times = (w, x) => w.map((row) => dot(row, x));
const oneAfterTheOther = (first, steps, next) =>
  range(steps).reduce((path, step) => [...path, next(path[step], step)], [first]);
const windows = (x, height, width, stride, f) =>
  table(Math.floor((x.length - height) / stride) + 1, Math.floor((x[0].length - width) / stride) + 1, (i, j) =>
    f(x.slice(i * stride, i * stride + height).map((row) => row.slice(j * stride, j * stride + width))));

const CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]];
const XOR = [[0], [1], [1], [0]];
const EPSILON = 1e-5;

// neurons
const withOne = (x) => [...x, 1];
const threshold = (x, w, theta) => (dot(x, w) >= theta ? 1 : 0);
const perceptronPath = (w, x, targets, rate, steps) =>
  oneAfterTheOther(w, steps, (now, step) => {
    const seen = withOne(x[step % x.length]), target = targets[step % x.length];
    const error = target - threshold(seen, now, 0);
    return now.map((value, n) => value + rate * error * seen[n]);
  });
const boundary = ([w1, w2, b], low, high) => {
  if (w1 === 0 && w2 === 0) return [[NaN, NaN], [NaN, NaN]];
  if (Math.abs(w2) >= Math.abs(w1)) return [low, high].map((x) => [x, -(b + w1 * x) / w2]);
  return [low, high].map((y) => [-(b + w2 * y) / w1, y]);
};
const hebbPath = (w, x, rate, steps, forgetting) =>
  oneAfterTheOther(w, steps, (now, step) => {
    const seen = x[step % x.length], y = dot(seen, now);
    return now.map((value, n) => value + rate * y * (seen[n] - (forgetting ? y * value : 0)));
  });
const distance2 = (a, b) => sum(a.map((value, n) => (value - b[n]) ** 2));
const winner = (units, x) => {
  const far = units.map((unit) => distance2(unit, x));
  return far.indexOf(Math.min(...far));
};
const somAfter = (units, x, columns, rate, radius, steps, total) => {
  const places = units.map((_, n) => [Math.floor(n / columns), n % columns]);
  for (const step of range(steps)) {
    const done = step / total, width = radius * (0.3 / radius) ** done;
    const seen = x[step % x.length], best = winner(units, seen), now = rate * (1 - done);
    units = units.map((unit, n) => {
      const h = Math.exp(-distance2(places[n], places[best]) / (2 * width ** 2));
      return unit.map((value, d) => value + now * h * (seen[d] - value));
    });
  }
  return units;
};
const answers = (points, w) => points.map((x) => threshold(withOne(x), w, 0));
const mistakes = (w, points, targets) => sum(answers(points, w).map((y, n) => (y === targets[n] ? 0 : 1)));

// layers and back-propagation
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const layer = (x, w) => times(w, withOne(x)).map(sigmoid);
const outputDelta = (z, d) => z.map((value, n) => (value - d[n]) * value * (1 - value));
const hiddenDelta = (above, w, z) => z.map((value, j) => dot(above, column(w, j)) * value * (1 - value));
const weightGradient = (delta, x) => delta.map((value) => withOne(x).map((below) => value * below));
const squaredError = (y, d) => sum(y.map((value, n) => (value - d[n]) ** 2)) / 2;
const xorTraining = (w1, w2, rate, epochs) => {
  const errors = [];
  for (const epoch of range(epochs + 1)) {
    const hidden = CORNERS.map((x) => layer(x, w1)), out = hidden.map((z) => layer(z, w2));
    errors.push(sum(out.map((y, n) => squaredError(y, XOR[n]))));
    if (epoch === epochs) break;
    const deltas = out.map((y, n) => outputDelta(y, XOR[n]));
    const back = deltas.map((delta, n) => hiddenDelta(delta, w2, hidden[n]));
    const total = (parts) => parts.reduce((a, b) => both((p, q) => p + q, a, b));
    const down = (w, gradient) => both((p, q) => p - rate * q, w, gradient);
    [w1, w2] = [
      down(w1, total(back.map((delta, n) => weightGradient(delta, CORNERS[n])))),
      down(w2, total(deltas.map((delta, n) => weightGradient(delta, hidden[n])))),
    ];
  }
  return { w1, w2, errors };
};
const relu = (x) => each((value) => Math.max(0, value), x);
const softmax = (u) => {
  const e = u.map((value) => Math.exp(value - Math.max(...u)));
  return e.map((value) => value / sum(e));
};
const hebbianMemory = (patterns, probe) => {
  const x = flat(probe);
  const total = x.map((_, i) =>
    sum(patterns.map((pattern) => sum(x.map((value, j) => (i === j ? 0 : pattern[i] * pattern[j] * value))))));
  const signs = total.map((value) => (value >= 0 ? 1 : -1));
  return probe.map((row, i) => row.map((_, j) => signs[i * row.length + j]));
};

// convolution and pooling
const pad = (x, p) => table(x.length + 2 * p, x[0].length + 2 * p, (i, j) => x[i - p]?.[j - p] ?? 0);
const convolve = (x, h, stride = 1) => windows(x, h.length, h[0].length, stride, (seen) => dot(flat(seen), flat(h)));
const transposedConvolve = (x, h, stride = 1, padding = 0) => {
  const u = table((x.length - 1) * stride + h.length, (x[0].length - 1) * stride + h[0].length, () => 0);
  x.forEach((row, i) => row.forEach((value, j) =>
    h.forEach((line, p) => line.forEach((weight, q) => { u[i * stride + p][j * stride + q] += value * weight; }))));
  return u.slice(padding, u.length - padding).map((row) => row.slice(padding, row.length - padding));
};

// descent
const descend = (w, rate, steps) => oneAfterTheOther(w, steps, (now) => now - rate * 2 * now);
const lineError = (w, x, d) => mean(x.map((value, n) => (w[0] * value + w[1] - d[n]) ** 2)) / 2;
const sgdPath = (w, x, d, order, size, rate, steps) => {
  const batches = order.flatMap((epoch) =>
    range(Math.ceil(epoch.length / size)).map((n) => epoch.slice(n * size, (n + 1) * size)));
  return oneAfterTheOther(w, steps, (now, step) => {
    const taken = batches[step % batches.length];
    const r = taken.map((n) => now[0] * x[n] + now[1] - d[n]);
    return [now[0] - rate * mean(r.map((value, n) => value * x[taken[n]])), now[1] - rate * mean(r)];
  });
};

// deep networks
const moments = (x) => transposed(x).map((feature) => {
  const middle = mean(feature);
  return [middle, mean(feature.map((value) => (value - middle) ** 2))];
});
const normalise = (x, gamma, beta, means, variances) =>
  x.map((row) => row.map((value, f) => (gamma[f] * (value - means[f])) / Math.sqrt(variances[f] + EPSILON) + beta[f]));
const batchNorm = (x, gamma, beta) => normalise(x, gamma, beta, column(moments(x), 0), column(moments(x), 1));
const residualBlock = (x, w1, w2) => relu(both((a, b) => a + b, x, times(w2, relu(times(w1, x)))));
const dropout = (x, random, share) => x.map((value, n) => (random[n] >= share ? value / (1 - share) : 0));
const depthGradients = (layers, x, scale, depth, shortcut) => {
  const weights = range(depth).map((level) => each((value) => scale * value, layers[level % layers.length]));
  const slopes = [];
  let z = x;
  for (const w of weights) {
    const u = times(w, z).map((value, n) => value + shortcut * z[n]);
    slopes.push(u.map((value) => (value > 0 ? 1 : 0)));
    z = relu(u);
  }
  let g = x.map(() => 1);
  const rows = [[0, norm(g)]];
  for (const level of range(depth).reverse()) {
    const back = g.map((value, n) => value * slopes[level][n]);
    g = times(transposed(weights[level]), back).map((value, n) => value + shortcut * back[n]);
    rows.push([depth - level, norm(g)]);
  }
  return rows;
};

// sight
const raster = (size, f) => table(size, size, (i, j) => f(j - (size - 1) / 2, (size - 1) / 2 - i));
const turned = (angle, x, y) => {
  const turn = (angle * Math.PI) / 180;
  return [x * Math.cos(turn) + y * Math.sin(turn), -x * Math.sin(turn) + y * Math.cos(turn)];
};
const mexicanHat = (size, sigma) => raster(size, (x, y) => {
  const r = (x * x + y * y) / (2 * sigma * sigma);
  return (1 - r) * Math.exp(-r);
});
const gabor = (size, angle, wavelength, phase, sigma, aspect = 1) => raster(size, (x, y) => {
  const [across, along] = turned(angle, x, y);
  const bell = Math.exp(-(across ** 2 + (aspect * along) ** 2) / (2 * sigma ** 2));
  return bell * Math.cos((2 * Math.PI * across) / wavelength + (phase * Math.PI) / 180);
});
const bar = (size, angle, offset, width) => raster(size, (x, y) => {
  const far = Math.abs(turned(angle, x, y)[0] - offset);
  return Math.min(Math.max((width + 1) / 2 - far, 0), 1);
});
const balanced = (h) => {
  const middle = mean(flat(h)), total = sum(flat(h).map((value) => Math.abs(value - middle)));
  return each((value) => (value - middle) / total, h);
};
const simpleCell = (x, h) => Math.max(0, dot(flat(x), flat(h)));
const complexCell = (x, even, odd) => Math.hypot(dot(flat(x), flat(even)), dot(flat(x), flat(odd)));

// the Neocognitron
const averages = (x, side) => windows(x, side, side, 1, (seen) => mean(flat(seen)));
const rootMeanSquare = (seen) => Math.sqrt(mean(seen.map((value) => value * value)));
const inhibitoryCells = (x, side) => windows(x, side, side, 1, (seen) => rootMeanSquare(flat(seen)));
const sCells = (x, a, b, r) =>
  both((excitation, v) => r * Math.max((1 + excitation) / (1 + ((2 * r) / (1 + r)) * b * v) - 1, 0),
    convolve(x, a), inhibitoryCells(x, a.length));
const cCells = (own, other, side) => {
  const [first, second] = [own, other].map((u) =>
    each((value) => side * side * value, averages(pad(u, Math.floor(side / 2)), side)));
  return both((mine, its) => {
    const answer = Math.max((1 + mine) / (1 + (mine + its) / 2) - 1, 0);
    return answer / (0.5 + answer);
  }, first, second);
};
const square = (row) => {
  const side = Math.round(Math.sqrt(row.length));
  return table(side, side, (i, j) => row[i * side + j]);
};
const planesAfter = (start, pictures, r, q, steps) => {
  const a = start.map((row) => [...row]), b = start.map(() => 0), side = Math.round(Math.sqrt(start[0].length));
  for (const step of range(steps)) {
    const x = square(pictures[step % pictures.length]);
    let best = { u: -1 };
    a.forEach((row, k) => sCells(x, square(row), b[k], r).forEach((line, i) => line.forEach((u, j) => {
      if (u > best.u) best = { u, k, i, j };
    })));
    const seen = flat(x.slice(best.i, best.i + side).map((row) => row.slice(best.j, best.j + side)));
    a[best.k] = a[best.k].map((value, n) => value + (q * seen[n]) / seen.length);
    b[best.k] += (q / 2) * rootMeanSquare(seen);
  }
  return a;
};

// the Boltzmann machine
const totals = (exponents) => windows(exponents, 2, 2, 2, (seen) => 1 + sum(flat(seen)));
const hiddenChances = (into) => {
  const exponents = each(Math.exp, into), total = totals(exponents);
  return exponents.map((row, i) => row.map((value, j) => value / total[i >> 1][j >> 1]));
};
const firstBlock = (into) => {
  const chances = hiddenChances(into).slice(0, 2).flatMap((row) => row.slice(0, 2));
  return [...chances, 1 - sum(chances)];
};
const reconstruction = (h, w, c) => each((value) => sigmoid(value + c), transposedConvolve(h, w));
const divergenceAfter = (w, pictures, bias, rate, sparse, steps) => {
  const errors = [];
  for (const step of range(steps)) {
    const v = square(pictures[step % pictures.length]);
    const h = hiddenChances(each((value) => value + bias, convolve(v, w)));
    const again = reconstruction(h, w, -2);
    const hAgain = hiddenChances(each((value) => value + bias, convolve(again, w)));
    const places = flat(h).length, data = convolve(v, h), model = convolve(again, hAgain);
    w = w.map((row, p) => row.map((value, q) => value + (rate * (data[p][q] - model[p][q])) / places));
    bias += rate * (mean(flat(h)) - mean(flat(hAgain)) + sparse - mean(flat(h)));
    errors.push(mean(flat(both((a, b) => (a - b) ** 2, v, again))));
  }
  return [...flat(w), bias, ...errors];
};
const OPERATIONS = {
  together: convolve, reconstruction, plane: (planes, number) => square(planes[number]),
  s_cells: sCells,
  inhibitory_cells: inhibitoryCells,
  learnt_synapses: (t, q) => each((value) => (q * value) / flat(t).length, t),
  learnt_inhibition: (t, q) => (q / 2) * rootMeanSquare(flat(t)),
  c_cells: cCells,
  planes_after: planesAfter,
  sigmoid: (x) => each(sigmoid, x),
  hidden_chances: hiddenChances,
  pooling_chances: (into) => each((total) => 1 - 1 / total, totals(each(Math.exp, into))),
  first_block: firstBlock,
  divergence_after: divergenceAfter,
  learnt_filter: (learnt, side) => table(side, side, (i, j) => learnt[i * side + j]),
  learnt_errors: (learnt, side) => learnt.slice(side * side + 1).map((error, n) => [n, error]),
  boundary, layer, relu, softmax, pad, descend, dropout, gabor, bar, balanced, answers,
  threshold: (x, w, theta) => threshold(flat(x), flat(w), theta),
  weighted_sum: (x, w) => dot(flat(x), flat(w)),
  with_one: withOne,
  perceptron_path: perceptronPath,
  hebb_path: (w, x, rate, steps) => hebbPath(w, x, rate, steps, false),
  oja_path: (w, x, rate, steps) => hebbPath(w, x, rate, steps, true),
  som_after: somAfter,
  winner_point: (units, x) => [units[winner(units, x)]],
  output_delta: outputDelta,
  hidden_delta: hiddenDelta,
  weight_gradient: weightGradient,
  squared_error: squaredError,
  convolve,
  transposed_convolve: transposedConvolve,
  output_size: (size, side, stride = 1, padding = 0) => Math.floor((size + 2 * padding - side) / stride) + 1,
  shift: (x, down, right) => table(x.length, x[0].length, (i, j) => x[i - down]?.[j - right] ?? 0),
  max_pool: (x, size, stride) => windows(x, size, size, stride, (seen) => Math.max(...flat(seen))),
  average_pool: (x, size, stride) => windows(x, size, size, stride, (seen) => mean(flat(seen))),
  exp: (x) => each(Math.exp, x),
  cross_entropy: (p, d, base = Math.E) =>
    -sum(p.map((value, n) => d[n] * Math.log(Math.max(value, 1e-300)))) / Math.log(base),
  dense: (x, w, b) => times(w, x).map((value, n) => value + b[n]),
  sgd_path: sgdPath,
  error_path: (path, x, d) => path.map((w) => lineError(w, x, d)),
  batch_norm: batchNorm,
  batch_norm_afterwards: normalise,
  residual_block: residualBlock,
  mexican_hat: mexicanHat,
  simple_cell: simpleCell,
  complex_cell: complexCell,
  against: (values) => values.map((value, n) => [n, value]),
  parabola: (low, high) => range(41).map((n) => low + ((high - low) * n) / 40).map((w) => [w, w * w]),
  on_parabola: (path) => path.map((w) => [w, w * w]),
  cost_curve: (base) => range(50).map((n) => (n + 1) / 50).map((p) => [p, -Math.log(p) / Math.log(base)]),
  points_where: (points, flags, value) => points.map((x, n) => (flags[n] === value ? x : x.map(() => NaN))),
  mistakes_path: (path, points, targets) => path.map((w) => mistakes(w, points, targets)),
  truth_table: (w, theta) => CORNERS.map((x) => [...x, dot(x, w), threshold(x, w, theta)]),
  two_layers: (hidden, w) => CORNERS.map((x) => {
    const h = hidden.map((row) => threshold(withOne(x), row, 0));
    return [...x, ...h, threshold(withOne(h), w, 0)];
  }),
  ray: (w) => [[0, 0], w],
  recall: hebbianMemory,
  pattern: (patterns, number, columns) =>
    table(patterns[number].length / columns, columns, (i, j) => patterns[number][i * columns + j]),
  xor_errors: (w1, w2, rate, epochs) => xorTraining(w1, w2, rate, epochs).errors,
  xor_table: (w1, w2, rate, epochs) => {
    const learnt = xorTraining(w1, w2, rate, epochs);
    return CORNERS.map((x, n) => [...x, ...XOR[n], ...layer(layer(x, learnt.w1), learnt.w2)]);
  },
  tuning: (h, width) => range(37).map((n) => [5 * n, simpleCell(bar(h.length, 5 * n, 0, width), h)]),
  along: (even, odd, angle, width, complex) => range(2 * even.length - 1).map((n) => {
    const offset = n / 2 - (even.length - 1) / 2, x = bar(even.length, angle, offset, width);
    return [offset, complex ? complexCell(x, even, odd) : simpleCell(x, even)];
  }),
  depth_gradients: depthGradients,
  log_ten: (points) => points.map(([x, y]) => [x, Math.log10(Math.max(y, 1e-6))]),
  mean_of_draws: (x, randoms, share, count) =>
    transposed(randoms.slice(0, count).map((row) => dropout(x, row, share))).map(mean),
  append: (row, value) => [...row, value],
  modulo: (a, b) => a % b,
  length: norm,
  points: (x, y) => x.map((value, n) => [value, y[n]]),
  as_list: (value) => [value],
  pair_row: (a, b) => [a, b],
  entry: (x, i, j) => x[i][j],
  add: (a, b) => both((p, q) => p + q, a, b),
  subtract: (a, b) => both((p, q) => p - q, a, b),
  multiply: (a, b) => both((p, q) => p * q, a, b),
  divide_up: (a, b) => Math.ceil(a / b),
  floor_divide: (a, b) => Math.floor(a / b),
  row: (x, number) => x[number],
  as_rows: (values) => [values],
  as_row: (x) => [flat(x)],
  mean: (x) => mean(flat(x)),
  column_means: (x) => column(moments(x), 0),
  column_variances: (x) => column(moments(x), 1),
  sum: (x) => sum(flat(x)),
  maximum: (x) => Math.max(...flat(x)),
  one_hot: (number, count) => range(count).map((n) => (n === number ? 1 : 0)),
  pair: (a, b) => [[a, b]],
  line_points: (w, low, high) => [low, high].map((x) => [x, w[0] * x + w[1]]),
};

/** All inputs and nodes of a lesson. */
const evaluate = (lesson, inputs) => {
  const values = { ...inputs };
  for (const [name, { op, of }] of Object.entries(lesson.nodes)) {
    values[name] = OPERATIONS[op](...of.map((part) => (typeof part === "string" ? values[part] : part)));
  }
  return values;
};

/** A number that stands alone: three decimals, four where it is small. */
const precise = (value) => {
  if (!Number.isFinite(value) || Math.abs(value) >= 1000) return shown(value);
  const text = Math.abs(value).toFixed(Math.abs(value) < 0.1 ? 4 : 3).replace(/\.?0+$/, "");
  return value < 0 && text !== "0" ? `−${text}` : text;
};

/** A number as it is written: two decimals at most, none from 1000 on. */
const shown = (value) => {
  if (!Number.isFinite(value)) return "–";
  let text = Math.abs(value).toFixed(Math.abs(value) >= 1000 ? 0 : 2);
  if (text.includes(".")) text = text.replace(/\.?0+$/, "");
  return value < 0 && text !== "0" ? `−${text}` : text;
};
