/** One source of a cluster's manifests. A cluster whose ID is given several times has several; writes go to the last. */
export type Layer =
  | {
      readonly type: 'directory';
      /** Absolute, without symbolic links. */
      readonly path: string;
      /** As it was given. */
      readonly shown: string;
    }
  | { readonly type: 'stdin'; readonly shown: '-'; readonly read: () => Promise<Buffer> };
