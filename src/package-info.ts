/** What the program reads of its own package.json. */
export interface PackageInfo {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Where to report a defect. */
  readonly bugs?: string;
  readonly oclif: { readonly topics: Readonly<Record<string, { readonly description: string }>> };
}

/** The installed program: how it was called and where it is. */
export interface Program {
  /** How usage text calls it: `mcs` or `kubectl mcs`. */
  readonly bin: string;
  /** The directory of package.json. */
  readonly root: string;
  readonly pkg: PackageInfo;
}
