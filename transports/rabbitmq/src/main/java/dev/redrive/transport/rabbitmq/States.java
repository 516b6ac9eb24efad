// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.TransportState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** The present state, told to listeners one change after another. Thread-safe. */
final class States {
  private final Executor executor;

  // Guards all below.
  private final Object lock = new Object();
  private final List<Consumer<TransportState>> listeners = new ArrayList<>();
  private final ArrayDeque<Runnable> calls = new ArrayDeque<>();
  private TransportState present = TransportState.DOWN;
  private boolean isTelling;

  States(Executor executor) {
    this.executor = executor;
  }

  void listen(Consumer<TransportState> listener) {
    synchronized (lock) {
      listeners.add(listener);
      TransportState state = present;
      tell(() -> listener.accept(state));
    }
  }

  /** Changes the state, unless it is the present one or nothing comes after that. */
  void change(TransportState state) {
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
