// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.spi.QueueSpec;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the queues of memory transports hold. A transport has one of its own; given one from
 * outside, it finds there what an earlier transport left, so that a test can end a transport,
 * kindly or with {@link MemoryTransport#kill}, and go on with the next one, as with a durable
 * store. Thread-safe; used by one open transport at a time.
 */
public final class MemoryStore {
  private final Map<String, QueueState> queues = new ConcurrentHashMap<>();
  private final Budget budget = new Budget();

  /** An empty store. */
  public MemoryStore() {}

  QueueState queue(QueueSpec spec) {
    return queues.computeIfAbsent(spec.name(), name -> new QueueState(spec, budget));
  }

  /** Puts in order what a transport left that was killed. */
  void recover() {
    for (QueueState queue : queues.values()) {
      synchronized (queue.lock()) {
        queue.recover();
      }
    }
  }
}
