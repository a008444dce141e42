// One page around its content: menu, search, light and dark, the page before and the one after.
import { toTop } from './links.mjs';
import { escape, link } from './markdown.mjs';

function contents({ sections }) {
  const items = sections
    .filter(({ level }) => level === 2)
    .map(({ id, title }) => `<li>${link(`#${id}`, title)}</li>`);
  return items.length > 1 ? `<ul class="sections">${items.join('')}</ul>` : '';
}

function menuItem(page, each) {
  const href = toTop(page.out) + each.out;
  if (each.out !== page.out) return `<li>${link(href, each.title)}</li>`;
  return `<li>${link(href, each.title, 'aria-current="page"')}${contents(page)}</li>`;
}

function menu(page, pages) {
  const groups = [...new Set(pages.map(({ group }) => group))];
  return groups
    .map((group) => {
      const items = pages.filter((each) => each.group === group);
      const list = `<ul>${items.map((each) => menuItem(page, each)).join('\n')}</ul>`;
      const open = group === 'The workbook' || group === page.group ? 'open' : '';
      return group ? `<details ${open}><summary>${escape(group)}</summary>${list}</details>` : list;
    })
    .join('\n');
}

function neighbours(page, pages) {
  const place = pages.indexOf(page);
  if (place === -1) return '';
  const before = pages[place - 1];
  const after = pages[place + 1];
  return `<nav class="neighbours" aria-label="Neighbours">
${before ? link(before.out, `← ${before.title}`, 'rel="prev"') : '<span></span>'}
${after ? link(after.out, `${after.title} →`, 'rel="next"') : ''}
</nav>`;
}

// page: { out, title, html, sections }; pages: those of the menu, in reading order.
export function pageHtml(page, pages) {
  const root = toTop(page.out);
  return `<!doctype html>
<html lang="en" data-root="${root}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(page.title)} · stepbox</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${root}assets/diff2html.css">
<link rel="stylesheet" href="${root}assets/colours.css">
<link rel="stylesheet" href="${root}assets/text.css">
<link rel="stylesheet" href="${root}assets/frame.css">
<script src="${root}assets/theme.js"></script>
<script src="${root}assets/script.js" defer></script>
</head>
<body>
<a class="skip" href="#content">To the text</a>
<header>
<button id="menu" type="button" aria-expanded="false" aria-controls="side">Menu</button>
<a class="name" href="${root}index.html">stepbox</a>
<div class="search" role="search">
<input id="query" type="search" placeholder="Search" aria-label="Search" autocomplete="off">
<ol id="results" hidden></ol>
</div>
<button id="theme" type="button" aria-label="Light or dark">◐</button>
</header>
<div class="columns">
<nav id="side" aria-label="Pages">
${menu(page, pages)}
</nav>
<main id="content">
${page.html}
${neighbours(page, pages)}
</main>
</div>
</body>
</html>
`;
}
