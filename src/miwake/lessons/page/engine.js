"use strict";
// Steps, changes and play. All content is in the page's data (#lesson); all figures come from draw.js.

const data = JSON.parse(document.getElementById("lesson").textContent);
const { lesson, labels, words } = data;
const say = (key, filled = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => filled[name]);
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
};
const svg = (tag, attributes = {}) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};
const copy = (value) => (Array.isArray(value) ? value.map(copy) : value);

/** The inputs as a step finds them: as they are at first, with what the steps up to it give. */
const initial = (number) => {
  const inputs = Object.fromEntries(Object.entries(lesson.inputs).map(([name, { value }]) => [name, copy(value)]));
  for (const step of lesson.steps.slice(0, number + 1)) Object.assign(inputs, copy2(step.given));
  return inputs;
};
const copy2 = (given) => Object.fromEntries(Object.entries(given).map(([name, value]) => [name, copy(value)]));

const now = { step: 0, inputs: initial(0), at: [0, 0], timer: 0, values: {} };
const panels = [...document.querySelectorAll(".step")];
const updates = panels.map(() => null);

const refresh = () => {
  now.values = evaluate(lesson, now.inputs);
  const slide = lesson.steps[now.step].slide;
  if (slide) {
    const over = asTable(now.values[movesOver(slide)]);
    now.at = [Math.min(now.at[0], over.length - 1), Math.min(now.at[1], over[0].length - 1)];
  }
  for (const update of updates[now.step]) update();
};
const set = (name, value) => { now.inputs[name] = value; refresh(); };
const setCell = (name, row, column_, value) => {
  const { low, high } = lesson.inputs[name], held = Math.min(Math.max(value, low), high);
  const rounded = Math.round(held * 1e6) / 1e6, changed = copy(now.inputs[name]);
  if (Array.isArray(changed[0])) changed[row][column_] = rounded;
  else changed[column_] = rounded;
  set(name, changed);
};

// -- tables of cells --------------------------------------------------------------------------------------------------

const cellMarkup = (view, value, x, y, cell, scale) => {
  const look = cellLook(view, value, scale);
  const place = `x="${num(x + 0.5)}" y="${num(y + 0.5)}" width="${num(cell - 1)}" height="${num(cell - 1)}"`;
  const number = view.numbers
    ? `<text class="cell${look.tone}" x="${num(x + cell / 2)}" y="${num(y + cell / 2 + 4)}">${look.written}</text>` : "";
  const ground = `<rect class="${look.kind === "black" ? "sheet" : "field"}" ${place}/>`;
  if (look.share !== "" && look.share !== "0.00") return `${ground}<rect class="${look.kind}" fill-opacity="${look.share}" ${place}/>${number}`;
  return (look.kind === "field" || look.share !== "" ? ground : `<rect class="${look.kind}" ${place}/>`) + number;
};

class Table {
  constructor(view, step, place) {
    Object.assign(this, { view, step, place, input: lesson.inputs[view.of], cells: [], picked: [0, 0], shape: "" });
    this.editable = Boolean(this.input) && !this.input.fixed;
    this.switches = this.editable && view.look === "picture";
    this.moves = Boolean(step.slide) && movesOver(step.slide) === view.of;
    if (this.editable && !this.switches) place.after(this.stepper());
    if (this.editable) this.hint(this.switches ? "hint.switch" : "hint.number");
    if (view.own) place.after(this.file());
  }

  /** How to change it; once in a step is enough. */
  hint(key) {
    const panel = this.place.closest(".step");
    if (panel.querySelector(`[data-hint="${key}"]`)) return;
    this.place.parentElement.append(make("p", { class: "hint", "data-hint": key }, say(key)));
  }

