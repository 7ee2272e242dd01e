import { MalformedError } from './reader.ts';

type Labels = Readonly<Record<string, string>> | undefined;
type Matcher = (labels: Labels) => boolean;

const KEY = String.raw`(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?`;
const VALUE = String.raw`(?:[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?)?`;
const SET = new RegExp(String.raw`^(${KEY})\s+(in|notin)\s*\(([^()]*)\)$`);
const EQUALITY = new RegExp(String.raw`^(${KEY})\s*(==|=|!=)\s*(${VALUE})$`);
const EXISTENCE = new RegExp(String.raw`^(!?)\s*(${KEY})$`);
const WHOLE_VALUE = new RegExp(`^${VALUE}$`);

/**
 * A label selector in the API's syntax (`k8s.io/apimachinery/pkg/labels`): `a=b`, `a==b`, `a!=b`, `a in (b,c)`,
 * `a notin (b,c)`, `a`, `!a`, joined by commas that mean "and". An empty selector matches everything; `!=` and `notin`
 * also match objects without the label, as the API server does.
 * @throws MalformedError naming the part that is no requirement
 */
export function parseSelector(text: string): Matcher {
  if (text.trim() === '') return () => true;
  const matchers = splitRequirements(text).map(parseRequirement);
  return (labels) => matchers.every((matches) => matches(labels));
}

/** At commas outside parentheses. */
function splitRequirements(text: string): readonly string[] {
  return text.split(/,(?![^(]*\))/).map((part) => part.trim());
}

function parseRequirement(part: string): Matcher {
  const set = SET.exec(part);
  if (set !== null) {
    const [, key = '', operator = '', list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    for (const value of values) if (!WHOLE_VALUE.test(value)) throw malformed(part);
    return (labels) => {
      const value = read(labels, key);
      return operator === 'in' ? value !== undefined && values.has(value) : value === undefined || !values.has(value);
    };
  }
  const equality = EQUALITY.exec(part);
  if (equality !== null) {
    const [, key = '', operator = '', wanted = ''] = equality;
    return operator === '!=' ? (labels) => read(labels, key) !== wanted : (labels) => read(labels, key) === wanted;
  }
  const existence = EXISTENCE.exec(part);
  if (existence === null) throw malformed(part);
  const [, not = '', key = ''] = existence;
  return (labels) => (read(labels, key) === undefined) === (not === '!');
}

function read(labels: Labels, key: string): string | undefined {
  return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function malformed(part: string): MalformedError {
  return new MalformedError(
    'label selector',
    'key=value, key!=value, key in (a,b), key notin (a,b), key or !key',
    part,
  );
}
