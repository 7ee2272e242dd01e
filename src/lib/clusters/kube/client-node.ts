/**
 * The part of client-node that mcs uses, by name: behind `import()` of the package itself a bundler keeps all of it,
 * ten times as much.
 */
export { KubeConfig } from '@kubernetes/client-node';
