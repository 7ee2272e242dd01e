const MOST = 200;

/** A value within a sentence: cut when it is longer than anybody reads. `-o json` has it whole. */
export function short(value: string, most = MOST): string {
  const characters = Array.from(value);
  return characters.length <= most ? value : `${characters.slice(0, most).join('')}… (${characters.length} characters)`;
}
