// The pages that are made of what the lab's own tools print: the matrix, and what a step adds.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { html as diffHtml } from 'diff2html';
import { escape, link } from './markdown.mjs';

// --- what step N adds, as scripts/difference says it ----------------------------------------

function view(diff, outputFormat) {
  return diffHtml(diff, { outputFormat, drawFileList: false, matching: 'lines' });
}

export function differenceHtml(step, leadTo) {
  const printed = execFileSync('scripts/difference', [String(step)], { encoding: 'utf8' });
  const [, heading, diff, added] = /^(.*)\n\n(---.*?\n)\n(New in.*)$/s.exec(printed);
  const [title, ...rows] = added.trimEnd().split('\n');
  const items = rows.map((row) => {
    const [, lines, file] = /(\d+ lines)\s+(\S+)/.exec(row);
    return `<li>${link(leadTo(file), file)} <small>${lines}</small></li>`;
  });
  return `<h1>Step ${step - 1} to step ${step}</h1>
<p>${escape(heading)}. In a terminal: <code class="short">make diff${step}</code>.
${link(`chapter${step}.html`, `Chapter ${step}`)} tells why.</p>
<div class="wide-only">${view(diff, 'side-by-side')}</div>
<div class="narrow-only">${view(diff, 'line-by-line')}</div>
<h2>${escape(title)}</h2><ul class="files">${items.join('\n')}</ul>`;
}

// --- the matrix, as scripts/matrix has kept it ------------------------------------------------

const classes = { '✓': 'true', '✗': 'false', '–': 'none', s: 'skipped' };

// A claim's line: `4 new   the command is process 1    ✗  ✗  ✗  ✓ …`
function row(line, columns) {
  const [, step, kind, name, cells] = /^(\d) (\w+)\s+(.*?)\s{2,}(\S.*)$/.exec(line);
  const marks = cells.trim().split(/\s+/);
  if (marks.length !== columns.length) throw new Error(`of another form: ${line}`);
  const boxes = marks.map((mark) => `<td class="${classes[mark] ?? 'red'}">${mark}</td>`);
  const head = `<th scope="row">${escape(name)} <small>${kind}</small></th>`;
  return { step, html: `<tr>${head}${boxes.join('')}</tr>` };
}

// step1 step2 … hand1 … crun: "step" above 1 2 …, "hand" above 1 …
function headOf(columns) {
  const parts = columns.map((column) => /^(.*?)(\d?)$/.exec(column).slice(1));
  const words = [...new Set(parts.map(([word]) => word))];
  const above = words.map((word) => {
    const width = parts.filter((part) => part[0] === word).length;
    return `<th colspan="${width}">${escape(word)}</th>`;
  });
  const below = parts.map(([, number]) => `<th>${number}</th>`);
  return `<tr><th></th>${above.join('')}</tr><tr><th></th>${below.join('')}</tr>`;
}

function tableOf(step, head, rows) {
  return `<h2 id="step${step}">Claims of step ${step}</h2>
<div class="table matrix" tabindex="0"><table><thead>${head}</thead><tbody>
${rows.map(({ html }) => html).join('\n')}
</tbody></table></div>`;
}

const intro = `<h1>The matrix</h1>
<p>Every claim of the lab, asked of every step, of the same containers made by hand, and of other
runtimes. A claim that is <em>new</em> in step 4 is false of step 3 and true from step 4 on; a
<em>hole</em> is open until a later step closes it; a claim that is <em>kept</em> was true
before, and a sabotage breaks it. Anything else is red: so we know that a claim can fail.</p>`;

const none = `<p class="note">No run of <code>make matrix</code> has been kept here. It takes some
minutes and needs root; after it, <code>make site</code> puts the table on this page.</p>`;

export function matrixHtml(file) {
  if (!existsSync(file)) return intro + none;
  const [head, ...lines] = readFileSync(file, 'utf8').split('\n');
  const columns = head.trim().split(/\s+/);
  const rows = lines
    .filter((line) => /^\d (new|hole|kept) /.test(line))
    .map((line) => row(line, columns));
  const steps = [...new Set(rows.map(({ step }) => step))];
  const tables = steps.map((step) => {
    return tableOf(
      step,
      headOf(columns),
      rows.filter((each) => each.step === step),
    );
  });
  const sum = lines.find((line) => /^\d+ passed, /.test(line));
  const day = statSync(file).mtime.toISOString().slice(0, 10);
  return `${intro}<p>${sum} on ${day}. ✓ true · ✗ false · – not applicable · s skipped ·
! not what the claim's kind says.</p>${tables.join('\n')}`;
}
