import type { Member } from './member.ts';
import type { ServiceView } from './service-view.ts';

/**
 * The members whose import of one service, with its derived Service and its status, was found as it should be: while these
 * objects are the very same ones, and the service is, nothing but slices need be looked at. It is of one state of a
 * service, and ends with it.
 */
export class Quiet {
  readonly #found = new Map<Member, ServiceView>();

  /** Whether nothing but slices can have changed since it was added. */
  has(member: Member, view: ServiceView): boolean {
    const found = this.#found.get(member);
    return found !== undefined && found.import === view.import && found.derived === view.derived;
  }

  add(member: Member, view: ServiceView): void {
    this.#found.set(member, view);
  }
}
