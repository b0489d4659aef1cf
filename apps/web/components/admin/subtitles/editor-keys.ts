/** What the editor can be told to do. */
export type Command =
  | 'playOrPause'
  | 'playCue'
  | 'back'
  | 'on'
  | 'previous'
  | 'next'
  | 'chooseHere'
  | 'nextWarning'
  | 'startHere'
  | 'endHere'
  | 'splitText'
  | 'splitHere'
  | 'merge'
  | 'breakLines'
  | 'add'
  | 'remove'
  | 'undo'
  | 'redo'
  | 'save'
  | 'keys';

/** Keys as they are pressed; all of them work while somebody types. In the order of the map that people read. */
export const EDITOR_KEYS: { command: Command; keys: string[]; does: string }[] = [
  { command: 'playOrPause', keys: ['Alt+K'], does: 'Play or pause' },
  { command: 'playCue', keys: ['Alt+R'], does: 'Play this cue' },
  { command: 'back', keys: ['Alt+J'], does: 'Back a second' },
  { command: 'on', keys: ['Alt+L'], does: 'On by a second' },
  { command: 'previous', keys: ['Alt+ArrowUp'], does: 'Cue before' },
  { command: 'next', keys: ['Alt+ArrowDown'], does: 'Next cue' },
  { command: 'chooseHere', keys: ['Alt+G'], does: 'To the cue on the screen' },
  { command: 'nextWarning', keys: ['Alt+W'], does: 'To the next warning' },
  { command: 'startHere', keys: ['Alt+I'], does: 'Begin where the film is' },
  { command: 'endHere', keys: ['Alt+O'], does: 'End where the film is' },
  { command: 'splitText', keys: ['Alt+Enter'], does: 'Split at the text cursor' },
  { command: 'splitHere', keys: ['Alt+S'], does: 'Split where the film is' },
  { command: 'merge', keys: ['Alt+M'], does: 'Merge with the next cue' },
  { command: 'breakLines', keys: ['Alt+B'], does: 'Break lines anew' },
  { command: 'add', keys: ['Alt+N'], does: 'New cue where the film is' },
  { command: 'remove', keys: ['Alt+Delete', 'Alt+Backspace'], does: 'Remove this cue' },
  { command: 'undo', keys: ['Ctrl+Z'], does: 'Undo' },
  { command: 'redo', keys: ['Ctrl+Shift+Z', 'Ctrl+Y'], does: 'Redo' },
  { command: 'save', keys: ['Ctrl+S'], does: 'Save' },
  { command: 'keys', keys: ['Ctrl+/'], does: 'This map' },
];

const COMMANDS = new Map(EDITOR_KEYS.flatMap(({ command, keys }) => keys.map((key) => [key, command] as const)));
const SYMBOLS: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', Backspace: '⌫', Delete: 'Del' };

type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey'>;

/** @returns what was asked for, or null if the key is none of the editor's */
export function commandOf(event: Pressed): Command | null {
  const { altKey, shiftKey, key } = event;
  const isCtrl = event.ctrlKey || event.metaKey;
  // AltGr, which types letters, comes as both.
  if (altKey === isCtrl) return null;
  // Where Alt types other letters, the key says which it is.
  const name = /^[a-z]$/i.test(key) || !/^Key[A-Z]$/.test(event.code) ? key : event.code.slice(3);
  const letter = name.length === 1 ? name.toUpperCase() : name;
  // A slash is above another key on some keyboards.
  const isShifted = shiftKey && letter !== '/';
  return COMMANDS.get(`${altKey ? 'Alt' : 'Ctrl'}${isShifted ? '+Shift' : ''}+${letter}`) ?? null;
}

/** Keys of a command as a tooltip tells them. */
export function keysOf(command: Command): string {
  return readable(firstOf(command));
}

/** The same as ARIA writes them. */
export function shortcutOf(command: Command): string {
  return firstOf(command).replace('Ctrl', 'Control');
}

function firstOf(command: Command): string {
  return EDITOR_KEYS.find((each) => each.command === command)?.keys[0] ?? '';
}

export function readable(keys: string): string {
  return keys
    .split('+')
    .map((key) => SYMBOLS[key] ?? key)
    .join(' ');
}
