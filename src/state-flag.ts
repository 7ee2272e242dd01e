import { SERVICE_STATES, type ServiceState } from './lib/actions/selection.ts';
import { UsageError } from './lib/errors.ts';

/**
 * `CONFLICT,MISSING`, in any case; a blank in a state may be written as `-` or `_`.
 * @throws UsageError naming the states there are
 */
export function parseStates(text: string): readonly ServiceState[] {
  return text.split(',').map((word) => {
    const typed = word.trim().toUpperCase().replace(/[-_]/g, ' ');
    const state = SERVICE_STATES.find((each) => each === typed);
    if (state !== undefined) return state;
    const all = SERVICE_STATES.map((each) => each.replace(' ', '-')).join(', ');
    throw new UsageError(`"${word}" is not the state of a service`, `give some of ${all}, separated by commas`);
  });
}
