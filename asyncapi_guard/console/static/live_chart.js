/** The drawings of the Live page: SVG by attributes, so that the policy needs no exception. */

import { svg } from "./dom.js";
import { number, perSecond, points, scale, timeLabels } from "./live_numbers.js";

const SPARK = { width: 144, height: 28, floor: 22 };

/** Lines through points, with a gap where nothing was sampled; and the area below them. */
function curve(made, x, y, floor) {
  let line = "";
  let area = "";
  let start;
  for (const [at, { rate }] of made.entries()) {
    if (rate === null) continue;
    const here = `${x(at).toFixed(1)} ${y(rate).toFixed(1)}`;
    const begins = !at || made[at - 1].rate === null;
    const ends = at === made.length - 1 || made[at + 1].rate === null;
    if (begins) start = x(at).toFixed(1);
    line += `${begins ? "M" : "L"}${here}`;
    area += `${begins ? `M${start} ${floor}L` : "L"}${here}`;
    if (begins && ends) line += `h0.1`;
    if (ends) area += `L${x(at).toFixed(1)} ${floor}Z`;
  }
  return { line, area };
}

/**
 * Draw all events together. Violations have a lane of their own below the axis, because one among
 * thousands must be seen.
 *
 * @returns {string} what it shows, for those who do not see it
 */
export function drawChart(chart, { samples, violations, time, span, title }) {
  const { width, height } = chart.getBoundingClientRect();
  const made = points(samples, time, ({ seen, rejected, reported }) => [seen, rejected, reported], violations);
  const highest = Math.max(0, ...made.map(({ rate }) => rate ?? 0));
  const ticks = scale(highest);
  const left = 12 + 6.5 * Math.max(2, ...ticks.map((tick) => number(tick).length));
  const bottom = height - 46;
  const x = (at) => left + (at / (made.length - 1)) * (width - left - 2);
  const y = (value) => bottom - (value / ticks.at(-1)) * (bottom - 8);
  const parts = [];
  for (const tick of ticks) {
    parts.push(svg("line", { class: "chart-grid", x1: left, x2: width, y1: y(tick), y2: y(tick) }));
    parts.push(svg("text", { x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, number(tick)));
  }
  const labels = timeLabels(span, time);
  const narrow = width < 420 && labels.length > 4;
  for (const [index, [part, text]] of labels.entries()) {
    if (narrow && index % 2 && index < labels.length - 1) continue;
    const anchor = part === 0 ? "start" : part === 1 ? "end" : "middle";
    parts.push(svg("text", { x: left + part * (width - left), y: height - 6, "text-anchor": anchor }, text));
  }
  const { line, area } = curve(made, x, y, bottom);
  parts.push(svg("path", { class: "chart-area", d: area }), svg("path", { class: "chart-line", d: line }));
  const totals = { rejected: 0, reported: 0 };
  for (const [at, { rejected, reported }] of made.entries()) {
    totals.rejected += rejected;
    totals.reported += reported;
    // Reported ones are lower: color alone tells nothing to many people.
    const mark = (kind, shift, height) => svg("rect", { class: kind, x: x(at) - 1.5 + shift, y: bottom + 18 - height, width: 3, height, rx: 1 });
    if (rejected) parts.push(mark("chart-bad", reported ? -2.25 : 0, 11));
    if (reported) parts.push(mark("chart-warn", rejected ? 2.25 : 0, 6));
  }
  chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
  chart.replaceChildren(...parts);
  return (
    `Validated per second. ${title}: at most ${perSecond(highest)}; ` +
    `${totals.rejected} rejected, ${totals.reported} reported. The table has the numbers.`
  );
}

/** Draw how one event grew; screen readers get the table's numbers instead. */
export function drawSpark(spark, samples, time, grown, known) {
  const made = points(samples, time, (sample) => grown.get(sample) ?? [0, 0, 0], known);
  const highest = Math.max(...made.map(({ rate }) => rate ?? 0)) || 1;
  const x = (at) => 1 + (at / (made.length - 1)) * (SPARK.width - 2);
  const y = (value) => SPARK.floor - (value / highest) * (SPARK.floor - 3);
  const marks = made.flatMap(({ rejected, reported }, at) =>
    rejected || reported
      ? [svg("rect", { class: rejected ? "chart-bad" : "chart-warn", x: x(at) - 1.2, y: rejected ? 23.5 : 25.5, width: 2.4, height: rejected ? 4.5 : 2.5, rx: 1 })]
      : [],
  );
  spark.replaceChildren(svg("path", { class: "chart-line", d: curve(made, x, y, SPARK.floor).line }), ...marks);
}

export const spark = () =>
  svg("svg", { class: "spark", viewBox: `0 0 ${SPARK.width} ${SPARK.height}`, "aria-hidden": "true" });
