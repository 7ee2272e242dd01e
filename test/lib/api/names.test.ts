import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOurs } from '../../../src/lib/api/labels.ts';
import {
  derivedName,
  hash,
  hashedName,
  isDNSLabel,
  isDNSSubdomain,
  isSystemNamespace,
  proposeID,
} from '../../../src/lib/api/names.ts';

describe('names', () => {
  it.each([
    ['my-ns', 'my-svc', 'derived-a2v4k9sqn6'],
    ['default', 'web', 'derived-gapqrqeg1j'],
    ['kube-system', 'coredns', 'derived-2h2b0p3srs'],
    ['shop', 'web', 'derived-isrlchlhrq'],
  ])('derived Service of %s/%s: as the reference controllers call it', (namespace, name, derived) => {
    expect(derivedName(namespace, name)).toBe(derived);
  });

  it('base32hex of sha256, RFC 4648 §7, without padding', () => {
    expect(hash('', 51)).toBe('seoc8gkovge196nruj49irtp4gjqsgf4cidp6j54imchmu2in1a'); // sha256('') is e3b0c442…
    expect(hash('', 10)).toBe(hash('', 51).slice(0, 10));
  });

  it.each([
    ['a', true],
    ['a'.repeat(63), true],
    ['1-a', true],
    ['', false],
    ['a'.repeat(64), false],
    ['-a', false],
    ['a-', false],
    ['A', false],
    ['a.b', false],
    ['a_b', false],
    ['ä', false],
    ['a\n', false],
  ])('RFC 1123 label: %j: %s', (text, valid) => {
    expect(isDNSLabel(text)).toBe(valid);
  });

  it.each([
    ['a.b-c.1', true],
    ['a..b', false],
    ['.a', false],
    ['a.', false],
    [`${'a.'.repeat(126)}a`, true],
    [`${'a.'.repeat(126)}ab`, false],
  ])('RFC 1123 subdomain: %j: %s', (text, valid) => {
    expect(isDNSSubdomain(text)).toBe(valid);
  });

  it.each([
    ['Prod_East.1', 'prod-east-1'],
    ['arn:aws:eks:eu-central-1:1:cluster/east', 'arn-aws-eks-eu-central-1-1-cluster-east'],
    ['--', undefined],
  ])('rule 2: id proposed for %j: %j', (text, id) => {
    expect(proposeID(text)).toBe(id);
  });

  it('rule 2: what is proposed is valid', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const id = proposeID(text);
        if (id !== undefined) expect(isDNSLabel(id)).toBe(true);
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it('rule 14: hashed names are valid, at most as long as said, and told apart by their origin', () => {
    const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    fc.assert(
      fc.property(label, fc.string(), fc.string(), (prefix, a, b) => {
        const name = hashedName(prefix, a);
        expect(isDNSLabel(name)).toBe(true);
        expect(name === hashedName(prefix, b)).toBe(a === b);
      }),
      { seed: 14, numRuns: 300 },
    );
  });

  it.each([
    ['kube-system', [], true],
    ['openshift-dns', [], true],
    ['kube-system', ['kube-system'], false],
    ['kube-system', ['kube-public'], true],
    ['kube', [], false],
    ['shop', [], false],
  ])('rule 6: %s with %j allowed is a system namespace: %s', (namespace, allowed, system) => {
    expect(isSystemNamespace(namespace, allowed)).toBe(system);
  });

  it('rule 17: only the whole mark is ours', () => {
    const labelled = (labels?: Record<string, string>): boolean =>
      isOurs({ metadata: { name: 'a', ...(labels && { labels }) } });
    expect(labelled({ 'app.kubernetes.io/managed-by': 'mcs' })).toBe(true);
    expect(labelled({ 'app.kubernetes.io/managed-by': 'mcs-api' })).toBe(false);
    expect(labelled({ 'endpointslice.kubernetes.io/managed-by': 'mcs' })).toBe(false);
    expect(labelled()).toBe(false);
  });
});
