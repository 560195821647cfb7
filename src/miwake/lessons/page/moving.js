"use strict";
// A plot in which a point can be moved; the engine opens it.

/** A plot with a point that the reader moves: to where it is pressed, by dragging, or with the arrow keys. */
const movable = (view, place) => {
  const { step } = lesson.inputs[view.moves], { left, top, bottom } = PAGE;
  const right = PAGE.width - 10, below = PAGE.height - bottom;
  const root = svg("svg", { class: "chart moves", role: "application", tabindex: "0",
    viewBox: `0 0 ${num(PAGE.width)} ${num(PAGE.height)}`, style: `max-width:${num(PAGE.width * 1.25)}px` });
  const content = root.appendChild(svg("g")), grip = root.appendChild(svg("circle", { class: "grip", r: 20 }));
  const go = (point) => {
    stop();
    set(view.moves, [view.x, view.y].map(([low, high], n) => {
      const held = Math.min(Math.max(point[n], low), Math.floor(high / step + 1e-9) * step);
      return Math.round(Math.round(held / step) * step * 1e6) / 1e6;
    }));
  };
  const at = (event) => {
    const { x, y, width, height } = root.getBoundingClientRect();
    const across = ((event.clientX - x) / width) * PAGE.width, down = ((event.clientY - y) / height) * PAGE.height;
    return [view.x[0] + ((across - left) / (right - left)) * (view.x[1] - view.x[0]),
      view.y[0] + ((below - down) / (below - top)) * (view.y[1] - view.y[0])];
  };
  // a finger that begins beside the point scrolls the page, and only a tap moves it
  root.addEventListener("pointerdown", (event) => {
    if (event.button || (event.pointerType !== "mouse" && event.target !== grip)) return;
    root.setPointerCapture(event.pointerId);
  });
  root.addEventListener("pointermove", (event) => { if (root.hasPointerCapture(event.pointerId)) go(at(event)); });
  root.addEventListener("click", (event) => go(at(event)));
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (!way) return;
    go(way.map((steps, n) => now.inputs[view.moves][n] + steps * step * (event.shiftKey ? 10 : 1)));
    event.preventDefault();
  });
  place.append(root);
  const panel = place.closest(".step");
  if (!panel.querySelector('[data-hint="hint.move"]')) {
    place.parentElement.append(make("p", { class: "hint", "data-hint": "hint.move" }, say("hint.move")));
  }
  return () => {
    const [x, y] = now.inputs[view.moves];
    content.innerHTML = drawPlot(view, now.values, labels).parts.join("");
    grip.setAttribute("cx", num(left + ((x - view.x[0]) / (view.x[1] - view.x[0])) * (right - left)));
    grip.setAttribute("cy", num(below - ((y - view.y[0]) / (view.y[1] - view.y[0])) * (below - top)));
    root.setAttribute("aria-label", `${labels[view.label]}. ${say("moved", { x: shown(x), y: shown(y) })}`);
  };
};
