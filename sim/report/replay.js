// The day as a function of the clock: whatever is on the floor follows from `now` alone, so that one may go anywhere
// in the day. Movement between two pictures is left to style sheets, which know who wants less of it.
"use strict";

const day = JSON.parse(document.getElementById("day").textContent);
const word = day.words;
const where = day.where; // the kinds of spot by name
const CITIZEN_STEP = 18, PAPER_STEP = 14, SEAT = 34, DOOR = 60; // pixels
const MOST_SHOWN = 96; // of one line or tray; its number counts them all
const LEAVING = 600; // milliseconds

const by = (id) => document.getElementById(id);
const clock = (t) => String(Math.floor(t / 60)).padStart(2, "0") + ":" + String(Math.floor(t % 60)).padStart(2, "0");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let place, pens, door, curves, now, playing = false;

function make(tag, parent, attributes, text) {
  const element = document.createElement(tag);
  Object.assign(element, attributes);
  if (text !== undefined) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}

// --- a place: its cards, and in them pens that citizens and papers stand in ---

function pen(card, label, step, most) {
  const line = make("div", card, { className: "label" });
  make("span", line, {}, label);
  const count = make("b", line, {}, "0");
  return { element: make("div", card, {}), count, step, most: Math.min(most, MOST_SHOWN) };
}

function seats(card, duty) {
  const whole = make("div", card, { className: "duty" });
  const row = make("div", whole, { className: "seats" });
  const line = make("div", whole, { className: "label" }, word.on_duty + " ");
  const each = Array.from({ length: duty.seats }, () => make("div", row, { className: "seat" }));
  return { element: row, seats: each, duty, count: make("b", line, {}, "0") };
}

function build(chosen) {
  place = chosen;
  for (const mover of place.movers) mover.element = null;
  const floor = by("floor");
  floor.replaceChildren();
  const most = crowds();
  door = { element: make("div", floor, { id: "door" }, word.door), step: CITIZEN_STEP, most: 0 };
  pens = new Map([[key(where.DOOR, -1), door]]);
  const inside = make("div", floor, { className: "cards" });
  const outside = make("div", floor, { className: "cards" });
  const fence = (kind, team, card, label, step) => {
    const name = key(kind, team);
    if (most.has(name)) pens.set(name, pen(card, label, step, most.get(name)));
  };
  place.teams.forEach((duty, team) => {
    const card = make("section", inside, { className: "card" });
    make("h2", card, {}, duty.title);
    pens.set(key(where.SEAT, team), seats(card, duty));
    fence(where.LINE, team, card, word.line, CITIZEN_STEP);
    fence(where.TRAY, team, card, word.tray, PAPER_STEP);
  });
  const apart = [
    [where.CITIZEN, word.with_citizen, PAPER_STEP],
    [where.AGENCY, word.with_agency, PAPER_STEP],
    [where.ROUND, word.for_round, PAPER_STEP],
    [where.LINE, word.unserved_line, CITIZEN_STEP],
    [where.TRAY, word.unserved_tray, PAPER_STEP],
  ];
  for (const [kind, label, step] of apart) {
    if (most.has(key(kind, -1))) fence(kind, -1, make("section", outside, { className: "card outside" }), label, step);
  }
  curves = { waiting: curve(), served: ends(where.SEAT), left: ends(where.DOOR) };
  drawCourse();
  fit();
}

const key = (kind, team) => kind + ":" + team;

/** How many there are at most in each pen: it is built for them. */
function crowds() {
  const changes = new Map();
  for (const mover of place.movers) {
    mover.times.forEach((t, i) => {
      const [kind, team] = place.spots[mover.spots[i]];
      if (kind === where.AWAY || kind === where.SEAT) return;
      const name = key(kind, team);
      if (!changes.has(name)) changes.set(name, []);
      changes.get(name).push([t, 1], [mover.times[i + 1] ?? Infinity, -1]);
    });
  }
  const most = new Map();
  for (const [name, list] of changes) {
    let here = 0, highest = 0;
    list.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    for (const [, change] of list) highest = Math.max(highest, (here += change));
    most.set(name, highest);
  }
  return most;
}

/** The instants at which citizens go away from spots of a kind, sorted. */
function ends(kind) {
  const found = [];
  for (const mover of place.movers.filter((one) => one.citizen)) {
    mover.spots.forEach((spot, i) => {
      const before = i > 0 && place.spots[mover.spots[i - 1]][0];
      if (kind === where.DOOR ? place.spots[spot][0] === kind : place.spots[spot][0] === where.AWAY && before === kind) {
        found.push(mover.times[i]);
      }
    });
  }
  return found.sort((a, b) => a - b);
}

