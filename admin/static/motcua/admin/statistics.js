// The pictures of the statistics page, each drawn from the table beside it.
"use strict";

const ROW_OF_FIELDS = 34; // px for each bar that lies down
const AXES = 90; // px around them
const LINE = 26; // letters of a name beside its bar

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function figuresOf(table) {
  const columns = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent);
  const rows = [...table.tBodies[0].rows];
  const values = (position) => rows.map((row) => {
    const value = row.cells[position + 1].dataset.value;
    return value === undefined ? null : Number(value);
  });
  return {
    labels: rows.map((row) => row.cells[0].textContent),
    series: columns.map((label, position) => ({ label, data: values(position) })),
    texts: rows.map((row) => [...row.cells].slice(1).map((cell) => cell.textContent)),
  };
}

function besideTheAxis(label) {
  if (/^\d\d\/\d\d\/\d{4}$/.test(label)) return label.slice(0, 5); // the year stands above
  const lines = [""];
  for (const word of label.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length > LINE && lines.at(-1)) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function draw(section) {
  const picture = section.querySelector(".mc-chart__picture");
  const canvas = picture.querySelector("canvas");
  const kind = canvas.dataset.picture;
  const lies = kind === "stack";
  const figures = figuresOf(section.querySelector("table"));
  const paints = lies ? ["--ok", "--late"] : ["--action", "--mark"];
  picture.hidden = false;
  if (lies) picture.style.height = `${figures.labels.length * ROW_OF_FIELDS + AXES}px`;
  const ticks = { callback: (position) => besideTheAxis(figures.labels[position]) };
  const words = { grid: { display: false }, ticks: lies ? { ...ticks, autoSkip: false } : ticks };
  const numbers = { beginAtZero: true, grid: { color: colour("--hairline") }, ticks: { precision: 0 } };
  return new Chart(canvas, {
    type: kind === "line" ? "line" : "bar",
    data: {
      labels: figures.labels,
      datasets: figures.series.map((one, position) => ({
        ...one,
        backgroundColor: colour(paints[position]),
        borderColor: colour(paints[position]),
        borderWidth: kind === "line" ? 2 : 0,
        pointRadius: 3,
        spanGaps: false,
        maxBarThickness: 22,
      })),
    },
    options: {
      indexAxis: lies ? "y" : "x",
      maintainAspectRatio: false,
      animation: false,
      interaction: { mode: "index", axis: lies ? "y" : "x", intersect: false },
      scales: {
        x: { ...(lies ? numbers : words), stacked: lies },
        y: { ...(lies ? words : numbers), stacked: lies },
      },
      plugins: {
        legend: { display: figures.series.length > 1, position: "bottom", labels: { boxWidth: 14 } },
        // The figures of the table, written as they are there.
        tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${figures.texts[item.dataIndex][item.datasetIndex]}` } },
      },
    },
  });
}

const SIZE = 13; // px
const family = getComputedStyle(document.querySelector(".motcua")).fontFamily;
Chart.defaults.font.family = family;
Chart.defaults.font.size = SIZE;
Chart.defaults.color = colour("--ink-soft");
// A picture keeps the letters it was drawn with: the page's own are waited for, and done without if they cannot be had.
document.fonts.load(`${SIZE}px ${family}`, "Ễ").catch(() => {}).then(() => {
  for (const section of document.querySelectorAll(".mc-chart:has(canvas)")) draw(section);
});
