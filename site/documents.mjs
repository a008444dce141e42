// Which pages there are: README, the workbook cut into chapters, the page for teachers, the
// challenges. A page: where it goes (out), what it is of (file), title, group of the menu, tokens.
import { existsSync, readFileSync } from 'node:fs';
import { parse, plain } from './markdown.mjs';
import { filesOf } from './source.mjs';

const titleOf = (tokens) => plain(tokens[1]);

function document(file, out, group, title) {
  const tokens = parse(readFileSync(file, 'utf8'));
  return { file, out, group, tokens, title: title ?? titleOf(tokens) };
}

// A chapter's title is its page's, so all headings move up by one.
function raise(token) {
  if (token.type.startsWith('heading_')) token.tag = `h${token.tag[1] - 1}`;
}

// labs.md: what stands before the first chapter, then a page for each.
function workbook() {
  const whole = document('labs.md', 'workbook.html', 'The workbook');
  const starts = whole.tokens.flatMap((token, index) =>
    token.type === 'heading_open' && token.tag === 'h2' ? [index] : [],
  );
  const chapters = starts.map((start, index) => {
    const tokens = whole.tokens.slice(start, starts[index + 1]);
    tokens.forEach(raise);
    const title = titleOf(tokens);
    const number = /^\d+(?=\.)/.exec(title)?.[0];
    return {
      ...whole,
      title,
      tokens,
      out: number ? `chapter${number}.html` : `${tokens[0].attrGet('id')}.html`,
    };
  });
  return [{ ...whole, tokens: whole.tokens.slice(0, starts[0]), chapters }, ...chapters];
}

function challenges() {
  return filesOf('steps')
    .filter((file) => /^steps\/[^/]+\/challenges\/[^/]+\/README\.md$/.test(file))
    .map((file) => document(file, `challenge-${file.split('/')[3]}.html`, 'Challenges'));
}

export function documents() {
  const teaching = existsSync('teaching.md')
    ? [document('teaching.md', 'teaching.html', 'For teachers')]
    : [];
  return [
    document('README.md', 'index.html', '', 'Start'),
    ...workbook(),
    ...challenges(),
    ...teaching,
  ];
}