// --- the course of the day above the slider ---

function curve() {
  const waiting = new Array(day.to - day.from + 1).fill(0);
  for (const mover of place.movers) {
    mover.times.forEach((t, i) => {
      if (place.spots[mover.spots[i]][0] !== where.LINE) return;
      const until = Math.min(mover.times[i + 1] ?? day.to, day.to);
      for (let minute = Math.max(Math.ceil(t), day.from); minute < until; minute++) waiting[minute - day.from]++;
    });
  }
  return waiting;
}

function drawCourse() {
  const svg = by("course"), most = Math.max(...curves.waiting, 1), width = day.to - day.from;
  svg.setAttribute("viewBox", "0 0 " + width + " " + most);
  svg.setAttribute("aria-label", word.course + " " + Math.max(...curves.waiting));
  svg.replaceChildren();
  const shape = (tag, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    svg.append(element);
    return element;
  };
  for (const [opens, closes] of day.sessions) {
    shape("rect", { x: opens - day.from, y: 0, width: closes - opens, height: most, fill: "#eee" });
  }
  const steps = curves.waiting.map((count, minute) => "H" + minute + "V" + (most - count)).join("");
  const area = shape("path", { d: "M0 " + most + steps + "V" + most + "Z", fill: "#0072b2" });
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = svg.getAttribute("aria-label");
  area.append(title);
}

// --- the floor at an instant ---

function fit() {
  for (const one of pens.values()) {
    if (one.seats) continue;
    one.columns = Math.max(Math.floor(one.element.clientWidth / one.step), 1);
    if (one !== door) one.element.style.height = Math.ceil(one.most / one.columns) * (one.step + 2) + "px";
  }
  const origin = by("floor").getBoundingClientRect();
  const corner = (element) => {
    const box = element.getBoundingClientRect();
    return [box.left - origin.left, box.top - origin.top];
  };
  for (const one of pens.values()) {
    [one.x, one.y] = corner(one.element);
    if (one.seats) one.corners = one.seats.map(corner);
  }
  door.x += DOOR;
  by("floor").classList.add("still");
  draw();
  by("floor").getBoundingClientRect(); // lays out, so that what follows moves
  by("floor").classList.remove("still");
}

function stayAt(mover, t) {
  let i = mover.times.length - 1;
  while (i >= 0 && mover.times[i] > t) i--;
  return i;
}

function draw() {
  const inside = new Map([...pens.values()].map((one) => [one, []]));
  for (const mover of place.movers) {
    const i = stayAt(mover, now);
    const [kind, team, seat] = i < 0 ? [where.AWAY] : place.spots[mover.spots[i]];
    if (kind === where.AWAY) leave(mover);
    else inside.get(pens.get(key(kind, team))).push({ mover, kind, seat, since: mover.times[i] });
  }
  const figures = { waiting: 0, at_counters: 0, served: upTo(curves.served), left: upTo(curves.left), in_trays: 0, late: 0 };
  for (const [one, those] of inside) {
    if (!one.seats) those.sort((a, b) => a.since - b.since);
    those.forEach(({ mover, kind, seat }, rank) => put(mover, one, kind, one.seats ? seat : rank));
    for (const { mover, kind } of those) {
      figures.waiting += kind === where.LINE;
      figures.at_counters += kind === where.SEAT && mover.citizen;
      figures.in_trays += kind === where.TRAY;
      figures.late += mover.late && !mover.citizen && kind !== where.CITIZEN;
    }
    if (one.seats) man(one, new Set(those.map(({ seat }) => seat)));
    else if (one.count) one.count.textContent = those.length;
  }
  for (const [name, value] of Object.entries(figures)) by("figure-" + name).textContent = value;
  by("clock").textContent = clock(now);
  by("time").value = now;
  by("time").setAttribute("aria-valuetext", clock(now));
}

const upTo = (instants) => instants.filter((t) => t <= now).length;

/** Show who is on duty: those at work, and of the free seats the first. */
function man(row, busy) {
  const staff = row.duty.staff.reduce((last, [t, people]) => (t <= now ? people : last), 0);
  let idle = Math.max(staff - busy.size, 0);
  row.seats.forEach((seat, number) => {
    seat.className = busy.has(number) ? "seat busy" : idle-- > 0 ? "seat on" : "seat";
  });
  row.count.textContent = staff;
}

