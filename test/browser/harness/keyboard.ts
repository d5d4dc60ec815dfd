import type { Workbench } from './workbench.js';
import { eventually } from '../waiting.js';
import assert from 'node:assert/strict';

/** A person without a mouse: everything is typed, and every answer is counted. */
export class Keyboard {
  /** Answers given since the last command was begun: each Enter is one. */
  inputs = 0;

  constructor(private readonly workbench: Workbench) {}

  /** F1, the command's title, Enter. */
  async command(title: string): Promise<void> {
    const { page } = this.workbench;
    await eventually(async () => {
      await this.workbench.openPalette();
      await this.type(title);
      await this.onRow(title, 10_000);
    });
    this.inputs = 0;
    await this.enter();
    // The palette is gone before the command's own questions are answered.
    await page.waitForFunction(() => {
      const input = document.querySelector<HTMLInputElement>('.quick-input-widget .quick-input-box input');
      return input?.checkVisibility() !== true || !input.value.startsWith('>');
    });
  }

  /** Waits until the step with this title is there. */
  async step(title: string): Promise<void> {
    await eventually(async () =>
      assert.ok((await this.workbench.quickInputTitle()).includes(title), `no step ${title}`),
    );
  }

  async type(text: string): Promise<void> {
    await this.workbench.page.keyboard.type(text);
  }

  /** Empties the box and types. */
  async replace(text: string): Promise<void> {
    await this.workbench.page.keyboard.press('Control+A');
    await this.type(text);
  }

  async press(key: string, times = 1): Promise<void> {
    for (let count = 0; count < times; count += 1) await this.workbench.page.keyboard.press(key);
  }

  async enter(): Promise<void> {
    this.inputs += 1;
    await this.workbench.page.keyboard.press('Enter');
  }

  /** Waits until this question is asked; an earlier one may have rows of the same name. */
  async asked(question: string): Promise<void> {
    const box = this.workbench.quickInputBox;
    await eventually(async () => {
      const asks = (await box.getAttribute('placeholder', { timeout: 1000 })) ?? '';
      assert.ok(asks.includes(question), `${JSON.stringify(asks)} is not ${question}`);
    });
  }

  /** Types until the row is the one that Enter takes, and takes it; with a question, once that is asked. */
  async choose(label: string, question?: string): Promise<void> {
    if (question !== undefined) await this.asked(question);
    // What is typed while one question makes room for the next reaches neither: typed until it is there.
    await eventually(async () => {
      assert.ok(await this.workbench.quickInput.isVisible(), `nothing asks for ${label}`);
      await this.replace(label);
      await this.onRow(label, 1500);
    });
    await this.enter();
  }

  /** Waits until Enter would take the row with this text. */
  async onRow(text: string, limit?: number): Promise<void> {
    const focused = this.workbench.quickInput.locator('.quick-input-list .monaco-list-row.focused');
    await eventually(async () => {
      const label = (await focused.first().getAttribute('aria-label', { timeout: 1000 })) ?? '';
      assert.ok(label.includes(text), `Enter would take ${JSON.stringify(label)}, not ${text}`);
    }, limit);
  }

  /** Opens the messages, goes to the one with this text by the arrows, to its button by Tab, and presses it. */
  async answerMessage(text: string, button: string): Promise<void> {
    const { page } = this.workbench;
    const toast = page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text });
    await toast.first().waitFor({ timeout: 30_000 });
    await this.command('Notifications: Show Notifications');
    const focused = (): Promise<{ row: string; text: string }> =>
      page.evaluate(() => ({
        row: document.querySelector('.notifications-center .monaco-list-row.focused')?.textContent ?? '',
        text: document.activeElement?.textContent?.trim() ?? '',
      }));
    await page.locator('.notifications-center .monaco-list-row').filter({ hasText: text }).first().waitFor();
    for (let presses = 0; presses < 12 && !(await focused()).row.includes(text); presses += 1) {
      await page.keyboard.press('ArrowDown');
    }
    assert.ok((await focused()).row.includes(text), `no message ${text}`);
    for (let presses = 0; presses < 12 && (await focused()).text !== button; presses += 1) {
      await page.keyboard.press('Tab');
    }
    assert.equal((await focused()).text, button);
    await page.keyboard.press('Enter');
  }
}
