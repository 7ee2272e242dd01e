/** The request of the transport benchmark: an EndpointSlice of 12 endpoints, some 2 kB as it is sent. */
export const SLICE = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: 'web-1a2b3c4d5e',
    namespace: 'shop',
    labels: {
      'app.kubernetes.io/managed-by': 'mcs',
      'endpointslice.kubernetes.io/managed-by': 'mcs-reconciler',
      'kubernetes.io/service-name': 'derived-e3a57o3l35',
      'multicluster.kubernetes.io/service-name': 'web',
      'multicluster.kubernetes.io/source-cluster': 'east',
    },
  },
  addressType: 'IPv4',
  endpoints: Array.from({ length: 12 }, (_, index) => ({
    addresses: [`10.1.0.${index + 11}`],
    conditions: { ready: true, serving: true, terminating: false },
    hostname: `web-${index}`,
    zone: `zone-${index % 3}`,
  })),
  ports: [
    { name: 'http', protocol: 'TCP', port: 8080, appProtocol: 'http' },
    { name: 'metrics', protocol: 'TCP', port: 9090 },
  ],
};

/** The answer: the same object with what an API server adds, some 2.7 kB. */
export const ANSWER = {
  ...SLICE,
  metadata: {
    ...SLICE.metadata,
    uid: '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0',
    resourceVersion: '123456',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
    managedFields: [
      {
        manager: 'mcs',
        operation: 'Apply',
        apiVersion: 'discovery.k8s.io/v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:addressType': {},
          'f:endpoints': {},
          'f:metadata': {
            'f:labels': Object.fromEntries(Object.keys(SLICE.metadata.labels).map((key) => [`f:${key}`, {}])),
          },
          'f:ports': {},
        },
      },
    ],
  },
};

export const PATH = `/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices/${SLICE.metadata.name}?fieldManager=mcs&force=true`;
export const CONTENT_TYPE = 'application/apply-patch+yaml';