  build(rows, columns) {
    const { view } = this, cell = view.cell, top = view.heads.length ? PAGE.head : 0;
    const width = columns * cell, height = rows * cell + top;
    const root = svg("svg", { class: "chart", viewBox: `0 0 ${num(width)} ${num(height)}`, role: "grid",
      style: `max-width:${num(width * 1.25)}px`, "aria-label": labels[view.label], "aria-readonly": String(!this.editable) });
    root.innerHTML = view.heads.map((head, n) => label((n + 0.5) * cell, 12, head, { style: "cell" })).join("");
    this.cells = range(rows).map((i) => {
      const row = root.appendChild(svg("g", { role: "row" }));
      return range(columns).map((j) => row.appendChild(svg("g", { role: "gridcell", tabindex: "-1", "data-cell": `${i} ${j}` })));
    });
    this.window = root.appendChild(svg("rect", { class: "window", visibility: "hidden" }));
    this.mark = root.appendChild(svg("rect", { class: "picked", visibility: "hidden" }));
    root.addEventListener("keydown", (event) => this.key(event));
    root.addEventListener("click", (event) => this.click(event));
    root.addEventListener("focusin", (event) => this.pick(this.find(event)));
    if (this.moves) root.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse" && !now.timer) this.go(this.find(event));
    });
    this.place.replaceChildren(root);
    this.picked = this.moves ? now.at : [Math.min(this.picked[0], rows - 1), Math.min(this.picked[1], columns - 1)];
    this.root = root;
  }

  find(event) {
    const cell = event.target.closest("[data-cell]");
    return cell ? cell.dataset.cell.split(" ").map(Number) : null;
  }

  update() {
    const { view } = this, x = asTable(now.values[view.of]), shape = `${x.length} ${x[0].length}`;
    const fresh = shape !== this.shape;
    if (fresh) this.build(x.length, x[0].length);
    this.shape = shape;
    const cell = view.cell, top = view.heads.length ? PAGE.head : 0, scale = fullColour(view, x);
    x.forEach((row, i) => row.forEach((value, j) => {
      const element = this.cells[i][j], markup = cellMarkup(view, value, j * cell, top + i * cell, cell, scale);
      if (element.markup === markup) return;
      element.markup = markup;
      element.innerHTML = markup;
      element.setAttribute("aria-label", say("cell", { row: i + 1, column: j + 1, value: shown(value) }));
    }));
    const slide = this.step.slide, box = slide && boxes(slide, now.values, now.at)[view.of];
    if (box) this.outline(this.window, box, top);
    if (this.moves) this.picked = now.at;
    if (this.editable && !this.switches) {
      this.outline(this.mark, [...this.picked, 1, 1], top);
      this.output.textContent = shown(x[this.picked[0]][this.picked[1]]);
    }
    this.rove();
  }

  outline(element, [row, column_, height, width], top) {
    const cell = this.view.cell;
    Object.entries({ x: column_ * cell, y: top + row * cell, width: width * cell, height: height * cell, visibility: "visible" })
      .forEach(([name, value]) => element.setAttribute(name, typeof value === "number" ? num(value) : value));
  }

  rove() {
    const [row, column_] = this.picked, cell = this.cells[row]?.[column_];
    if (!cell || cell === this.tab) return;
    this.tab?.setAttribute("tabindex", "-1");
    cell.setAttribute("tabindex", "0");
    this.tab = cell;
  }

  go(place) {
    if (!place || (place[0] === now.at[0] && place[1] === now.at[1])) return;
    now.at = place;
    refresh();
  }

  pick(place) {
    if (!place || (place[0] === this.picked[0] && place[1] === this.picked[1])) return;
    this.picked = place;
    if (this.moves) { stop(); now.at = place; }
    refresh();
  }

  click(event) {
    const place = this.find(event);
    if (!place) return;
    this.pick(place);
    this.cells[place[0]][place[1]].focus({ preventScroll: true });
    if (this.switches) this.change(null);
  }

  /** Switch the picked cell (null), or add steps to it. */
  change(steps) {
    const [row, column_] = this.picked, value = asTable(now.values[this.view.of])[row][column_];
    const { low, high, step } = this.input;
    const middle = (low + high) / 2;
    setCell(this.view.of, row, column_, steps === null ? (value > middle ? low : high) : value + steps * step);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [row, column_] = this.picked, last = [this.cells.length - 1, this.cells[0].length - 1];
    const goals = { ArrowUp: [row - 1, column_], ArrowDown: [row + 1, column_], ArrowLeft: [row, column_ - 1],
      ArrowRight: [row, column_ + 1], Home: [row, 0], End: [row, last[1]] };
    const goal = goals[event.key];
    if (goal) {
      const held = goal.map((value, n) => Math.min(Math.max(value, 0), last[n]));
      this.cells[held[0]][held[1]].focus();
    } else if (this.editable && (event.key === " " || event.key === "Enter") && this.switches) this.change(null);
    else if (this.editable && (event.key === "+" || event.key === "=")) this.change(1);
    else if (this.editable && (event.key === "-" || event.key === "_")) this.change(-1);
    else if (this.editable && /^\d$/.test(event.key)) setCell(this.view.of, row, column_, Number(event.key));
    else return;
    event.preventDefault(); // the page stays where it is
  }

  stepper() {
    const press = (steps, sign, words_) => make("button", { type: "button", class: "small", "aria-label": words_,
      onclick: () => this.change(steps) }, sign);
    this.output = make("output", { "aria-live": "polite" });
    return make("div", { class: "stepper", role: "group", "aria-label": labels[this.view.label] },
      press(-1, "−", say("less")), this.output, press(1, "+", say("more")));
  }

  file() {
    const said = make("span", { class: "quiet", role: "status" });
    const input = make("input", { type: "file", accept: "image/*", onchange: async () => {
      try {
        set(this.view.of, await squared(input.files[0], this.cells.length, this.view.numbers ? 10 : 100));
        said.textContent = "";
      } catch { said.textContent = say("own.bad"); }
    } });
    return make("div", { class: "own" }, make("label", {}, `${say("own")} `, input), said);
  }
}

