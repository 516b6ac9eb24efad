// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.work;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Tells the loop of one thread to end: whatever it waits for ends with an {@link
 * InterruptedException}. Thread-safe.
 */
public final class Stop {
  private final Thread loop;
  private final CountDownLatch requested = new CountDownLatch(1);

  /** Stops this thread's loop. */
  public Stop(Thread loop) {
    this.loop = loop;
  }

  /** Tells it. May be called more than once. */
  public void request() {
    if (!isRequested()) {
      requested.countDown();
      loop.interrupt();
    }
  }

  /** True once it was told. */
  public boolean isRequested() {
    return requested.getCount() == 0;
  }

  /** Waits, from any thread. True if it was told meanwhile, or before. */
  public boolean await(Duration time) throws InterruptedException {
    return requested.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }
}
