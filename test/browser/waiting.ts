import assert from 'node:assert/strict';

/** Waits until an assertion holds: what is on the screen arrives when it arrives. Ends with the last failure. */
export async function eventually<T>(check: () => Promise<T> | T, limit = 30_000): Promise<T> {
  const end = Date.now() + limit;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Waits until a text has every one of the parts. */
export async function eventuallyHas(read: () => Promise<string>, ...parts: readonly string[]): Promise<void> {
  await eventually(async () => {
    const text = await read();
    for (const part of parts)
      assert.ok(text.includes(part), `${JSON.stringify(text)} lacks ${JSON.stringify(part)}`);
  });
}
