import * as vscode from 'vscode';

/** The person went one step back. */
export const BACK = Symbol('back');

/** Where a step stands, as its title shows: `(2/3)`. */
export interface Position {
  readonly title: string;
  readonly step: number;
  readonly total: number;
  readonly canGoBack: boolean;
}

/** One step: takes what is chosen so far and adds to it; `undefined` when the person gave up. */
export interface Step<State> {
  /** Already answered (by what the command was called on): not shown. */
  readonly answered?: (state: State) => boolean;
  readonly run: (state: State, position: Position) => Promise<State | typeof BACK | undefined>;
}

/** Runs the steps that are not answered yet, with a way back to each; `undefined` when the person gave up. */
export async function runSteps<State>(
  title: string,
  initial: State,
  steps: readonly Step<State>[],
): Promise<State | undefined> {
  const open = steps.filter((step) => step.answered?.(initial) !== true);
  const states: State[] = [initial];
  let index = 0;
  while (index < open.length) {
    const step = open[index];
    const state = states[index];
    if (!step || state === undefined) break;
    const answer = await step.run(state, {
      title,
      step: index + 1,
      total: open.length,
      canGoBack: index > 0,
    });
    if (answer === undefined) return undefined;
    if (answer === BACK) {
      index = Math.max(0, index - 1);
    } else {
      states[index + 1] = answer;
      index += 1;
    }
  }
  return states[index];
}

/** A choice with the value it stands for. */
export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

export interface PickOptions<T> {
  readonly placeholder: string;
  readonly items:
    readonly (Choice<T> | vscode.QuickPickItem)[] | Promise<readonly (Choice<T> | vscode.QuickPickItem)[]>;
  /** Which one Enter takes. */
  readonly active?: (value: T) => boolean;
  /** Runs when a button of an item is pressed; the pick stays open. */
  readonly onButton?: (value: T, button: vscode.QuickInputButton) => void;
}

function isChoice<T>(item: Choice<T> | vscode.QuickPickItem): item is Choice<T> {
  return 'value' in item;
}

/** One choice of several. */
export async function pick<T>(
  position: Position,
  options: PickOptions<T>,
): Promise<T | typeof BACK | undefined> {
  const input = vscode.window.createQuickPick<Choice<T> | vscode.QuickPickItem>();
  place(input, position);
  input.placeholder = options.placeholder;
  input.matchOnDescription = true;
  input.matchOnDetail = true;
  return show(input, (resolve, reject) => {
    const fill = (items: readonly (Choice<T> | vscode.QuickPickItem)[]): void => {
      input.items = items;
      const active = items.filter(isChoice<T>).find((item) => options.active?.(item.value) === true);
      if (active) input.activeItems = [active];
      input.busy = false;
    };
    if ('then' in options.items) {
      input.busy = true;
      options.items.then(fill, reject);
    } else {
      fill(options.items);
    }
    input.onDidAccept(() => {
      const [chosen] = input.selectedItems;
      if (chosen && isChoice(chosen)) resolve(chosen.value);
    });
    input.onDidTriggerItemButton(({ item, button }) => {
      if (isChoice(item)) options.onButton?.(item.value, button);
    });
  });
}

/** Any number of choices. */
export async function pickMany<T>(
  position: Position,
  options: {
    readonly placeholder: string;
    readonly items: readonly (Choice<T> | vscode.QuickPickItem)[];
    /** The Git command that does the same with what is ticked, for a button that copies it. */
    readonly command?: (values: readonly T[]) => string;
  },
): Promise<readonly T[] | typeof BACK | undefined> {
  const input = vscode.window.createQuickPick<Choice<T> | vscode.QuickPickItem>();
  place(input, position);
  input.placeholder = options.placeholder;
  input.canSelectMany = true;
  input.matchOnDescription = true;
  input.items = options.items;
  input.selectedItems = options.items.filter((item) => item.picked === true);
  const { command } = options;
  if (command) input.buttons = [...input.buttons, copyButton()];
  return show(input, (resolve) => {
    const ticked = (): readonly T[] => input.selectedItems.filter(isChoice<T>).map((item) => item.value);
    input.onDidTriggerButton((button) => {
      if (button !== vscode.QuickInputButtons.Back && command) void copy(command(ticked()));
    });
    input.onDidAccept(() => resolve(ticked()));
  });
}

