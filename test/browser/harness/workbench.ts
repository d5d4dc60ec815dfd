import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame, FrameLocator, Locator, Page } from 'playwright-core';
import { devFolder } from '../../../scripts/dev/paths.mjs';

/** VS Code's own four themes: what the palette calls them, and how a window is marked that is drawn in them. */
export const THEMES = {
  light: { title: 'Light 2026', mark: '2026-light' },
  dark: { title: 'Dark 2026', mark: '2026-dark' },
  'high-contrast-light': { title: 'Light High Contrast', mark: 'hc_light' },
  'high-contrast-dark': { title: 'Dark High Contrast', mark: 'hc_black' },
} as const;

export type Theme = keyof typeof THEMES;

/** The themes to go through: those named in `MODELKEEP_THEMES` (by commas, or `all`), else the ones of the test. */
export function chosenThemes(...usual: readonly Theme[]): readonly Theme[] {
  const named = process.env['MODELKEEP_THEMES'];
  if (named === undefined) return usual;
  const wanted = named.split(',');
  return (Object.keys(THEMES) as Theme[]).filter((theme) => named === 'all' || wanted.includes(theme));
}

export const PICTURES = join(devFolder, 'pictures');

/** A row of a tree as a person sees it. */
export interface TreeRow {
  /** 1 for the outermost rows. */
  readonly level: number;
  readonly label: string;
  /** The grey text after the label. */
  readonly description: string;
  /** null where there is nothing to unfold. */
  readonly expanded: boolean | null;
  readonly selected: boolean;
}

/** What a person does in a window of VS Code: keys, clicks and reading what is on the screen. */
export class Workbench {
  constructor(readonly page: Page) {}

  /** Waits until the window is drawn and its extensions are known. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    await this.containerItem('Modelkeep').waitFor({ timeout: 60_000 });
  }

  /** What stands for a view container in the activity bar. */
  private containerItem(name: string): Locator {
    const label = this.page.locator(`.action-label[aria-label^=${JSON.stringify(name)}]`);
    return this.page.locator('.part.activitybar .action-item').filter({ has: label }).first();
  }

  /** Opens the palette with F1, types the command's title and presses Enter on the entry of exactly that title. */
  async runCommand(title: string): Promise<void> {
    await this.again(async () => {
      await this.openPalette(`>${title}`);
      await this.quickInputRow(title).click({ timeout: 10_000 });
    });
    // The palette is gone before the command's own questions are answered.
    await this.page.waitForFunction(() => {
      const input = document.querySelector<HTMLInputElement>('.quick-input-widget .quick-input-box input');
      return input?.checkVisibility() !== true || !input.value.startsWith('>');
    });
  }

  /** The palette, with this text in it if one is given, left open. */
  async openPalette(text?: string): Promise<void> {
    await this.again(async () => {
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('F1');
      await this.quickInput.waitFor({ timeout: 5_000 });
      if (text !== undefined) await this.quickInputBox.fill(text, { timeout: 5_000 });
    });
  }

