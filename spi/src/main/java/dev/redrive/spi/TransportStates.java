// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import dev.redrive.TransportState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The present state of a transport, told to its listeners one change after another, for a
 * transport's {@link Transport#onState}. Begins with DOWN; nothing comes after FENCED. Thread-safe;
 * listeners are called by the executor, one call at a time, and one that throws stops nobody else.
 */
public final class TransportStates {
  private final Executor executor;

  // Guards all below.
  private final Object lock = new Object();
  private final List<Consumer<TransportState>> listeners = new ArrayList<>();
  private final ArrayDeque<Runnable> calls = new ArrayDeque<>();
  private TransportState present = TransportState.DOWN;
  private boolean isTelling;

  /** States whose listeners are called by this executor. */
  public TransportStates(Executor executor) {
    this.executor = executor;
  }

  /** The state at this moment. */
  public TransportState present() {
    synchronized (lock) {
      return present;
    }
  }

  /** Tells the listener the present state and then each change. */
  public void listen(Consumer<TransportState> listener) {
    synchronized (lock) {
      listeners.add(listener);
      TransportState state = present;
      tell(() -> listener.accept(state));
    }
  }

  /** Changes the state, unless it is the present one or nothing comes after that. */
  public void change(TransportState state) {
    synchronized (lock) {
      if (present == state || present == TransportState.FENCED) {
        return;
      }
      present = state;
      for (Consumer<TransportState> listener : listeners) {
        tell(() -> listener.accept(state));
      }
    }
  }

  private void tell(Runnable call) {
    calls.add(call);
    if (!isTelling) {
      isTelling = true;
      executor.execute(this::tellNext);
    }
  }

  // One call a task, so that a listener that throws stops nobody but itself.
  private void tellNext() {
    Runnable call;
    synchronized (lock) {
      call = calls.remove();
    }
    try {
      call.run();
    } finally {
      synchronized (lock) {
        isTelling = !calls.isEmpty();
        if (isTelling) {
          executor.execute(this::tellNext);
        }
      }
    }
  }
}