function seated([x, y], mover) {
  const [width, height] = mover.citizen ? [16, 16] : [11, 14];
  return [x + (SEAT - width) / 2, y + (SEAT - height) / 2];
}

function standing(one, slot) {
  return [one.x + (slot % one.columns) * one.step, one.y + Math.floor(slot / one.columns) * (one.step + 2) + 1];
}

function put(mover, one, kind, slot) {
  if (slot >= MOST_SHOWN) return leave(mover);
  const [x, y] = one.seats ? seated(one.corners[slot], mover) : standing(one, slot);
  const kindOf = mover.citizen ? "mover citizen" : "mover paper";
  const state = kind === where.DOOR ? " leaving" : mover.late && !mover.citizen && kind !== where.CITIZEN ? " late" : "";
  if (!mover.element) {
    mover.element = make("i", by("floor"), { title: day.procedures[mover.procedure] + " #" + mover.number });
    mover.element.setAttribute("aria-hidden", "true");
    mover.element.className = kindOf;
    if (mover.citizen) move(mover.element, door.x, door.y);
    else mover.element.style.opacity = 0;
    mover.element.getBoundingClientRect();
  }
  mover.element.className = kindOf + state;
  mover.element.style.opacity = 1;
  move(mover.element, x, y);
}

function move(element, x, y) {
  element.style.transform = "translate(" + x + "px," + y + "px)";
}

function leave(mover) {
  const element = mover.element;
  if (!element) return;
  mover.element = null;
  element.style.opacity = 0;
  if (mover.citizen) move(element, door.x, door.y);
  setTimeout(() => element.remove(), LEAVING);
}

// --- the clock ---

let before = null;

function tick(instant) {
  if (!playing) return;
  const wait = calm.matches ? 1000 : 0; // no movement: one picture a second
  if (before === null) before = instant;
  const elapsed = instant - before;
  if (elapsed >= wait) {
    before = instant;
    now = Math.min(now + (Math.min(elapsed, Math.max(wait, 100)) / 1000) * by("speed").value, day.to);
    draw();
    if (now >= day.to) play(false);
  }
  requestAnimationFrame(tick);
}

function play(on) {
  if (on && now >= day.to) now = day.from;
  playing = on;
  before = null;
  by("play").textContent = on ? "❚❚ " + word.pause : "▶ " + word.play;
  if (on) requestAnimationFrame(tick);
  else tell();
}

/** For those who listen: the figures in a sentence, whenever the clock stands. */
function tell() {
  const parts = [...document.querySelectorAll("#figures div")].map((one) => one.firstChild.textContent + ": " + one.lastChild.textContent);
  by("told").textContent = clock(now) + ". " + parts.join(". ") + ".";
}

function fromAddress() {
  const [, hours, minutes] = location.hash.match(/^#(\d\d):(\d\d)$/) || [];
  return hours === undefined ? day.from : Math.min(Math.max(60 * hours + +minutes, day.from), day.to);
}

function start() {
  for (const one of document.querySelectorAll("[data-word]")) one.textContent = word[one.dataset.word];
  for (const name of ["waiting", "at_counters", "served", "left", "in_trays", "late"]) {
    const figure = make("div", by("figures"));
    make("dt", figure, {}, word[name]);
    make("dd", figure, { id: "figure-" + name }, "0");
  }
  for (const [minutes, label] of day.speeds) make("option", by("speed"), { value: minutes, selected: minutes === 5 }, label);
  day.places.forEach((one, number) => make("option", by("place"), { value: number }, one.title));
  by("where").hidden = day.places.length < 2;
  Object.assign(by("time"), { min: day.from, max: day.to });
  for (const name of ["time", "speed", "place"]) by(name).setAttribute("aria-label", word[name]);
  for (let t = Math.ceil(day.from / 60) * 60; t < day.to; t += 60) {
    make("span", by("hours"), {}, clock(t)).style.left = (100 * (t - day.from)) / (day.to - day.from) + "%";
  }
  now = fromAddress();
  build(day.places[0]);
  play(false);
  by("play").addEventListener("click", () => play(!playing));
  by("time").addEventListener("input", (event) => { now = +event.target.value; draw(); });
  by("time").addEventListener("change", tell);
  by("place").addEventListener("change", (event) => { build(day.places[event.target.value]); tell(); });
  addEventListener("resize", fit);
  addEventListener("hashchange", () => { now = fromAddress(); draw(); tell(); });
}

start();