/** A picture file as size × size numbers: its middle, dark is 1 and bright 0, spread over the whole range. */
const squared = async (file, size, levels) => {
  const picture = await createImageBitmap(file);
  const side = Math.min(picture.width, picture.height);
  const fine = 8, inner = size * fine; // pixels for each number, which is their mean
  const context = make("canvas", { width: inner, height: inner }).getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, inner, inner);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, inner, inner);
  const { data: rgba } = context.getImageData(0, 0, inner, inner);
  const grey = (n) => 255 - (0.299 * rgba[4 * n] + 0.587 * rgba[4 * n + 1] + 0.114 * rgba[4 * n + 2]);
  const dark = flat(table(size, size, (i, j) =>
    mean(flat(table(fine, fine, (p, q) => grey((i * fine + p) * inner + j * fine + q))))));
  const low = Math.min(...dark), span = Math.max(...dark) - low || 1;
  return table(size, size, (i, j) => Math.round(((dark[i * size + j] - low) / span) * levels) / levels);
};

// -- the other views --------------------------------------------------------------------------------------------------

const DRAW = { plot: drawPlot, bars: drawBars, net: drawNet };
const drawn = (view, place) => () => {
  const { width, height, parts } = DRAW[view.kind](view, now.values, labels);
  if (!place.firstChild) {
    place.append(svg("svg", { class: "chart", role: "img", viewBox: `0 0 ${num(width)} ${num(height)}`,
      style: `max-width:${num(width * 1.25)}px`, "aria-label": labels[view.label] ?? "" }));
  }
  place.firstChild.innerHTML = parts.join("");
};
const read = (view, place) => () => {
  const rows = view.rows.map(([name, of]) => make("div", {}, make("dt", {}, labels[name]), make("dd", {}, precise(now.values[of]))));
  place.replaceChildren(make("dl", { class: "readings" }, ...rows));
};

// -- controls ---------------------------------------------------------------------------------------------------------

const stop = () => {
  clearInterval(now.timer);
  now.timer = 0;
  const button = panels[now.step].querySelector("[data-play]");
  if (button) button.textContent = `▶ ${say("play")}`;
  panels[now.step].querySelector(".sum")?.setAttribute("aria-live", "polite");
};
const advance = (step) => {
  if (step.play) {
    const { step: width, high } = lesson.inputs[step.play], next = now.inputs[step.play] + width;
    if (next > high + 1e-9) return false;
    set(step.play, Math.round(next * 1e6) / 1e6);
    return true;
  }
  const over = asTable(now.values[movesOver(step.slide)]), next = now.at[0] * over[0].length + now.at[1] + 1;
  if (next >= over.length * over[0].length) return false;
  now.at = [Math.floor(next / over[0].length), next % over[0].length];
  refresh();
  return true;
};
const play = (step) => {
  if (now.timer) return stop();
  panels[now.step].querySelector(".sum")?.setAttribute("aria-live", "off");
  panels[now.step].querySelector("[data-play]").textContent = `⏸ ${say("pause")}`;
  let pause = 450;
  if (step.play) {
    const { low, high, step: width } = lesson.inputs[step.play];
    pause = Math.min(Math.max((5000 * width) / (high - low), 50), 1500);
    if (now.inputs[step.play] >= high) set(step.play, low);
    now.timer = setInterval(() => advance(step) || stop(), pause);
  } else {
    const over = asTable(now.values[movesOver(step.slide)]);
    if (now.at[0] === over.length - 1 && now.at[1] === over[0].length - 1) { now.at = [0, 0]; refresh(); }
    now.timer = setInterval(() => advance(step) || stop(), pause);
  }
  return undefined;
};
const slider = (name, number) => {
  const { low, high, step, label: key } = lesson.inputs[name], id = `c-${number}-${name}`;
  const output = make("output", { for: id });
  const input = make("input", { type: "range", id, min: low, max: high, step, value: now.inputs[name],
    oninput: () => { stop(); set(name, Number(input.value)); } });
  const update = () => { input.value = now.inputs[name]; output.textContent = shown(now.inputs[name]); };
  return [make("div", { class: "slider" }, make("label", { for: id }, labels[key]), input, output), update];
};
const controls = (step, number, place) => {
  const found = [], buttons = make("div", { class: "buttons" });
  for (const preset of step.presets) {
    buttons.append(make("button", { type: "button", onclick: () => {
      stop();
      Object.assign(now.inputs, copy2(preset.sets));
      refresh();
    } }, labels[preset.label]));
  }
  if (step.slide || step.play) {
    buttons.append(make("button", { type: "button", "data-play": true, class: "strong", onclick: () => play(step) }, `▶ ${say("play")}`));
  }
  buttons.append(make("button", { type: "button", "data-reset": true, onclick: () => {
    stop();
    now.inputs = initial(now.step);
    now.at = step.slide ? [...step.slide.at] : [0, 0];
    refresh();
  } }, `↺ ${say("reset")}`));
  for (const name of step.controls) {
    const [element, update] = slider(name, number);
    place.append(element);
    found.push(update);
  }
  place.append(buttons);
  return found;
};

