/** The only style of a report: no file beside it, light and dark, and A4 when it is printed. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1a1d21; --faint: #5a626c; --sheet: #fff; --sunk: #f3f5f7; --line: #d3d9df; --accent: #14508c; --good: #2a7a46; --warn: #b4521a; --home: #9dbbe0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --faint: #a3acb6; --sheet: #15181b; --sunk: #1e2226; --line: #3a424a; --accent: #8ab8ec; --good: #5fc184; --warn: #ef9a5e; --home: #34537a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; background: var(--sheet); color: var(--ink); font: 0.95rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 0.3rem; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 0.5rem; padding-top: 0.5rem; border-top: 1px solid var(--line); }
p { margin: 0.4rem 0; max-width: 46rem; }
a { color: var(--accent); }
.faint, caption, figcaption { color: var(--faint); }
.alert { border-left: 4px solid var(--warn); background: var(--sunk); padding: 0.6rem 0.9rem; }
.whole { border-left-color: var(--good); }
nav ol { columns: 16rem; padding-left: 1.4rem; margin: 0.5rem 0; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 0.6rem 1.2rem; margin: 1rem 0; }
dl div { background: var(--sunk); padding: 0.6rem 0.8rem; border-radius: 4px; }
dt { color: var(--faint); font-size: 0.85rem; }
dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 0.3rem; font-size: 0.9rem; }
caption { text-align: left; padding-bottom: 0.3rem; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.7rem 0.3rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; min-width: 4rem; }
thead th { color: var(--faint); font-weight: 600; }
tbody th { font-weight: 400; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font-size: 0.92em; overflow-wrap: anywhere; }
.outside { color: var(--warn); font-weight: 600; }
ul { padding-left: 1.2rem; }
figure { margin: 1rem 0; }
svg { display: block; width: 100%; height: auto; background: var(--sunk); border: 1px solid var(--line); border-radius: 4px; }
svg path { fill: var(--line); stroke: var(--sunk); stroke-width: 0.6px; vector-effect: non-scaling-stroke; }
svg .home { fill: var(--home); }
svg circle { fill-opacity: 0.75; stroke: var(--sheet); stroke-width: 1.5px; vector-effect: non-scaling-stroke; }
svg .in { fill: var(--good); }
svg .out { fill: var(--warn); }
svg .refused { fill: none; stroke: var(--ink); stroke-dasharray: 3 3; stroke-width: 2px; }
@page { size: A4; margin: 16mm 14mm 18mm; }
@media print {
  :root { color-scheme: light; --ink: #000; --faint: #444; --sheet: #fff; --sunk: #f4f4f4; --line: #bbb; --accent: #000; --good: #2a7a46; --warn: #a8480f; --home: #b9cde6; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  h2 { break-after: avoid; }
  thead { display: table-header-group; }
  tr, figure, dl div, .alert { break-inside: avoid; }
  .table { overflow: visible; }
  #flows, #denials, #policy { break-before: page; }
  a { text-decoration: none; }
  svg, dl div { print-color-adjust: exact; }
}
`;
