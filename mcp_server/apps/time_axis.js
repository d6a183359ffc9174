// Steps on a time axis: a lane for each type, a bar as long as the step took, and a strip that marks failures.

const LANES = 6;
const LANE = 18;
const TICK = 20;
const NICE_S = [0.001, 0.01, 0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400];

function timeAxis(model, choose) {
  const { rows } = model;
  const types = countedTypes(rows);
  const names = types.slice(0, types.length > LANES ? LANES - 1 : LANES).map(([name]) => name);
  if (types.length > LANES) names.push("others");
  const lane = new Map(names.map((name, at) => [name, at]));
  const laneOf = (row) => lane.get(row.type) ?? names.length - 1;
  const timed = rows.some((row) => row.time !== null);
  const { begin, end } = extent(rows, timed);
  const fails = rows.filter((row) => row.failed).length;
  const height = names.length * LANE + (fails ? LANE : 0) + TICK;
  const canvas = element("canvas", { role: "img", "aria-label": described(), click: clicked });
  canvas.style.height = `${height}px`;
  let chosen = null;
  let shown = null;
  let across = 0;
  let due = false;

  function described() {
    const kinds = types.slice(0, LANES).map(([name, number]) => `${name} ${number}`);
    const span = timed ? `over ${duration((end - begin) / 1000)}` : "without times, in their order";
    return `${count(rows.length, model.one, model.many)} ${span}; ${kinds.join(", ")}; ${fails} failed`;
  }

  function left() {
    return across < 560 ? 84 : 150;
  }

  function place(row) {
    const width = Math.max(across - left() - 8, 1);
    return left() + ((row.from - begin) / Math.max(end - begin, 1)) * width;
  }

  /** Draws once before the next frame, however often it is asked for. */
  function draw() {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      across = canvas.clientWidth;
      if (across) drawAll(across);
    });
  }

  function drawAll(width) {
    const sharp = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * sharp);
    canvas.height = Math.round(height * sharp);
    const pen = canvas.getContext("2d");
    pen.scale(sharp, sharp);
    const kinds = Object.keys(SHAPES);
    const [text, line, ...found] = coloursOf(["quiet", "", ...kinds]);
    const colours = Object.fromEntries(kinds.map((kind, at) => [kind, found[at]]));
    pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    pen.textBaseline = "middle";
    drawTicks(pen, width, text);
    names.forEach((name, at) => drawLane(pen, name, at, width, text));
    const scale = Math.max(width - left() - 8, 1) / Math.max(end - begin, 1);
    const crosses = new Path2D();
    for (const row of rows) {
      const x = place(row);
      pen.globalAlpha = shown && !shown.has(row) ? 0.18 : 1;
      pen.fillStyle = colours[row.failed ? "bad" : row.kind];
      const size = Math.min(Math.max((row.seconds || 0) * 1000 * scale - 1, 2), width);
      pen.fillRect(x, laneOf(row) * LANE + 4, size, LANE - 8);
      if (row.failed && pen.globalAlpha === 1) addCross(crosses, x + Math.min(size, 8) / 2, names.length * LANE + LANE / 2);
    }
    pen.globalAlpha = 1;
    pen.lineWidth = 2;
    pen.strokeStyle = pen.fillStyle = colours.bad;
    pen.stroke(crosses);
    if (fails) pen.fillText("failed", 0, names.length * LANE + LANE / 2);
    if (chosen) {
      pen.fillStyle = line;
      pen.fillRect(place(chosen) - 1, 0, 2, height - TICK);
    }
  }

  function drawLane(pen, name, at, width, text) {
    pen.fillStyle = text;
    pen.fillText(clipped(pen, name, left() - 10), 0, at * LANE + LANE / 2);
    pen.globalAlpha = 0.16;
    pen.fillRect(left(), at * LANE + LANE - 1, width - left(), 1);
    pen.globalAlpha = 1;
  }

  function drawTicks(pen, width, text) {
    if (!timed) return;
    const seconds = (end - begin) / 1000;
    const room = Math.max(Math.floor((width - left()) / 84), 1);
    const step = NICE_S.find((nice) => seconds / nice <= room) || Math.ceil(seconds / room / 86400) * 86400;
    for (let at = 0; at <= seconds; at += step) {
      const x = place({ from: begin + at * 1000 });
      pen.fillStyle = text;
      pen.globalAlpha = 0.25;
      pen.fillRect(x, 0, 1, height - TICK + 3);
      pen.globalAlpha = 1;
      const label = at === 0 ? "0" : duration(at).replace(".0 s", " s").replace(/ 0 (?:s|min)$/, "");
      const wide = pen.measureText(label).width;
      pen.fillText(label, Math.min(Math.max(x - wide / 2, left()), width - wide), height - TICK / 2 + 2);
    }
  }

  function clicked(event) {
    const at = event.offsetX;
    const row = Math.floor(event.offsetY / LANE);
    const lanes = rows.filter((one) => (row < names.length ? laneOf(one) === row : one.failed));
    const near = (lanes.length ? lanes : rows).filter((one) => !shown || shown.has(one));
    if (!near.length) return;
    choose(near.reduce((best, one) => (Math.abs(place(one) - at) < Math.abs(place(best) - at) ? one : best)));
  }

  new ResizeObserver(draw).observe(canvas);
  return {
    node: element("section", { class: "axis", "aria-label": "Time axis" }, canvas),
    draw,
    /** Marks one step, and pales those that are not among the shown ones. */
    mark(row, among) {
      chosen = row;
      shown = among;
      draw();
    },
  };
}

/** The times from the first step's begin to the last one's end; in order where no step has its time. */
function extent(rows, timed) {
  let before = 0;
  rows.forEach((row, at) => {
    before = timed ? row.time ?? before : at;
    row.from = before;
  });
  if (timed) {
    const first = rows.find((row) => row.time !== null).time;
    for (const row of rows) row.from = Math.max(row.from, first);
  }
  const begin = rows.length ? rows[0].from : 0;
  return rows.reduce(
    ({ begin: from, end }, row) => ({
      begin: Math.min(from, row.from),
      end: Math.max(end, row.from + (timed ? (row.seconds || 0) * 1000 : 1)),
    }),
    { begin, end: begin },
  );
}

function addCross(path, x, y) {
  path.moveTo(x - 3, y - 3);
  path.lineTo(x + 3, y + 3);
  path.moveTo(x + 3, y - 3);
  path.lineTo(x - 3, y + 3);
}

function clipped(pen, text, room) {
  if (pen.measureText(text).width <= room) return text;
  let kept = text;
  while (kept && pen.measureText(`${kept}…`).width > room) kept = kept.slice(0, -1);
  return `${kept}…`;
}
