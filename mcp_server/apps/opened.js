// One step, opened: what was thought, asked and answered.

const SECTIONS = [
  ["thought", "Thought"],
  ["input", "Input"],
  ["output", "Output"],
  ["observation", "Observation"],
  ["line", "Line"],
];

function openedStep(model, textOf, closed) {
  const title = element("h2", { id: "opened-title", tabindex: "-1" });
  const about = element("p", { class: "quiet" });
  const body = element("div", { class: "sections" });
  const node = element(
    "section",
    { class: "panel", "aria-labelledby": "opened-title", hidden: "", keydown: leave },
    element(
      "div",
      { class: "titled" },
      title,
      element("button", { type: "button", "aria-label": "Close", click: close }, "Close"),
    ),
    about,
    body,
  );
  let current = null;

  function leave(event) {
    if (event.key === "Escape") close();
  }

  function close() {
    const row = current;
    current = null;
    node.hidden = true;
    closed(row);
  }

  async function open(row) {
    current = row;
    node.hidden = false;
    title.textContent = `${model.one} ${row.n}: ${row.type}`;
    const took = model.kind === "run" && row.seconds !== undefined ? `took ${duration(row.seconds)}` : "";
    const began = row.time === null ? "" : `${new Date(row.time).toISOString().slice(0, 19).replace("T", " ")} UTC`;
    about.replaceChildren(
      ...(row.failed ? [failedMark()] : []),
      `${row.failed ? " · " : ""}${[row.tool, began, took].filter(Boolean).join(" · ")}`,
    );
    body.replaceChildren(element("p", { class: "quiet", role: "status" }, "Reading…"));
    title.focus({ preventScroll: true });
    node.scrollIntoView({ block: "nearest" });
    let shown;
    try {
      shown = sectionsOf(await textOf(row));
    } catch (error) {
      shown = [element("p", { role: "alert" }, `This ${model.one} could not be read: ${error.message}`)];
    }
    // Another may have been opened meanwhile.
    if (current === row) body.replaceChildren(...shown);
  }

  return { node, open };
}

function sectionsOf(texts) {
  const told = SECTIONS.filter(([name]) => texts?.[name] !== undefined && texts[name] !== "");
  if (!told.length) return [element("p", { class: "quiet" }, "Nothing was recorded for this step.")];
  return told.flatMap(([name, label]) => [
    element("h3", {}, label),
    element("pre", { tabindex: "0", "aria-label": label }, legible(texts[name])),
  ]);
}
