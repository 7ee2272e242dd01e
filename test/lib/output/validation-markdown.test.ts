import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markdownBlock, markdownCode, markdownText } from '../../../src/lib/output/markdown.ts';
import { validationMarkdown } from '../../../src/lib/output/validation-markdown.ts';
import { visible } from '../../../src/lib/output/visible.ts';
import { NASTY, explainedBy, finding, report } from '../validate/findings.ts';

/** What a reader sees of text: tags gone, entities read. */
const seen = (markdown: string): string =>
  markdown.replace(/<\/?code>/g, '').replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));

it('is a table of causes, and folded what they rest on, what they explain and what mends them', () => {
  const cause = finding();
  const findings = [
    cause,
    explainedBy(cause, { severity: 'warning' }),
    finding({ code: 'MCS203', suppressed: 'known' }),
  ];
  expect(validationMarkdown(report(findings))).toBe(`\
### mcs validate: 1 error, 1 warning

1 error, 1 warning (1 cause), 1 suppressed · 2/2 clusters read · 12 services

| | Code | Cluster | Object | Place | Finding |
| --- | --- | --- | --- | --- | --- |
| error | MCS201 | west | <code>ServiceExport shop/cart</code> | <code>clusters/west/cart.yaml:14</code> | port http of shop/cart is 8080 here&#59; 80 of east is used |

<details><summary>Details and fixes</summary>

**MCS201 port-conflict** west ServiceExport shop/cart: port http of shop/cart is 8080 here&#59; 80 of east is used

- east: http 80/TCP
- thus warning MCS404 east ServiceExport shop/cart: no import

\`\`\`
kubectl --context west -n shop edit service cart
\`\`\`

</details>

<details><summary>1 suppressed</summary>

- MCS203 west ServiceExport shop/cart: known

</details>
`);
});

it('is two lines when there is nothing', () => {
  expect(validationMarkdown(report([]))).toBe(
    '### mcs validate: no findings\n\nno findings · 2/2 clusters read · 12 services\n',
  );
});

it('fits into a comment, and says how much is left out', () => {
  const findings = Array.from({ length: 2000 }, (_, line) =>
    finding({ line, message: '<'.repeat(300), evidence: ['*'.repeat(300)] }),
  );
  const text = validationMarkdown(report(findings));
  expect(text.length).toBeLessThan(65_536);
  expect(text).toMatch(/\n\d+ findings more: see the output of `mcs validate`\.\n/);
});

describe('escapes', () => {
  it.each(NASTY)('%j is one row, and nothing of it is markup', (nasty) => {
    const text = validationMarkdown(
      report([
        finding({ message: nasty, cluster: nasty, title: nasty, file: nasty, evidence: [nasty], suppressed: nasty }),
        finding({ message: nasty, cluster: nasty, title: nasty, file: nasty, evidence: [nasty] }),
      ]),
    );
    const rows = text.split('\n').filter((line) => line.startsWith('| error'));
    expect(rows.map((row) => row.split('|').length)).toEqual([8]);
    expect(text.match(/<details>/g)).toHaveLength(2);
    expect(text).not.toMatch(/(?<!<code>&#64;<\/code>|.)@octocat|<b>|\[link\]/);
  });

  it('show what there was', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('a1 -+.*_`~|<>&#@[]()!\\$:\n\u00a0ü🚢')) }),
        (text) => {
          expect(seen(markdownText(text))).toBe(visible(text));
          expect(seen(markdownCode(text))).toBe(visible(text));
          expect(markdownText(text)).not.toMatch(/[*_`~|[\]$\\]|^[-+\d ]|@(?!<)|(?<!&)#(?!\d+;)/);
        },
      ),
    );
  });

  it('make the fence of a block longer than any within', () => {
    expect(markdownBlock(['a ```` b', '# c'])).toBe('`````\na ```` b\n# c\n`````');
  });
});
