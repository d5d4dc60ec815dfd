export interface CoalesceOptions {
  /** Milliseconds of quiet before a run. */
  readonly quiet: number;
  /** Milliseconds after which a run starts although events keep coming. */
  readonly most: number;
}

/**
 * Turns many events into few runs: one at a time, started after a moment of quiet; an event during a run makes
 * it stale, so it is cancelled and another follows. After two cancelled runs one is let through to the end, so
 * that a long series of events (a rebase) still shows something.
 */
export class Coalescer {
  private timer: NodeJS.Timeout | undefined;
  private firstEvent: number | undefined;
  private running: AbortController | undefined;
  private again = false;
  private cancelled = 0;
  private disposed = false;

  constructor(
    private readonly run: (signal: AbortSignal) => Promise<void>,
    private readonly options: CoalesceOptions = { quiet: 150, most: 1500 },
  ) {}

  /** Asks for a run after a moment of quiet. */
  event(): void {
    if (this.disposed) return;
    const now = Date.now();
    this.firstEvent ??= now;
    const wait = Math.max(0, Math.min(this.options.quiet, this.firstEvent + this.options.most - now));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.start(), wait);
  }

  /** Asks for a run at once. */
  now(): void {
    if (this.disposed) return;
    clearTimeout(this.timer);
    this.start();
  }

  private start(): void {
    this.timer = undefined;
    this.firstEvent = undefined;
    if (this.running) {
      this.again = true;
      if (this.cancelled < 2) {
        this.cancelled += 1;
        this.running.abort();
      }
      return;
    }
    const controller = new AbortController();
    this.running = controller;
    void this.run(controller.signal).finally(() => {
      this.running = undefined;
      if (!controller.signal.aborted) this.cancelled = 0;
      if (this.again && !this.disposed) {
        this.again = false;
        this.start();
      }
    });
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    this.running?.abort();
  }
}
