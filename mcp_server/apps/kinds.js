// What kind of step it is: a colour and a shape for each family; the name is always said, too.

const SHAPES = {
  act: "M1 1h10v10H1z",
  plan: "M6 0l6 6-6 6-6-6z",
  answer: "M6 .5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11z",
  user: "M6 .5l6 11H0z",
  pull: "M3 .8h6l3 5.2-3 5.2H3L0 6z",
  bad: "M2 .6L6 4.6l4-4L11.4 2l-4 4 4 4-1.4 1.4-4-4-4 4L.6 10l4-4-4-4z",
  other: "M6 .5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11zm0 3a2.5 2.5 0 1 1 0 5a2.5 2.5 0 1 1 0-5z",
};

/** The family of a step's type; those of Codegen's guide on run logs, and by how they are named those it adds. */
function family(type) {
  const name = String(type || "").toUpperCase();
  if (name === "ERROR" || /(?:_FAILED|_ERROR)$/.test(name)) return "bad";
  if (name === "ACTION") return "act";
  if (name.startsWith("PLAN")) return "plan";
  if (name.startsWith("FINAL")) return "answer";
  if (name.startsWith("USER")) return "user";
  if (/PR_|_PR\b|COMMIT/.test(name)) return "pull";
  return "other";
}

function shape(kind) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.append(document.createElementNS("http://www.w3.org/2000/svg", "path"));
  svg.firstChild.setAttribute("fill", "currentColor");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("aria-hidden", "true");
  reshape(svg, kind);
  return svg;
}

function reshape(svg, kind) {
  if (svg.dataset.kind === kind) return;
  svg.dataset.kind = kind;
  svg.firstChild.setAttribute("d", SHAPES[kind]);
  svg.setAttribute("class", `shape ${kind}`);
}

/** Types with their counts, the most frequent first. */
function countedTypes(rows) {
  const counts = new Map();
  for (const row of rows) counts.set(row.type, (counts.get(row.type) || 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1]);
}

/** Colours of the theme as the canvas wants them, of the text in elements of those classes; read together, styles are found once. */
function coloursOf(names) {
  const probes = names.map((name) => element("span", { class: `unseen ${name}` }));
  document.body.append(...probes);
  const colours = probes.map((probe) => getComputedStyle(probe).color);
  for (const probe of probes) probe.remove();
  return colours;
}
