// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.Timers;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.errors.InterruptException;

/** Waits, on a thread that may. */
final class Pause {
  private Pause() {}

  /**
   * Returns after this time.
   *
   * @throws InterruptException if the thread is interrupted
   */
  static void of(Duration time, Timers timers) {
    CountDownLatch over = new CountDownLatch(1);
    Timers.Timer timer = timers.after(time, over::countDown);
    try {
      over.await();
    } catch (InterruptedException interrupted) {
      timer.cancel();
      throw new InterruptException(interrupted);
    }
  }
}
