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
  /** The class of a command by its id; absent: oclif finds its file. */
  readonly loadCommand?: (id: string) => Promise<unknown>;
  /** Keeps the compiled code for the next run of this command; absent when the program is not bundled. */
  readonly keepCode?: () => void;
}
