"use strict";
// Sends pictures to the server that the page came from, and shows what it says. Texts come with the page.
(() => {
  const settings = JSON.parse(document.body.dataset.settings);
  const $ = (id) => document.getElementById(id);
  const said = $("status");
  let token = "";
  let model = null;
  let stream = null;

  const words = (key, values = {}) =>
    settings.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  function make(tag, classes = "", text = "") {
    const element = document.createElement(tag);
    if (classes) element.className = classes;
    if (text) element.textContent = text;
    return element;
  }

  function percent(share) {
    if (share > 0.999 && share < 1) return "99.9%";
    if (share < 0.001 && share > 0) return "0.1%";
    return `${(100 * share).toFixed(1)}%`;
  }

  const tell = (text) => { said.textContent = text; };

  // -- the server ---------------------------------------------------------------------------------------------------

  async function ask(path, options = {}, tries = 4) {
    const headers = { ...(options.headers ?? {}) };
    if (token) headers.Authorization = `Bearer ${token}`;
    let answer;
    try {
      answer = await fetch(path, { ...options, headers });
    } catch {
      throw new Error(words("away"));
    }
    if (answer.status === 503 && tries > 1) {
      const wait = Math.min(10, Number(answer.headers.get("Retry-After")) || 1);
      await new Promise((done) => setTimeout(done, 1000 * wait));
      return ask(path, options, tries - 1);
    }
    const body = await answer.json().catch(() => ({}));
    if (answer.status === 401) throw new Error(words("token"));
    if (answer.status === 503) throw new Error(words("busy"));
    if (answer.status === 507) throw new Error(words("full"));
    if (body.error) throw new Error(body.error.found);
    if (!answer.ok && !body.answers) throw new Error(words("odd", { status: answer.status }));
    return body;
  }

  const address = (path, query = []) => `${path}?${new URLSearchParams([["lang", settings.lang], ...query])}`;
  const raw = (file) => ({ method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });

  async function classes() {
    model ??= await ask("model");
    return model;
  }

  // -- answers ------------------------------------------------------------------------------------------------------

  let waiting = Promise.resolve();

  function take(files) {
    const list = [...files].slice(0, settings.most);
    if (!list.length) return;
    if (files.length > list.length) tell(words("most", { n: settings.most }));
    waiting = waiting.then(() => answer(list, files.length > list.length));
  }

  async function answer(files, cut) {
    const place = $("answers");
    place.setAttribute("aria-busy", "true");
    if (!cut) tell(words("working", { n: files.length }));
    const cards = [];
    // one after the other: the first answer is seen while the rest is on its way
    for (const file of files) {
      const card = begin(file);
      cards.push(card);
      place.insertBefore(card.element, place.children[cards.length - 1] ?? null);
      if (file.size > settings.bytes) {
        problem(card, words("large", { mb: Math.floor(settings.bytes / 1e6) }));
        continue;
      }
      try {
        const body = await ask(address("predict", [["top", "5"]]), raw(file));
        const found = body.answers[0];
        if (found.problem) problem(card, found.problem);
        else show(card, found);
      } catch (error) {
        problem(card, error.message);
      }
    }
    place.setAttribute("aria-busy", "false");
    if (!cut) tell(cards.length === 1 ? cards[0].summary : words("done", { n: cards.length }));
    cards[0].element.focus({ preventScroll: true });
    cards[0].element.scrollIntoView({ block: "nearest" });
  }

  function begin(file) {
    const element = make("article", "answer");
    element.tabIndex = -1;
    const left = make("div", "why");
    const stack = make("div", "stack");
    const picture = make("img");
    picture.alt = words("picture", { name: file.name });
    picture.src = URL.createObjectURL(file);
    picture.addEventListener("error", () => picture.remove(), { once: true });
    stack.append(picture);
    left.append(stack, make("p", "path", file.name));
    const right = make("div");
    element.append(left, right);
    return { element, file, stack, left, right, picture, summary: "" };
  }

  function problem(card, text) {
    card.summary = `${card.file.name}: ${text}`;
    const said = make("div", "problem");
    said.append(make("p", "verdict", words("no_answer")), make("p", "", text));
    card.right.replaceChildren(said);
  }

  function show(card, found) {
    const name = found.known ? found.label.split(";").filter(Boolean).join(", ") || words("none") : words("unknown");
    const sure = words(found.known ? "sure" : "unsure", { probability: percent(found.probability) });
    card.summary = `${name}. ${sure}`;
    const list = make("ul", "shares");
    list.setAttribute("aria-label", words("shares"));
    for (const [label, share] of Object.entries(found.probabilities)) {
      const row = make("li");
      const bar = make("progress");
      bar.max = 1;
      bar.value = share;
      bar.setAttribute("aria-hidden", "true");
      row.append(make("span", "", label), bar, make("span", "n", percent(share)));
      list.append(row);
    }
    const buttons = make("div", "buttons");
    const why = make("button", "", words("why"));
    why.type = "button";
    why.addEventListener("click", () => explain(card, why));
    buttons.append(why);
    if (settings.keeps) {
      const wrong = make("button", "", words("wrong"));
      wrong.type = "button";
      wrong.setAttribute("aria-expanded", "false");
      wrong.addEventListener("click", () => correct(card, wrong));
      buttons.append(wrong);
    }
    card.right.replaceChildren(make("h2", "verdict", name), make("p", "sure", sure), list, buttons);
  }

  // -- why ----------------------------------------------------------------------------------------------------------

  async function explain(card, button) {
    button.disabled = true;
    tell(words("looking"));
    try {
      const found = await ask(address("why"), raw(card.file), 8);
      lay(card, found);
      tell(words(found.target ? "map_of" : "map_own", { label: found.target ?? "" }));
      await near(card);
    } catch (error) {
      tell(error.message);
      button.disabled = false;
    }
  }

  function lay(card, found) {
    // the server's own copy: the two lie exactly over each other, and formats that the browser lacks are seen, too
    card.picture.src = found.picture;
    const map = make("img", "map");
    map.alt = words(found.target ? "map_of" : "map_own", { label: found.target ?? "" });
    map.src = found.map;
    if (!card.picture.isConnected) card.stack.prepend(card.picture);
    card.stack.append(map);
    const label = make("label", "slider", words("slider"));
    const slider = make("input");
    slider.type = "range";
    slider.min = "0";
    slider.max = "100";
    slider.value = "75";
    const set = () => {
      map.style.opacity = String(slider.value / 100);
      slider.setAttribute("aria-valuetext", `${slider.value}%`);
    };
    slider.addEventListener("input", set);
    set();
    label.append(slider);
    const note = make("p", "hint", words(found.method ? "legend" : "legend_own", { label: found.target ?? "" }));
    card.left.append(label, note);
  }

  async function near(card) {
    const title = make("h3", "", words("nearest"));
    const list = make("ul", "near");
    const note = make("p", "hint", words("searching"));
    card.right.append(title, list, note);
    for (let tries = 0; tries < 60; tries += 1) {
      const found = await ask(address("nearest"), raw(card.file), 8);
      list.replaceChildren(...found.nearest.map((one) => {
        const row = make("li");
        const picture = make("img");
        picture.alt = "";
        picture.addEventListener("load", () => picture.classList.toggle("px", picture.naturalWidth <= 48));
        picture.src = one.picture;
        row.append(picture, make("span", "", one.label), make("span", "quiet", ` ${one.likeness.toFixed(2)}`));
        return row;
      }));
      if (!found.looking) {
        note.textContent = words(found.nearest.length ? "alike" : "no_training");
        return;
      }
      await new Promise((done) => setTimeout(done, 1500));
    }
  }

  // -- this is wrong ------------------------------------------------------------------------------------------------

  async function correct(card, button) {
    const open = card.right.querySelector(".right");
    if (open) {
      open.remove();
      button.setAttribute("aria-expanded", "false");
      return;
    }
    let known;
    try {
      known = await classes();
    } catch (error) {
      tell(error.message);
      return;
    }
    const group = make("fieldset", "right");
    group.append(make("legend", "", words("right")));
    const label = make("label", "", words(known.several ? "right_several" : "right_one"));
    const choice = make("select");
    choice.multiple = known.several;
    if (!known.several) choice.append(new Option("", ""));
    known.classes.forEach((name) => choice.append(new Option(name, name)));
    label.append(choice);
    const keep = make("button", "strong", words("keep"));
    keep.type = "button";
    keep.disabled = !known.several;
    choice.addEventListener("change", () => { keep.disabled = !known.several && !choice.value; });
    keep.addEventListener("click", async () => {
      keep.disabled = true;
      const chosen = [...choice.selectedOptions].map((option) => ["label", option.value]);
      try {
        await ask(address("wrong", chosen), raw(card.file));
        group.replaceChildren(make("p", "", words("kept")));
        button.disabled = true;
        tell(words("kept"));
      } catch (error) {
        keep.disabled = false;
        tell(error.message);
      }
    });
    const buttons = make("div", "buttons");
    buttons.append(keep);
    group.append(label, make("p", "hint", words("keep_what")), buttons);
    card.right.querySelector(".buttons").after(group);
    button.setAttribute("aria-expanded", "true");
    choice.focus();
  }

  // -- drop, paste, choose ------------------------------------------------------------------------------------------

  const drop = $("drop");
  $("choose").addEventListener("click", () => $("files").click());
  $("files").addEventListener("change", (event) => {
    take([...event.target.files]);
    event.target.value = "";
  });
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) drop.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (!$("ask").hidden) take(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    if (!$("ask").hidden) take(event.clipboardData.files);
  });

  // -- the camera ---------------------------------------------------------------------------------------------------

  function shut() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    $("video").srcObject = null;
    $("lens").hidden = true;
  }

  $("camera").addEventListener("click", async () => {
    if (stream) return;
    if (!navigator.mediaDevices) {
      tell(words("camera_safe"));
      return;
    }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } });
    } catch {
      tell(words("camera_none"));
      return;
    }
    $("lens").hidden = false;
    $("video").srcObject = stream;
    stream.getVideoTracks()[0].addEventListener("ended", () => {
      shut();
      tell(words("camera_gone"));
    });
    await $("video").play();
    tell(words("camera_on"));
    $("shoot").focus();
  });
  $("shoot").addEventListener("click", () => {
    const video = $("video");
    if (!video.videoWidth) return;
    const canvas = make("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.toBlob((blob) => {
      const time = new Date().toTimeString().slice(0, 8).replaceAll(":", "-");
      take([new File([blob], `${words("camera_name")}-${time}.jpg`, { type: "image/jpeg" })]);
    }, "image/jpeg", 0.95);
  });
  const leave = () => {
    shut();
    $("camera").focus();
  };
  $("close").addEventListener("click", leave);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && stream) leave();
  });

  // -- the token ----------------------------------------------------------------------------------------------------

  $("gate")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    token = $("token").value.trim();
    try {
      await classes();
      document.querySelector("h1").textContent = model.run;
      $("gate").hidden = true;
      $("ask").hidden = false;
      tell("");
      $("choose").focus();
    } catch (error) {
      token = "";
      tell(error.message);
      $("token").focus();
    }
  });
})();
