"use strict";
// Operations about points of which some are odd: nearest neighbours, a thinned memory, a Gaussian.

const far = (points, x) => points.map((point) => Math.sqrt(distance2(point, x)));
const coreset = (points, count) => {
  const picks = [points[0]];
  let apart = far(points, points[0]);
  while (picks.length < count) {
    const pick = points[apart.indexOf(Math.max(...apart))];
    picks.push(pick);
    apart = both(Math.min, apart, far(points, pick));
  }
  return picks;
};
const reaches = (points) => {
  let apart = points.map(() => Infinity);
  return coreset(points, points.length).map((pick, n) => {
    apart = both(Math.min, apart, far(points, pick));
    return [n + 1, Math.max(...apart)];
  });
};
const descending = (values) => [...values].sort((a, b) => b - a);
const level = (scores, share) =>
  descending(scores)[Math.min(Math.floor(share * scores.length + 1e-9), scores.length - 1)];
/** Mean, and the entries of the covariance of points in the plane. */
const gaussian = (points) => {
  const [mx, my] = transposed(points).map(mean);
  const entry = (f) => sum(points.map(([x, y]) => f(x - mx, y - my))) / (points.length - 1);
  return [mx, my, entry((x) => x * x), entry((x, y) => x * y), entry((_, y) => y * y)];
};
const mahalanobis = (points, [px, py]) => {
  const [mx, my, a, b, d] = gaussian(points), x = px - mx, y = py - my;
  return Math.sqrt((d * x * x - 2 * b * x * y + a * y * y) / (a * d - b * b));
};
const without = (points, n) => points.filter((_, m) => m !== n);
const circle = (count) => range(count + 1).map((n) => 2 * Math.PI * n / count).map((turn) => [Math.cos(turn), Math.sin(turn)]);
const ellipse = (points, radius) => {
  const [mx, my, a, b, d] = gaussian(points), first = Math.sqrt(a), low = b / first, second = Math.sqrt(d - low * low);
  return circle(72).map(([x, y]) => [mx + radius * first * x, my + radius * (low * x + second * y)]);
};
const rim = (points, radius) => points.flatMap(([cx, cy], n) => {
  const others = without(points, n), around = circle(60).map(([x, y]) => [cx + radius * x, cy + radius * y]);
  const hidden = (place) => others.length > 0 && Math.min(...far(others, place)) < radius - 1e-9;
  return [...around.map((place) => (hidden(place) ? [NaN, NaN] : place)), [NaN, NaN]];
});
const nearestPoints = (points, x, count) => {
  const apart = far(points, x);
  return range(points.length).sort((a, b) => apart[a] - apart[b] || a - b).slice(0, count).map((n) => points[n]);
};
const leftOut = (points, kept) => points.map((x) => Math.min(...far(kept, x).filter((apart) => apart > 0)));

Object.assign(OPERATIONS, {
  coreset, reaches, level, mahalanobis, ellipse, rim, descending,
  distance_from: (points, x) => Math.min(...far(points, x)),
  nearest_points: nearestPoints,
  left_out: leftOut,
  mahalanobis_left_out: (points) => points.map((x, n) => mahalanobis(without(points, n), x)),
  divide: (a, b) => both((p, q) => p / q, a, b),
  stack: (a, b) => [a, b],
});
