// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import dev.redrive.Settled;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A consumer of a queue. Thread-safe. Lists of leases may be of any size and order; results come in
 * the same order.
 */
public interface Subscription extends AutoCloseable {

  /** Allows that many more messages to be handed over; bounds what is in flight. */
  void request(int n);

  /**
   * The attempts of these messages begin. Completes when that would survive a crash of this
   * process: the message then comes again with the next attempt number. A message that was handed
   * over but not begun comes again with the same number.
   */
  CompletionStage<List<Settled>> begin(List<Lease> leases);

  /** Settles messages; completes when that is durable. A lease that was lost answers STALE. */
  CompletionStage<List<Settled>> settle(List<Settlement> batch);

  /** Moves the leases' ends to this much time from now. */
  CompletionStage<List<Settled>> renew(List<Lease> leases, Duration by);

  /**
   * Hands over nothing more, whatever was requested; leases stay and can be settled. Idempotent.
   */
  CompletionStage<Void> drain();

  /** Drains, and gives what is still leased back, attempts that began uncounted. Idempotent. */
  @Override
  void close();
}
