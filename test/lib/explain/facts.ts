import type { Facts, Subject } from '../../../src/lib/explain/facts.ts';
import { planService } from '../../../src/lib/plan/service-plan.ts';
import { serviceStatus } from '../../../src/lib/plan/service-status.ts';
import type { Member } from '../../../src/lib/plan/member.ts';
import { OPTIONS } from '../plan/builders.ts';

/** Facts of shop/cart over contexts that all answered; what a subject is said to be goes over that. */
export function factsOf(members: readonly Member[], over: Readonly<Record<string, Partial<Subject>>> = {}): Facts {
  const plan = planService('shop', 'cart', members, OPTIONS);
  return {
    clusterset: 'prod',
    namespace: 'shop',
    name: 'cart',
    subjects: members.map((member) => ({
      cluster: member.cluster,
      id: member.id,
      type: 'context',
      location: `https://${member.cluster}`,
      flag: `--context ${member.cluster}`,
      member,
      controllers: [],
      servesMCS: true,
      exportsAside: false,
      ...over[member.cluster],
    })),
    plan,
    status: serviceStatus(plan, members),
    left: [],
    exportsElsewhere: [],
    servicesElsewhere: [],
    renderers: [],
  };
}
