// Elements and the words in them. Text of a log becomes a text node, never markup.

/** An element with attributes (null leaves one out) and children: elements, or text. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const counted = new Intl.NumberFormat("en");

function count(number, one, many) {
  return `${counted.format(number)} ${number === 1 ? one : many}`;
}

/** Seconds as people write them. */
function duration(seconds) {
  if (typeof seconds !== "number") return "–";
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return hours ? `${hours} h ${minutes} min` : `${minutes} min ${rest} s`;
}

function percent(part) {
  const value = part * 100;
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}

/** Milliseconds since 1970, or null; a time without a zone is UTC, as the platforms write it. */
function moment(at) {
  if (typeof at !== "string") return null;
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(at) ? at : `${at}Z`;
  const time = Date.parse(zoned);
  return Number.isNaN(time) ? null : time;
}

/** The time of day in UTC. */
function clockTime(time) {
  return new Date(time).toISOString().slice(11, 19);
}

/** JSON as it is read: text as it is. */
function legible(value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
