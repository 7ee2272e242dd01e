/** Lets work pass while it is open; what comes meanwhile waits. */
export class Gate {
  #open: boolean;
  #waiting: (() => void)[] = [];

  constructor(open = false) {
    this.#open = open;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  set(open: boolean): void {
    this.#open = open;
    if (!open) return;
    for (const pass of this.#waiting.splice(0)) pass();
  }

  /** Resolves when the gate is open; it may have closed again by the time the caller goes on. */
  async pass(): Promise<void> {
    while (!this.#open) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