  /** What begins with the palette, begun again if that was lost: a part of the window that comes late takes the focus. */
  private async again(action: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const [done] = await Promise.allSettled([action()]);
      if (done.status === 'fulfilled') return;
      if (attempt === 4) throw done.reason;
    }
  }

  /** The quick input: palette, quick picks and input boxes alike. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  get quickInputBox(): Locator {
    return this.quickInput.locator('.quick-input-box input');
  }

  /** An entry of the quick input by its label, or its label and description. */
  quickInputRow(label: string): Locator {
    return this.quickInput
      .locator('.quick-input-list .monaco-list-row')
      .filter({ has: this.page.locator('.monaco-icon-label').filter({ hasText: exactStart(label) }) })
      .first();
  }

  /** The labels (with their descriptions) in the quick input, from the top. */
  async quickInputRows(): Promise<string[]> {
    const rows = this.quickInput.locator('.quick-input-list .monaco-list-row');
    await rows.first().waitFor();
    return rows.evaluateAll((elements) =>
      elements.map((element) => element.getAttribute('aria-label') ?? ''),
    );
  }

  /** Types into the quick input in place of what it holds; with `accept` presses Enter after it. */
  async type(text: string, options: { accept?: boolean } = {}): Promise<void> {
    await this.quickInputBox.fill(text);
    if (options.accept === true) await this.page.keyboard.press('Enter');
  }

  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
  }

  /** What the quick input says below its box: the prompt or the validation's message. */
  async quickInputMessage(): Promise<string> {
    return clean(await this.quickInput.locator('.quick-input-message').innerText());
  }

  /** The title above the quick input, with its step: `Create experiment branch (1/3)`. */
  async quickInputTitle(): Promise<string> {
    return clean(await this.quickInput.locator('.quick-input-title').innerText());
  }

  /** Shows a view container by a click on its name in the activity bar. */
  async openView(container = 'Modelkeep'): Promise<void> {
    const item = this.containerItem(container);
    await item.waitFor({ timeout: 30_000 });
    const shown = this.page.locator('[aria-expanded="true"]').and(item);
    // A window that is still putting itself together shows what was shown before, or takes back what is shown now.
    await this.page.waitForTimeout(300);
    if (!(await shown.isVisible())) await item.click();
    await this.sideBar.waitFor({ timeout: 1_500 }).catch(() => undefined);
    await this.page.waitForTimeout(200);
    if (!(await shown.isVisible()) || !(await this.sideBar.isVisible()))
      await this.runCommand(`View: Show ${container}`);
    await shown.waitFor();
    await this.sideBar.waitFor();
    // The name of what was clicked would stand over the first rows.
    await this.page.mouse.move(0, 0);
  }

  /**
   * Takes the mouse where it points at nothing, and waits until nothing is said of what it pointed at. What is still said
   * of something that a window has drawn anew since goes once the mouse has been over it.
   */
  private async mouseAway(): Promise<void> {
    const { mouse } = this.page;
    const said = this.page.locator('.workbench-hover-container:visible').first();
    await mouse.move(0, 0);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const [gone] = await Promise.allSettled([said.waitFor({ state: 'hidden', timeout: 1_500 })]);
      if (gone.status === 'fulfilled') return;
      const box = await said.boundingBox({ timeout: 1_000 }).catch(() => null);
      if (box) await mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await mouse.move(500, 300, { steps: 5 });
      await mouse.move(0, 0);
    }
    await said.waitFor({ state: 'hidden' });
  }

  get sideBar(): Locator {
    return this.page.locator('.part.sidebar');
  }

  /** The rows of the side bar's trees, from the top, as far as they are on the screen. */
  async treeRows(): Promise<TreeRow[]> {
    // A parent that has been scrolled past sticks to the top: it is a copy, not a row.
    return this.sideBar.locator('.monaco-list-row:not(.monaco-tree-sticky-row)').evaluateAll((elements) =>
      elements
        .map((element) => ({ element, index: Number(element.getAttribute('data-index')) }))
        .sort((a, b) => a.index - b.index)
        .map(({ element }) => {
          const text = (selector: string): string =>
            (element.querySelector(selector)?.textContent ?? '').replaceAll('\u00a0', ' ').trim();
          const expanded = element.getAttribute('aria-expanded');
          return {
            level: Number(element.getAttribute('aria-level')),
            label: text('.label-name'),
            description: text('.label-description'),
            expanded: expanded === null ? null : expanded === 'true',
            selected: element.classList.contains('selected'),
          };
        }),
    );
  }

  /** Waits until the trees stay as they are: a row that is drawn anew while its menu is open is lost to it. */
  async settled(): Promise<void> {
    let before = '';
    for (let attempt = 0; attempt < 60; attempt += 1) {
      const now = JSON.stringify(await this.treeRows());
      if (now === before && now !== '[]') return;
      before = now;
      await this.page.waitForTimeout(500);
    }
  }

  /** Drags the side bar's edge to that width, for names that a team would give it room for. */
  async widenSideBar(width: number): Promise<void> {
    const box = await this.sideBar.boundingBox();
    if (!box) throw new Error('There is no side bar');
    const y = box.y + box.height / 2;
    await this.page.mouse.move(box.x + box.width, y);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + width, y, { steps: 4 });
    await this.page.mouse.up();
  }

  /** A row of the side bar's trees by its label; of several the first, or the one asked for. */
  treeRow(label: string, which = 1): Locator {
    return this.sideBar
      .locator('.monaco-list-row')
      .filter({ has: this.page.locator('.label-name').filter({ hasText: exact(label) }) })
      .nth(which - 1);
  }

  /**
   * Unfolds a row, if it is folded, as a person would who looks whether it stayed so: a row that is drawn anew under the
   * click, or just after it, is clicked again.
   */
  async expand(label: string, which = 1): Promise<void> {
    const row = this.treeRow(label, which);
    await row.waitFor({ timeout: 30_000 });
    const unfolded = this.page.locator('.monaco-list-row[aria-expanded="true"]').and(row);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await this.settled();
      if ((await row.getAttribute('aria-expanded')) !== 'false') return;
      await row.locator('.monaco-tl-twistie').click();
      await unfolded.waitFor({ timeout: 3_000 }).catch(() => undefined);
    }
    await unfolded.waitFor();
  }

  /** Chooses from a row's context menu. */
  async chooseFromMenu(label: string, entry: string): Promise<void> {
    await this.settled();
    await this.treeRow(label).click({ button: 'right' });
    const item = this.page
      .locator('.context-view .monaco-menu .action-item')
      .filter({ hasText: exactStart(entry) })
      .first();
    await item.waitFor();
    // A menu takes no click in the moment after it opened, lest the opening click chooses: asked until it is gone.
    for (let attempt = 0; attempt < 20 && (await item.isVisible()); attempt += 1) {
      await item.click({ timeout: 2000 }).catch(() => undefined);
      await item.waitFor({ state: 'hidden', timeout: 500 }).catch(() => undefined);
    }
  }

  /** The status bar item that has this text in it. */
  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.part.statusbar .statusbar-item').filter({ hasText: text }).first();
  }

  /** The texts of the notifications on the screen. */
  async notifications(): Promise<string[]> {
    const messages = this.page.locator('.notifications-toasts .notification-list-item-message');
    return (await messages.allInnerTexts()).map(clean);
  }

  /** Presses a button of the newest notification. */
  async answerNotification(button: string): Promise<void> {
    await this.page
      .locator('.notifications-toasts .monaco-button')
      .filter({ hasText: exact(button) })
      .first()
      .click();
  }

  /** The inner document of the webview in front. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  }

  /** The same as a frame, for `evaluate` (axe); waits until `selector` is in it. */
  async webviewFrame(selector = 'body'): Promise<Frame> {
    const handle = await this.webview().locator(selector).first().elementHandle({ timeout: 30_000 });
    const frame = await handle?.ownerFrame();
    if (frame === null || frame === undefined) throw new Error('The webview has no frame');
    return frame;
  }

  /** Chooses a theme in the palette, if the window is not drawn in it. */
  async setTheme(theme: Theme): Promise<void> {
    const { title, mark } = THEMES[theme];
    const row = this.quickInputRow(title);
    const ofExtension = '.monaco-workbench[class*="vscode-theme-defaults"]';
    const drawn = this.page.locator(`${ofExtension}[class*="-${mark}-"]`);
    // A picker that is opened before the themes' extension is known stays empty; most windows show that it is.
    await this.page
      .locator(ofExtension)
      .waitFor({ timeout: 5_000 })
      .catch(() => undefined);
    if (await drawn.isVisible()) return;
    for (let attempt = 1; ; attempt++) {
      await this.runCommand('Preferences: Color Theme');
      await this.type(title);
      const [chosen] = await Promise.allSettled([row.click({ timeout: 2_000 })]);
      if (chosen.status === 'fulfilled') break;
      if (attempt === 15) throw chosen.reason;
    }
    await this.quickInput.waitFor({ state: 'hidden' });
    await drawn.waitFor();
  }

  /** A picture of the window in the theme that it has, or in each of those that `MODELKEEP_THEMES` names. */
  async pictures(name: string): Promise<void> {
    const themes = chosenThemes();
    if (themes.length === 0) await this.screenshot(name);
    for (const theme of themes) {
      await this.setTheme(theme);
      await this.screenshot(`${name}-${theme}`);
    }
  }

  /** Leaves a picture of the window in .modelkeep-dev/pictures and returns its path. */
  async screenshot(name: string): Promise<string> {
    await mkdir(PICTURES, { recursive: true });
    const path = join(PICTURES, `${name}.png`);
    await this.mouseAway();
    await this.page.screenshot({ path, animations: 'disabled' });
    return path;
  }
}

function clean(text: string): string {
  return text.replaceAll('\u00a0', ' ').trim();
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`).replaceAll(' ', String.raw`\s`);
}

function exact(text: string): RegExp {
  return new RegExp(`^\\s*${escape(text)}\\s*$`);
}

function exactStart(text: string): RegExp {
  return new RegExp(`^\\s*${escape(text)}`);
}