function copyButton(): vscode.QuickInputButton {
  return { iconPath: new vscode.ThemeIcon('copy'), tooltip: vscode.l10n.t('Copy the Git command') };
}

async function copy(command: string): Promise<void> {
  await vscode.env.clipboard.writeText(command);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied {0}', command), 4000);
}

export interface TextProblem {
  readonly message: string;
  /** A text that keeps the rule, one click away. */
  readonly repaired?: string;
}

export interface InputOptions {
  readonly prompt: string;
  readonly placeholder?: string;
  readonly value?: string;
  /** What is wrong with a text; `preview` is shown while nothing is. */
  readonly check: (text: string) => { readonly problem: TextProblem } | { readonly preview?: string };
  /** The Git command that does the same, for a button that copies it. */
  readonly command?: (text: string) => string;
}

/** A line of text, checked at every key; Enter on a broken one takes the repaired text into the box. */
export async function askText(
  position: Position,
  options: InputOptions,
): Promise<string | typeof BACK | undefined> {
  const input = vscode.window.createInputBox();
  place(input, position);
  input.prompt = options.prompt;
  input.placeholder = options.placeholder;
  input.value = options.value ?? '';
  input.ignoreFocusOut = true;
  const back = input.buttons;
  const { command } = options;
  const copying = copyButton();
  return show(input, (resolve) => {
    const check = (): { readonly problem?: TextProblem } => {
      const answer = options.check(input.value);
      if ('problem' in answer) {
        const { message, repaired } = answer.problem;
        const offer = repaired === undefined ? '' : ` ${vscode.l10n.t('Enter takes "{0}".', repaired)}`;
        input.validationMessage = {
          message: message + offer,
          severity: vscode.InputBoxValidationSeverity.Error,
        };
        const repair = {
          iconPath: new vscode.ThemeIcon('lightbulb'),
          tooltip: vscode.l10n.t('Use "{0}"', repaired ?? ''),
        };
        input.buttons = repaired === undefined ? back : [...back, repair];
        return answer;
      }
      input.buttons = command ? [...back, copying] : back;
      input.validationMessage =
        answer.preview === undefined
          ? undefined
          : { message: answer.preview, severity: vscode.InputBoxValidationSeverity.Info };
      return {};
    };
    const repair = (): boolean => {
      const repaired = check().problem?.repaired;
      if (repaired === undefined) return false;
      input.value = repaired;
      check();
      return true;
    };
    check();
    input.onDidChangeValue(check);
    input.onDidTriggerButton((button) => {
      if (button === copying && command) void copy(command(input.value));
      else if (button !== vscode.QuickInputButtons.Back) repair();
    });
    input.onDidAccept(() => {
      if (check().problem === undefined) resolve(input.value);
      else repair();
    });
  });
}

function place(input: vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox, position: Position): void {
  input.title = position.title;
  if (position.total > 1) {
    input.step = position.step;
    input.totalSteps = position.total;
  }
  if (position.canGoBack) input.buttons = [vscode.QuickInputButtons.Back];
}

async function show<T>(
  input: vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox,
  listen: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
): Promise<T | typeof BACK | undefined> {
  try {
    return await new Promise<T | typeof BACK | undefined>((resolve, reject) => {
      input.onDidTriggerButton((button) => {
        if (button === vscode.QuickInputButtons.Back) resolve(BACK);
      });
      input.onDidHide(() => resolve(undefined));
      listen(resolve, reject);
      input.show();
    });
  } finally {
    input.dispose();
  }
}

/** A step that stands alone. */
export function single(title: string): Position {
  return { title, step: 1, total: 1, canGoBack: false };
}