// -- steps ------------------------------------------------------------------------------------------------------------

const open = (number) => {
  const step = lesson.steps[number], panel = panels[number], found = [];
  step.views.forEach((view, n) => {
    const place = panel.querySelector(`[data-view="${n}"] .live`);
    if (view.kind === "grid") {
      const shownTable = new Table(view, step, place);
      found.push(() => shownTable.update());
    } else if (view.moves) found.push(movable(view, place));
    else found.push(view.kind === "readings" ? read(view, place) : drawn(view, place));
  });
  found.push(...controls(step, number, panel.querySelector(".controls")));
  if (step.slide) {
    const place = panel.querySelector(".sum");
    found.push(() => place.replaceChildren(...spans(step.slide)));
  }
  return found;
};
const spans = (slide) => {
  const lines = terms(slide, now.values, now.at).map((text) => make("span", {}, text));
  return slide.kind === "stamp" ? [...lines, " ", say("stamp")] : lines.flatMap((span) => [span, " "]);
};

const given = new Set(lesson.steps.flatMap((step) => Object.keys(step.given)));
const enter = (number, focus = true) => {
  stop();
  now.step = Math.min(Math.max(number, 0), panels.length - 1);
  const start = initial(now.step);
  for (const name of given) now.inputs[name] = start[name];
  now.at = [...(lesson.steps[now.step].slide?.at ?? [0, 0])];
  now.values = evaluate(lesson, now.inputs);
  panels.forEach((panel, n) => panel.classList.toggle("now", n === now.step));
  updates[now.step] ??= open(now.step);
  refresh();
  document.querySelectorAll(".path a").forEach((link, n) => {
    if (n !== now.step) return link.removeAttribute("aria-current");
    link.setAttribute("aria-current", "step");
    const strip = link.closest("ol"); // on a telephone the steps lie in one row
    strip.scrollLeft = link.offsetLeft - strip.offsetLeft - 24;
    return undefined;
  });
  back.disabled = now.step === 0;
  next.disabled = now.step === panels.length - 1;
  count.textContent = say("of", { n: now.step + 1, total: panels.length });
  if (focus) {
    history.replaceState(null, "", `#step-${now.step + 1}`);
    panels[now.step].querySelector("h2").focus({ preventScroll: true });
    if (panels[now.step].getBoundingClientRect().top < 0) panels[now.step].scrollIntoView();
  }
};

const back = make("button", { type: "button", onclick: () => enter(now.step - 1) }, `← ${say("back")}`);
const next = make("button", { type: "button", class: "strong", onclick: () => enter(now.step + 1) }, `${say("next")} →`);
const count = make("span", { class: "count" });
document.querySelector(".walk").append(back, count, next);
document.querySelectorAll(".path a").forEach((link, n) => link.addEventListener("click", (event) => {
  event.preventDefault();
  enter(n);
}));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.target.closest("input, [role=grid], [role=application]")) return;
  if (event.key === "ArrowRight") enter(now.step + 1);
  else if (event.key === "ArrowLeft") enter(now.step - 1);
});
document.documentElement.classList.add("js");
enter(Number(/^#step-(\d+)$/.exec(location.hash)?.[1] ?? 1) - 1, false);

/** For those who want to look into it, and for tests: the numbers that are shown. */
globalThis.miwakeLesson = { lesson, evaluate: (inputs) => evaluate(lesson, { ...initial(0), ...inputs }), now };
