import { describe, expect, it } from 'vitest';
import { findingsOf, validated } from './validated.ts';

const SERVICE = `apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {ports: [{port: 80}]}
`;

describe('MCS004 cannot-be-parsed', () => {
  it('says file and line, and hides nothing else', async () => {
    const files = { 'east/bad.yaml': 'a: 1\nb: [\n', 'east/ok.yaml': SERVICE };
    expect(await findingsOf(files, 'MCS004')).toEqual(['MCS004 error east east/bad.yaml:3']);
  });

  it('is silent about YAML that is no Kubernetes object', async () => {
    expect(await findingsOf({ 'east/values.yaml': 'replicas: 3\n', 'east/ok.yaml': SERVICE }, 'MCS004')).toEqual([]);
  });
});

describe('MCS005 object-twice', () => {
  it('names both places', async () => {
    const other = SERVICE.replace('80', '81');
    const [finding] = await validated({ 'east/a.yaml': SERVICE, 'east/b.yaml': `# twice\n${other}` });
    expect(finding).toMatchObject({ code: 'MCS005', severity: 'warning', line: 1, file: 'east/a.yaml' });
    expect(finding?.evidence[0]).toMatch(/east\/b.yaml:2$/);
  });

  it('is silent when both say the same', async () => {
    expect(await findingsOf({ 'east/a.yaml': SERVICE, 'east/b.yaml': SERVICE }, 'MCS005')).toEqual([]);
  });
});

describe('MCS008 nothing-to-check', () => {
  it('says so of a directory without an object', async () => {
    expect(await findingsOf({ 'east/values.yaml': 'a: 1\n' }, 'MCS008')).toEqual(['MCS008 warning east']);
  });
});
