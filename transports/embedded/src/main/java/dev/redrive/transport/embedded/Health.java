// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import dev.redrive.TransportState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the transport is doing, and who wants to know. Thread-safe. */
final class Health {
  private static final Logger LOG = LoggerFactory.getLogger(Health.class);

  private final Executor executor;
  private final List<Consumer<TransportState>> listeners = new ArrayList<>();
  private TransportState state = TransportState.UP;
  private Optional<TransportException> fenced = Optional.empty();

  Health(Executor executor) {
    this.executor = executor;
  }

  synchronized TransportState state() {
    return state;
  }

  /** Why nothing goes on; empty while something does. */
  synchronized Optional<TransportException> fenced() {
    return fenced;
  }

  synchronized void listen(Consumer<TransportState> listener) {
    listeners.add(listener);
    tell(listener, state);
  }

  /** The disk is full, or not any more. */
  synchronized void blocked(boolean isBlocked) {
    become(isBlocked ? TransportState.BLOCKED : TransportState.UP);
  }

  /** Stops for good. The first cause is kept. */
  synchronized void fence(TransportException cause) {
    if (fenced.isEmpty()) {
      LOG.error("The transport stopped for good: {}", cause.getMessage(), cause);
      fenced = Optional.of(cause);
      become(TransportState.FENCED);
    }
  }

  private void become(TransportState next) {
    if (state != next && state != TransportState.FENCED) {
      state = next;
      listeners.forEach(listener -> tell(listener, next));
    }
  }

  private void tell(Consumer<TransportState> listener, TransportState news) {
    executor.execute(() -> listener.accept(news));
  }
}
