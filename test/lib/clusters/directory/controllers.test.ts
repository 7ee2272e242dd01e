import { expect, test } from 'vitest';
import { folder, open } from './folder.ts';

function slice(name: string, manager: string): string {
  return `---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: ${name}, namespace: shop, labels: {endpointslice.kubernetes.io/managed-by: ${manager}}}
addressType: IPv4
endpoints: []
`;
}

test("slices of another MCS implementation show that it was at work; Kubernetes' own and ours do not", async () => {
  const slices = [
    slice('a', 'endpointslice-controller.k8s.io'),
    slice('b', 'mcs-reconciler'),
    slice('c', 'lighthouse-agent.submariner.io'),
    slice('d', 'lighthouse-agent.submariner.io'),
    slice('e', 'toString'),
  ];
  const { controllers } = await (await open(folder({ 'a.yaml': slices.join('') }))).facts();
  expect(controllers.map(({ name, evidence }) => [name, evidence])).toEqual([
    ['Submariner', 'EndpointSlice shop/c is managed by lighthouse-agent.submariner.io'],
  ]);
});
